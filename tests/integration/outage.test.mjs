// Split mode: a service that is down leaves its layer stale, not empty, and the layer recovers by itself.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../support/daemon.mjs';
import { Code } from './support/api.mjs';
import { stages } from './support/driver.mjs';
import { openEvents } from './support/events.mjs';
import { useCity } from './support/suite.mjs';
import { fetchTile, kBenThanh, kThaoDien } from './support/tiles.mjs';

const here = useCity('2022-10-15T09:00:00Z', { split: true });
const tileJson = async (layer) => (await fetch(`${here.city.url}/tiles/${layer}.json`)).json();
const benThanh = () => fetchTile(here.city, 'traffic', kBenThanh);
let before;

test('all are up: nothing is stale once readings come', async () => {
  await here.driver.write(stages(0.3));
  const segments = await here.api.list('TrafficService.ListSegments', 'segments', {
    street: 'Lê Lợi',
  });
  await here.driver.writeSpeeds(segments, () => 30);
  await until('traffic is fresh', async () => !(await tileJson('traffic')).stale);
  await here.city.published('traffic');
  before = await until('the gateway has the new tile', async () => {
    const tile = await benThanh();
    return !tile.headers.get('x-citylayers-stale') && tile;
  });
});

test('traffic is killed: its tiles are served on, marked as stale', async () => {
  const events = await openEvents(`${here.city.url}/live/traffic`);
  await events.next('snapshot');
  const traffic = here.city.of('traffic');
  here.ports = { grpc: traffic.grpc };
  await traffic.stop('SIGKILL');
  await until('TileJSON is stale', async () => (await tileJson('traffic')).stale);
  // The gateway polls its backends four times per second: a tile may be answered from the cache meanwhile.
  const tile = await until('the tile is stale', async () => {
    const now = await benThanh();
    assert.equal(now.status, 200, 'never empty, never an error');
    return now.headers.get('x-citylayers-stale') === '1' && now;
  });
  assert.deepEqual(tile.bytes, before.bytes);
  const heartbeat = await until('the stream is stale', async () => {
    const { data } = await events.next('heartbeat');
    return JSON.parse(data).stale;
  });
  assert.ok(heartbeat);
  events.close();
  const readiness = await fetch(`${here.city.url}/readyz`);
  assert.equal(readiness.status, 503);
  assert.match(await readiness.text(), /traffic/);
  await assert.rejects(here.api.call('TrafficService.ListJams'), { code: Code.UNAVAILABLE });
});

test('the others go on', async () => {
  for (let i = 0; i < 2; ++i) {
    await here.driver.step(10);
    await here.driver.write(stages(1.7));
    await here.city.published('flood');
  }
  const wet = await until('Thảo Điền is wet', async () => {
    const tile = await fetchTile(here.city, 'flood', kThaoDien);
    return tile.status === 200 && tile;
  });
  assert.equal(wet.headers.get('x-citylayers-stale'), null);
  assert.equal((await fetchTile(here.city, 'base', kBenThanh)).status, 200);
  assert.equal((await here.api.call('AlertService.ListAlerts')).next_page_token, '');
});

test('traffic starts again where it was: fresh by itself', async () => {
  await here.city.startTarget('traffic', here.ports);
  await here.city.ready();
  const tile = await until('the tile is fresh', async () => {
    const now = await benThanh();
    return now.status === 200 && !now.headers.get('x-citylayers-stale') && now;
  });
  assert.equal(tile.status, 200);
  await here.api.call('TrafficService.ListJams');
});

test('readings is killed: layers stay and say that they are stale', async () => {
  const readings = here.city.of('readings');
  const ports = { grpc: readings.grpc };
  const tile = await fetchTile(here.city, 'flood', kThaoDien);
  await readings.stop('SIGKILL');
  for (const layer of ['flood', 'traffic']) {
    await until(`${layer} is stale`, async () => (await tileJson(layer)).stale);
  }
  const still = await fetchTile(here.city, 'flood', kThaoDien);
  assert.deepEqual(still.bytes, tile.bytes);
  await here.city.startTarget('readings', ports);
  await here.city.ready();
  await here.driver.step(1);
  await here.driver.write(stages(1.7));
  await until('flood is fresh', async () => !(await tileJson('flood')).stale);
});
