// Tests for map clients: readiness, TileJSON, tiles that two other readers decode alike, and ETags.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { until } from '../support/daemon.mjs';
import { useCity } from './support/suite.mjs';
import { decode, fetchTile, gdalCounts, haveGdal, kBenThanh } from './support/tiles.mjs';

const here = useCity('2022-10-10T09:00:00Z');
const kStreet = 'Lê Lợi';
const kFreeKmh = 40;
const kJamKmh = 2;
let segments; // of the street

const benThanh = (headers) => fetchTile(here.city, 'traffic', kBenThanh, headers);
const ofStreet = (tile) =>
  decode(tile.bytes).traffic.filter((feature) => feature.properties.name === kStreet);
const levels = (tile) => new Set(ofStreet(tile).map((feature) => feature.properties.level));

/** Writes the speed of the whole street and waits until the layer has it. */
async function writeSpeed(kmh) {
  const traffic = here.city.of('traffic');
  const taken = () => traffic.metric('citylayers_layer_readings_total', 'layer="traffic"');
  const before = await taken();
  await here.driver.writeSpeeds(segments, () => kmh);
  const wanted = before + segments.length;
  await until('the traffic layer takes the readings', async () => {
    return (await taken()) >= wanted;
  });
  await here.city.published('traffic');
}

test('a city that is ready says so', async () => {
  const reply = await fetch(`${here.city.url}/readyz`);
  assert.equal(reply.status, 200);
  assert.equal((await fetch(`${here.city.url}/healthz`)).status, 200);
});

test('/tiles/traffic.json is TileJSON 3 with everything that a client needs', async () => {
  const json = await (await fetch(`${here.city.url}/tiles/traffic.json`)).json();
  assert.equal(json.tilejson, '3.0.0');
  assert.deepEqual(json.tiles, [`${here.city.url}/tiles/traffic/{z}/{x}/{y}.mvt`]);
  assert.equal(json.minzoom, 8);
  assert.equal(json.maxzoom, 14);
  const [west, south, east, north] = json.bounds;
  assert.ok(west < 106.7 && 106.7 < east && south < 10.77 && 10.77 < north, `${json.bounds}`);
  assert.ok(json.attribution.length > 0, 'it has an attribution');
  const [traffic] = json.vector_layers;
  assert.equal(traffic.id, 'traffic');
  assert.match(traffic.fields.level, /3 queuing/);
  for (const field of ['name', 'class', 'speed_kmh']) assert.ok(traffic.fields[field], field);
});

test('the tile over Bến Thành has the streets that are there, with levels and u32 ids', async () => {
  segments = await here.api.list('TrafficService.ListSegments', 'segments', { street: kStreet });
  assert.ok(segments.length >= 4, `${kStreet} has ${segments.length} segments`);
  await writeSpeed(kFreeKmh);
  const tile = await benThanh();
  assert.equal(tile.status, 200);
  assert.equal(tile.headers.get('content-type'), 'application/vnd.mapbox-vector-tile');
  const features = decode(tile.bytes).traffic;
  const names = new Set(features.map((feature) => feature.properties.name));
  for (const name of [kStreet, 'Hàm Nghi', 'Lê Lai']) assert.ok(names.has(name), name);
  const ids = features.map((feature) => feature.id);
  assert.ok(ids.every((id) => Number.isInteger(id) && id >= 0 && id < 2 ** 32));
  assert.equal(new Set(ids).size, ids.length, 'an id is one segment');
  assert.deepEqual(levels(tile), new Set([1]), 'free');
  const known = new Set(segments.map((segment) => segment.index));
  for (const feature of ofStreet(tile)) assert.ok(known.has(feature.id), `segment ${feature.id}`);
});

test(
  'GDAL and @mapbox/vector-tile count the same features',
  { skip: !haveGdal && 'no ogrinfo' },
  async () => {
    for (const [layer, at] of [
      ['traffic', kBenThanh],
      ['traffic', '12/3261/1924'],
      ['base', kBenThanh],
    ]) {
      const { status, bytes } = await fetchTile(here.city, layer, at);
      assert.equal(status, 200, `${layer} ${at}`);
      const ours = Object.entries(decode(bytes)).map(([name, list]) => [name, list.length]);
      assert.deepEqual(gdalCounts(bytes, at), Object.fromEntries(ours), `${layer} ${at}`);
    }
  },
);

test('the ETag changes when the content does, and only then', async () => {
  const free = await benThanh();
  await writeSpeed(kFreeKmh); // the same readings again
  assert.equal((await benThanh()).etag, free.etag, 'the tag is unchanged');
  const unchanged = await benThanh({ 'if-none-match': free.etag });
  assert.equal(unchanged.status, 304);
  assert.equal(unchanged.bytes.length, 0);

  await here.driver.step(1);
  await writeSpeed(kJamKmh);
  const jam = await benThanh({ 'if-none-match': free.etag });
  assert.equal(jam.status, 200);
  assert.notEqual(jam.etag, free.etag);
  assert.deepEqual(levels(jam), new Set([4]), 'stationary');

  await here.driver.step(1);
  await writeSpeed(kFreeKmh);
  const again = await benThanh();
  assert.deepEqual(again.bytes, free.bytes, 'the same state is the same tile');
  assert.equal(again.etag, free.etag);
});

test('representations have tags of their own', async () => {
  const gzip = await benThanh({ 'accept-encoding': 'gzip' });
  const plain = await benThanh({ 'accept-encoding': 'identity' });
  assert.notEqual(gzip.etag, plain.etag);
  assert.match(gzip.headers.get('vary'), /accept-encoding/i);
  assert.deepEqual(gzip.bytes, plain.bytes, 'decoded, the same');
  const head = await fetch(`${here.city.url}/tiles/traffic/${kBenThanh}.mvt`, {
    method: 'HEAD',
    headers: { 'accept-encoding': 'identity' },
  });
  assert.equal(head.headers.get('etag'), plain.etag);
  assert.equal(Number(head.headers.get('content-length')), plain.bytes.length);
});

for (const signal of ['SIGTERM', 'SIGKILL']) {
  test(`tiles and their ETags survive a restart after ${signal}`, async () => {
    await here.driver.step(1);
    await writeSpeed(signal === 'SIGTERM' ? kJamKmh : kFreeKmh);
    const before = await benThanh();
    await here.restart(signal);
    const after = await until('the tile is back', async () => {
      const tile = await benThanh();
      return tile.etag === before.etag && tile;
    });
    assert.equal(after.status, 200);
    assert.deepEqual(after.bytes, before.bytes);
    assert.equal((await benThanh({ 'if-none-match': before.etag })).status, 304);
  });
}

test('a damaged checkpoint is made anew from the log', async () => {
  const before = await benThanh();
  here.api.close();
  await here.city.stop();
  writeFileSync(join(here.city.data, 'traffic/traffic.state'), 'not what was written');
  await here.city.resume();
  const after = await benThanh();
  assert.equal(after.etag, before.etag);
  assert.match(here.city.of('traffic').log, /traffic\.state: the checkpoint is damaged/);
});
