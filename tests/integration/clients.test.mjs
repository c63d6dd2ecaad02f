// Tests of the sample clients: a tile, ten deltas, the alerts.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { kRoot, until } from '../support/daemon.mjs';
import { stages } from './support/driver.mjs';
import { rulesEvaluated, useCity } from './support/suite.mjs';

const here = useCity('2022-10-16T09:00:00Z');
const kClients = join(kRoot, 'samples/clients');
const kProgramMs = 60_000;

test('a street changes twice a second, and there is an alert', async () => {
  for (let i = 0; i < 2; ++i) {
    await here.driver.step(10);
    await here.driver.write(stages(1.7));
    await until('the alert rules have seen it', async () => {
      const { stages: now } = await here.api.call('FloodService.ListStages');
      return now.some((s) => s.read_time?.seconds === Math.floor(here.driver.timeMs / 1000));
    });
    await rulesEvaluated(here.city);
  }
  const request = { street: 'Lê Lợi', page_size: 1000 };
  const { segments } = await here.api.call('TrafficService.ListSegments', request);
  let round = 0;
  here.meanwhile(500, async () => {
    await here.driver.step(0.1);
    await here.driver.writeSpeeds(segments, () => 10 + (++round % 30));
  });
});

/** Runs a program against the city and returns its output. The test's own writes continue meanwhile. */
async function output(program, ...args) {
  const child = spawn(program, args, { timeout: kProgramMs });
  let text = '';
  child.stdout.on('data', (bytes) => (text += bytes));
  child.stderr.on('data', (bytes) => (text += bytes));
  const code = await new Promise((resolve) => child.once('close', resolve));
  assert.equal(code, 0, text);
  return text;
}

test('Node with @grpc/grpc-js', async () => {
  const text = await output(
    process.execPath,
    join(kClients, 'node/watch_layer.mjs'),
    here.city.grpc,
  );
  assert.match(text, /^tile 14\/13047\/7698: [1-9]\d+ bytes, tag \S+$/m);
  assert.match(text, /^snapshot \d+: \d+ rows$/m);
  assert.equal(text.match(/^delta \d+ to \d+: [1-9]\d* rows$/gm)?.length, 10, text);
  assert.match(text, /^[1-9]\d* alerts$/m);
  assert.match(text, /Phú An/);
});

test('Node: a phone on one stream, whose view moves', async () => {
  const text = await output(process.execPath, join(kClients, 'node/phone.mjs'), here.city.grpc, '8');
  for (const layer of ['traffic', 'flood']) {
    assert.match(text, new RegExp(`^layers/${layer} snapshot: `, 'm'));
    assert.match(text, new RegExp(`^layers/${layer} delta: \\d+ rows, moved`, 'm'));
    assert.match(text, new RegExp(`^layers/${layer} background (delta|snapshot): `, 'm'));
  }
  assert.equal(text.match(/snapshot/g).length, 2, text);
});

test('TypeScript by the Connect protocol: a phone whose stream is moved by a call', async () => {
  const folder = join(kClients, 'connect');
  await output('npm', '--prefix', folder, 'run', 'build');
  const text = await output(process.execPath, join(folder, 'build/phone.js'), here.city.url, '8');
  assert.match(text, /^layers\/traffic snapshot, [1-9]\d* held$/m);
  assert.match(text, /^layers\/traffic delta, moved, [1-9]\d* held$/m);
  assert.match(text, /^layers\/traffic background (delta|snapshot): [1-9]\d* held$/m);
  assert.doesNotMatch(text, /stream ended|not moved/);
});

test('buf curl by reflection', async () => {
  const text = await output(join(kClients, 'buf-curl.sh'), here.city.grpc);
  for (const layer of ['base', 'flood', 'traffic'])
    assert.ok(text.includes(`"layers/${layer}"`), text);
  assert.match(text, /"contentTag": *"[^"]+"/);
  assert.match(text, /^deltas:\n10$/m);
  assert.match(text, /"name": *"alerts\/\d+"/);
});

// Also with a split city: the gateway's process forwards these calls.
test('reflection lists what answers', async () => {
  const buf = join(kRoot, 'node_modules/.bin/buf');
  const listing = ['curl', '--list-services', '--protocol', 'grpc', '--http2-prior-knowledge'];
  const text = await output(buf, ...listing, `http://${here.city.grpc}`);
  for (const service of [
    'readings.v1.ReadingService',
    'layers.v1.LayerService',
    'alerts.v1.AlertService',
  ]) {
    assert.ok(text.includes(`citylayers.${service}`), text);
  }
});
