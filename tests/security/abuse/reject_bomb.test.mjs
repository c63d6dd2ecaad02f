// Requests that are refused row by row: the data kept of them must not grow with repetitions.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect as connectHttp2, constants } from 'node:http2';
import { test } from 'node:test';
import { Code } from '../../integration/support/api.mjs';
import { until } from '../../support/daemon.mjs';
import { attackedCity, assertAlive, residentMib } from '../support/attacked_city.mjs';

const here = attackedCity();
const kRows = 20_000;
const kKib = 1024;
const kRequestBytesMax = 4 * kKib * kKib; // grpc.request_bytes_max
// Maximum memory of one request in addition to the city's memory before it, and of a series of requests.
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
  assert.equal(answer.rejections.length, 100);
  assert.match(answer.rejections[0].message, /102400 bytes.*at most 145/);
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
    // A full queue refuses requests: that is the expected bound.
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

// A call may be refused by a reset, as which gRPC clients read these: a message that is too large is refused by its length
// alone, while it is still being sent, and the reset that follows can overtake the answer; a server whose memory quota is
// used up refuses new calls before it has read anything, or ends calls and connections to get memory back.
const kStatusOfReset = new Map([
  [constants.NGHTTP2_ENHANCE_YOUR_CALM, Code.RESOURCE_EXHAUSTED],
  [constants.NGHTTP2_REFUSED_STREAM, Code.UNAVAILABLE],
]);

/** Opens a gRPC connection by hand. */
async function openSession() {
  const session = connectHttp2(`http://${here.city.grpc}`);
  session.on('error', () => {});
  session.on('goaway', (code) => (session.goawayCode = code));
  await once(session, 'connect');
  return session;
}

/** Calls WriteReadings with these bytes as its message; returns its gRPC status. */
async function writeBytes(session, bytes) {
  const frame = Buffer.alloc(5);
  frame.writeUInt32BE(bytes.length, 1);
  const stream = session.request({
    ':method': 'POST',
    ':path': '/citylayers.readings.v1.ReadingService/WriteReadings',
    'content-type': 'application/grpc',
    te: 'trailers',
  });
  let status;
  const note = (headers) => (status = headers['grpc-status'] ?? status);
  const reset = (error) => {
    const ended = kStatusOfReset.get(stream.rstCode) ?? kStatusOfReset.get(session.goawayCode);
    if (ended === undefined) throw error;
    status ??= ended;
  };
  stream.on('response', note).on('trailers', note).resume();
  stream.write(frame);
  stream.end(bytes);
  await once(stream, 'close').catch(reset);
  return Number(status);
}

/** A batch consisting of empty names: two bytes each in the message, and a string in memory. */
function emptyNames(bytes) {
  const names = Buffer.alloc(bytes - 16, Buffer.from([0x0a, 0x00]));
  const head = [0x0a]; // WriteReadingsRequest.readings
  for (let n = names.length; ; n >>>= 7) {
    head.push(n > 0x7f ? (n & 0x7f) | 0x80 : n);
    if (n <= 0x7f) break;
  }
  return Buffer.concat([Buffer.from(head), names]);
}

test('messages of millions of empty names, many at once, stay within bounds', async () => {
  const first = await openSession();
  assert.equal(await writeBytes(first, emptyNames(kRequestBytesMax + 64)), Code.RESOURCE_EXHAUSTED);
  first.destroy();
  const beforeMib = mib();
  const largest = emptyNames(kRequestBytesMax);
  const refused = [Code.INVALID_ARGUMENT, Code.RESOURCE_EXHAUSTED, Code.UNAVAILABLE];
  for (let round = 0; round < 3; round++) {
    const session = await openSession();
    const codes = await Promise.all(Array.from({ length: 12 }, () => writeBytes(session, largest)));
    for (const code of codes) assert.ok(refused.includes(code), `${code}`);
    session.destroy();
    // Together they may all have been refused for their memory; a sender that tries again alone is read.
    await until(`a lone message is read after round ${round}`, async () => {
      const alone = await openSession();
      const code = await writeBytes(alone, largest);
      alone.destroy();
      return code === Code.INVALID_ARGUMENT;
    });
  }
  assertAlive(here);
  console.log(`${(mib() - beforeMib).toFixed(0)} MiB more, peak ${here.watcher.peakMib.toFixed(0)} MiB`);
});

test('so do lists of a million nothings as JSON', async () => {
  const post = async (method, json) => {
    const reply = await fetch(`${here.city.url}/citylayers.${method}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: json,
    });
    await reply.text();
    return reply.status;
  };
  const list = (item) => Array(Math.floor((kRequestBytesMax - kKib) / (item.length + 1))).fill(item).join();
  const bodies = [
    ['readings.v1.ReadingService/WriteReadings', `{"readings":{"measures":[${list('""')}]}}`],
    ['flood.v1.FloodService/GetDepth', `{"points":[${list('{}')}]}`],
  ];
  for (const [method, json] of bodies) {
    const statuses = await Promise.all(Array.from({ length: 8 }, () => post(method, json)));
    // 504: a slow machine did not get to it before the call's deadline.
    for (const status of statuses) assert.ok([400, 429, 503, 504].includes(status), `${method}: ${status}`);
  }
  assertAlive(here);
  console.log(`peak ${here.watcher.peakMib.toFixed(0)} MiB`);
});

here.judge();
