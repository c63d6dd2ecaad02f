// Calls that keep a thread busy or hold much memory: few of each run in parallel, and other clients are not affected.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attackedCity, assertAlive, residentMib } from '../support/attacked_city.mjs';
import { assertUndisturbed } from '../support/bystander.mjs';
import { Code } from '../../integration/support/api.mjs';
import { flood } from '../support/flood.mjs';
import { postFlood } from '../support/post_flood.mjs';

const here = attackedCity();
const kMoreMib = 200;
const mib = () => Math.max(...[...here.city.processes.values()].map(({ child }) => residentMib(child.pid)));

/** Reads a stream to its end; returns the code of its error, or 0. */
async function codeOf(call) {
  try {
    for await (const message of call) void message;
    return 0;
  } catch (error) {
    return error.code;
  }
}

async function undisturbedBy(what, start) {
  const beforeMib = mib();
  let counts;
  await assertUndisturbed(what, here, async () => {
    const load = await start();
    return async () => {
      counts = await load.stop();
      console.log(`${what}: ended by code ${JSON.stringify(counts)}`);
    };
  });
  assertAlive(here);
  assert.ok(mib() - beforeMib < kMoreMib, `${(mib() - beforeMib).toFixed(0)} MiB more`);
  return counts;
}

test('a column name of megabytes is refused at once', async () => {
  for (const bytes of [65, 10_000, 3 << 20]) {
    const startMs = performance.now();
    const call = here.api.stream('LayerService.WatchLayer', {
      name: 'layers/traffic',
      columns: ['level'.repeat(bytes / 5)],
    });
    await assert.rejects(async () => {
      for await (const message of call) void message;
    });
    assert.ok(performance.now() - startMs < 1000, `${bytes} bytes took ${performance.now() - startMs} ms`);
  }
});

test('two million columns are refused at once', async () => {
  const code = await codeOf(
    here.api.stream('LayerService.WatchLayer', {
      name: 'layers/traffic',
      columns: Array(1_000_000).fill('level'),
    }),
  );
  assert.ok([Code.INVALID_ARGUMENT, Code.RESOURCE_EXHAUSTED].includes(code), `code ${code}`);
});

test('200 exports of the depth at once', async () => {
  const counts = await undisturbedBy('200 ExportDepth', () =>
    flood(here.city.grpc, {
      name: 'FloodService.ExportDepth',
      request: { stage_m: 1.5 },
      stream: true,
      parallel: 200,
    }),
  );
  assert.ok(counts[0] > 0, 'some are answered');
  assert.ok(counts[Code.RESOURCE_EXHAUSTED] > 0, 'the others are refused with RESOURCE_EXHAUSTED');
});

test('50 wide lists of segments at once', async () => {
  await undisturbedBy('50 ListSegments', () =>
    flood(here.city.grpc, {
      name: 'TrafficService.ListSegments',
      request: { page_size: 1000, street: 'nguyen' },
      parallel: 50,
    }),
  );
});

test('a filter as deep and as long as a message', async () => {
  for (const filter of ['('.repeat(1 << 20), '*'.repeat(4000), `display_name = "${'*a'.repeat(2000)}"`]) {
    const startMs = performance.now();
    await here.api.call('AlertService.ListAlerts', { filter }).catch(() => {});
    assert.ok(performance.now() - startMs < 1000);
  }
  assertAlive(here);
});

test('JSON of megabytes, again and again', async () => {
  const points = Array(1_000_000).fill('{}').join();
  await undisturbedBy('4 x 3 MB of JSON', () =>
    postFlood(here.city.url, {
      method: 'flood.v1.FloodService/GetDepth',
      json: `{"points":[${points}]}`,
      parallel: 4,
    }),
  );
});

here.judge();
