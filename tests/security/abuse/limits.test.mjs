// Callers that exceed their own limits, by gRPC and by HTTP: they are refused or slowed, and others are not.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Api, Code } from '../../integration/support/api.mjs';
import { City, kBin, temporaryFolder } from '../../support/daemon.mjs';

const kEnv = {
  CITYLAYERS_SECURITY__ANONYMOUS: 'layers:read',
  CITYLAYERS_LIMITS__ANONYMOUS_CALLS_PER_SECOND: '20',
  CITYLAYERS_LIMITS__ADDRESSES_MAX: '64',
};
const kTile = '/tiles/flood/14/13047/7698.mvt';
const kMeasure = 'stations/phu-an/measures/water_level';

let city;
let admin;

before(async () => {
  const data = temporaryFolder();
  const text = execFileSync(join(kBin, 'citylayers'), ['keys', 'init', '--data', data], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  }).trim();
  city = await City.start({ data, env: kEnv, split: false });
  admin = new Api(city.grpc, text);
});
after(async () => {
  admin?.close();
  await city?.stop();
});

async function apiOf(principal, scopes, limits) {
  const { key_text } = await admin.call('KeyService.CreateKey', { principal, scopes, limits });
  return { api: new Api(city.grpc, key_text), text: key_text };
}

/** The gRPC codes of some calls, one after the other. */
async function codesOf(count, call) {
  const codes = [];
  for (let i = 0; i < count; i++) {
    codes.push(
      await call(i).then(
        () => Code.OK,
        ({ code }) => code,
      ),
    );
  }
  return codes;
}

const columns = (rows, at = 0) => ({
  measures: [kMeasure],
  measure_indexes: Array(rows).fill(0),
  time_deltas_ms: [Date.now() - 60_000 + at, ...Array(rows - 1).fill(1)],
  values: Array(rows).fill(1),
});

test('a key has its own rate over gRPC and HTTP together, and others are not slowed', async () => {
  const { api, text } = await apiOf('map', ['layers:read'], { calls_per_second: 5 });
  const codes = await codesOf(20, () => api.call('LayerService.ListLayers'));
  assert.ok(codes.slice(0, 5).every((code) => code === Code.OK), codes.join());
  assert.ok(codes.includes(Code.RESOURCE_EXHAUSTED), codes.join());
  const reply = await fetch(`${city.url}${kTile}`, { headers: { 'x-api-key': text } });
  assert.equal(reply.status, 429);
  assert.match(reply.headers.get('retry-after'), /^\d+$/);
  const others = await codesOf(20, () => admin.call('LayerService.ListLayers'));
  assert.ok(others.every((code) => code === Code.OK), others.join());
  api.close();
});

test('readings above the rate are refused, and those of a stream wait', async () => {
  const { api } = await apiOf('gauge', ['readings:write'], { readings_per_second: 2 });
  const codes = await codesOf(3, (i) =>
    api.call('ReadingService.WriteReadings', { readings: columns(20, i * 1000) }),
  );
  assert.deepEqual(codes, [Code.OK, Code.RESOURCE_EXHAUSTED, Code.RESOURCE_EXHAUSTED]);
  api.close();

  const streaming = await apiOf('streaming gauge', ['readings:write'], { readings_per_second: 20 });
  const stream = streaming.api.clients.ReadingService.StreamReadings(streaming.api.metadata);
  const startMs = performance.now();
  let answers = 0;
  const ended = new Promise((resolve, reject) => {
    stream.on('data', () => answers++);
    stream.on('end', resolve).on('error', reject);
  });
  for (let i = 0; i < 3; i++) stream.write({ readings: columns(20, i * 1000) });
  stream.end();
  await ended;
  assert.equal(answers, 3, 'none is lost');
  assert.ok(performance.now() - startMs >= 900, `${performance.now() - startMs} ms`);
  streaming.api.close();
});

test('a flood of addresses has a limit each, and is remembered in bounded memory', async () => {
  // This machine is a trusted proxy, so each request may name an address.
  const from = (address) => fetch(`${city.url}${kTile}`, { headers: { 'x-forwarded-for': address } });
  const replies = await Promise.all(Array.from({ length: 60 }, () => from('203.0.113.7')));
  const statuses = replies.map(({ status }) => status);
  assert.ok(statuses.includes(429), statuses.join());
  for (let i = 0; i < 500; i++) {
    const { status } = await from(`10.0.${Math.floor(i / 250)}.${i % 250}`);
    assert.ok(status < 300, `${i}: ${status}`);
  }
  const gateway = city.of('gateway');
  const held = await gateway.metric('citylayers_limit_accounts', 'of="addresses"');
  assert.ok(held > 0 && held <= 64, `${held}`);
  assert.ok((await gateway.metric('citylayers_limit_refused_total', 'limit="calls"')) > 0);
});
