// Requests that are refused row by row: what is kept of them must not grow with what they repeat.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Code } from '../../integration/support/api.mjs';
import { attackedCity, assertAlive, residentMib } from '../support/attacked_city.mjs';

const here = attackedCity();
const kRows = 20_000;
const kKib = 1024;
// What one request may cost on top of what the city held before it, and what a series of them may.
const kRequestMib = 64;
const kSeriesMib = 160;

const mib = () => Math.max(...[...here.city.processes.values()].map(({ child }) => residentMib(child.pid)));
const columns = (measures, rows, index = () => 0) => ({
  measures,
  measure_indexes: Array.from({ length: rows }, (_, row) => index(row)),
  time_deltas_ms: Array(rows).fill(0),
  values: Array(rows).fill(1),
});
const write = (readings) => here.api.call('ReadingService.WriteReadings', { readings });

test('one long unknown name in 20,000 rows costs no more than the request', async () => {
  const beforeMib = mib();
  const answer = await write(columns(['x'.repeat(100 * kKib)], kRows));
  assert.equal(answer.rejected_count, kRows);
  assert.equal(answer.rejected.length, 100);
  assert.match(answer.rejected[0].message, /102400 bytes.*at most 145/);
  assertAlive(here);
  assert.ok(mib() - beforeMib < kRequestMib, `${(mib() - beforeMib).toFixed(0)} MiB more`);
});

test('names up to the size of a message, over gRPC and over HTTP', async () => {
  const beforeMib = mib();
  for (let i = 0; i < 4; i++) await write(columns(['y'.repeat(3 * kKib * kKib)], kRows));
  for (let i = 0; i < 4; i++) {
    const body = JSON.stringify({
      readings: {
        measures: ['z'.repeat(3 * kKib * kKib)],
        measureIndexes: Array(kRows).fill(0),
        timeDeltasMs: Array(kRows).fill(0),
        values: Array(kRows).fill(1),
      },
    });
    const reply = await fetch(`${here.city.url}/citylayers.readings.v1.ReadingService/WriteReadings`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    assert.equal(reply.status, 200);
    assert.equal((await reply.json()).rejectedCount, kRows);
  }
  assertAlive(here);
  assert.ok(mib() - beforeMib < kSeriesMib, `${(mib() - beforeMib).toFixed(0)} MiB more`);
});

test('many names, each in many rows, from many senders at once', async () => {
  const beforeMib = mib();
  const names = Array.from({ length: 500 }, (_, i) => `stations/${'s'.repeat(2000)}${i}/measures/depth`);
  const batch = columns(names, kRows, (row) => row % names.length);
  for (let round = 0; round < 4; round++) {
    const results = await Promise.allSettled(Array.from({ length: 16 }, () => write(batch)));
    // A queue that is full refuses: that is a bound at work.
    const bad = results.filter(({ reason }) => reason && reason.code !== Code.RESOURCE_EXHAUSTED);
    assert.deepEqual(bad, []);
    assert.ok(results.some(({ status }) => status === 'fulfilled'));
  }
  assertAlive(here);
  assert.ok(mib() - beforeMib < kSeriesMib, `${(mib() - beforeMib).toFixed(0)} MiB more`);
});

test('a dictionary has no more names than a batch may have rows', async () => {
  const beforeMib = mib();
  await assert.rejects(write({ ...columns([], 0), measures: Array(1_000_000).fill('') }), (error) => {
    assert.match(error.details, /1000000 names.*20000/);
    return true;
  });
  assertAlive(here);
  assert.ok(mib() - beforeMib < kSeriesMib, `${(mib() - beforeMib).toFixed(0)} MiB more`);
});

here.judge();
