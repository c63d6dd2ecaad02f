// Split mode: without the flood service, flooded streets stay closed, and the traffic layer is stale.

import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { until } from '../support/daemon.mjs';
import { stages } from './support/driver.mjs';
import { useCity } from './support/suite.mjs';
import { decode, fetchTile, kThaoDien } from './support/tiles.mjs';

const here = useCity('2022-10-15T09:00:00Z', {
  split: true,
  flags: [
    '--traffic.checkpoint',
    '500ms',
    '--traffic.flood_wait',
    '2s',
    '--traffic.closed_depth_m',
    '0.15',
  ],
});
const isStale = async () =>
  (await (await fetch(`${here.city.url}/tiles/traffic.json`)).json()).stale;
const closed = async () => {
  const { bytes } = await fetchTile(here.city, 'traffic', kThaoDien);
  return decode(bytes).traffic.filter((f) => f.properties.level === 5).length;
};
const restartTraffic = async () => {
  const { grpc } = here.city.of('traffic');
  await here.city.of('traffic').stop('SIGKILL');
  await here.city.startTarget('traffic', { grpc });
};
const trafficReady = async () => (await fetch(`http://${here.city.of('traffic').admin}/readyz`)).ok;
let closedBefore;

test('streets are closed by water', async () => {
  await here.driver.write(stages(1.7));
  const segments = await here.api.list('TrafficService.ListSegments', 'segments', {
    street: 'Lê Lợi',
  });
  await here.driver.writeSpeeds(segments, () => 30);
  await until('Thảo Điền has closed streets', closed);
  await until('traffic is fresh', async () => !(await isStale()));
  const count = () => here.city.of('traffic').metric('citylayers_layer_publish_seconds_count');
  const before = await count();
  await until('a checkpoint is old enough', async () => (await count()) > before + 8);
  await here.city.published('traffic');
  closedBefore = await closed(); // more of them may have closed until now
});

test('flood is killed: streets stay closed, and traffic says that it is stale', async () => {
  const flood = here.city.of('flood');
  here.floodPorts = { grpc: flood.grpc };
  await flood.stop('SIGKILL');
  await until('traffic is stale', isStale);
  assert.equal(await closed(), closedBefore);
});

test('traffic is killed too: it comes back as it was, stale', async () => {
  await restartTraffic();
  await until('traffic is ready', trafficReady);
  await here.city.published('traffic');
  assert.equal(await closed(), closedBefore);
  assert.equal(await isStale(), true);
});

test('without a checkpoint it waits for flood for a while, then goes on, stale', async () => {
  const { grpc } = here.city.of('traffic');
  await here.city.of('traffic').stop('SIGKILL');
  rmSync(join(here.city.data, 'traffic/traffic.state'));
  await here.city.startTarget('traffic', { grpc });
  await until('traffic is ready', trafficReady);
  await until('stale', isStale);
});

test('flood starts again: all is fresh and closed', async () => {
  await here.city.startTarget('flood', here.floodPorts);
  await until('closed', async () => (await closed()) === closedBefore);
  await until('traffic is fresh', async () => !(await isStale()));
});
