// Watching: a snapshot and its deltas give the same state as the tiles, also after a reconnect.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../support/daemon.mjs';
import { stages } from './support/driver.mjs';
import { openEvents } from './support/events.mjs';
import { gaugesRead, rulesEvaluated, useCity } from './support/suite.mjs';
import { decode, fetchTile, kBenThanh } from './support/tiles.mjs';
import { WatchedState } from './support/watched_state.mjs';

const here = useCity('2022-10-11T09:00:00Z');
const kTraffic = { name: 'layers/traffic', tick_ms: 250 };
const kView = { west_deg: 106.68, south_deg: 10.76, east_deg: 106.72, north_deg: 10.79 };
const kFar = { west_deg: 106.6, south_deg: 10.63, east_deg: 106.61, north_deg: 10.64 };
const kFollowMs = 60_000;
let segments;

const segmentsIn = (bounds) => here.api.list('TrafficService.ListSegments', 'segments', { bounds });
const writeSpeeds = (speedOf) => here.driver.writeSpeeds(segments, speedOf);

/** The messages of a stream; fails when they are not complete after a minute. */
async function* within(stream) {
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    stream.cancel();
  }, kFollowMs);
  try {
    yield* stream;
  } catch (error) {
    if (!late) throw error;
    throw new Error(
      `the message that the test waits for did not come within ${kFollowMs / 1000} s`,
    );
  } finally {
    clearTimeout(timer);
  }
}

/** Applies messages to `state` until `done` returns true for it. */
async function follow(state, stream, done) {
  for await (const message of within(stream)) {
    state.apply(message);
    if (await done(state, message)) return;
  }
  throw new Error('the stream ended');
}

/** True when the state equals the tile over Bến Thành. */
async function sameAsTile(state) {
  const features = decode((await fetchTile(here.city, 'traffic', kBenThanh)).bytes).traffic;
  return features.every(
    ({ id, properties }) =>
      state.value('traffic', id, 'level') === properties.level &&
      state.value('traffic', id, 'speed_kmh') === properties.speed_kmh,
  );
}

test('a snapshot and ten deltas equal the state in the tiles', async () => {
  segments = (await segmentsIn(kView)).filter((segment) => segment.street !== '');
  assert.ok(segments.length > 200, `${segments.length} named segments in view`);
  const state = new WatchedState();
  const stream = here.api.stream('LayerService.WatchLayer', { ...kTraffic, viewport: kView });
  const round = (n) => writeSpeeds((s) => 1 + ((s.index * 7 + n * 13) % 60));
  let wanted = 0;
  await follow(state, stream, async () => {
    if (state.deltas < wanted) return false;
    if (wanted === 10) return true;
    await here.driver.step(1);
    await round(++wanted);
    return false;
  });
  stream.cancel();
  assert.equal(state.snapshots, 1);
  assert.ok(state.rows.get('traffic').size >= segments.length);
  await until('the tile equals the state', () => sameAsTile(state));
});

test('a watcher hears of what is in its view alone', async () => {
  const state = new WatchedState();
  const stream = here.api.stream('LayerService.WatchLayer', { ...kTraffic, viewport: kFar });
  const inFar = new Set((await segmentsIn(kFar)).map((segment) => segment.index));
  let written = false;
  await follow(state, stream, async (_, message) => {
    if (message.heartbeat) return true; // no changes for a while
    if (!written) {
      written = true;
      await here.driver.step(1);
      await writeSpeeds((s) => 5 + (s.index % 50));
    }
    return false;
  });
  stream.cancel();
  for (const id of state.rows.get('traffic')?.keys() ?? []) assert.ok(inFar.has(id), `row ${id}`);
});

test('who comes back with a version gets deltas from there', async () => {
  const state = new WatchedState();
  const first = here.api.stream('LayerService.WatchLayer', kTraffic);
  await follow(state, first, () => state.snapshots === 1);
  first.cancel();
  const held = state.version.counter;
  await here.driver.step(1);
  await writeSpeeds((s) => 3 + (s.index % 40)); // without a watcher
  await here.city.published('traffic');
  const request = { ...kTraffic, resume: state.resume };
  const second = here.api.stream('LayerService.WatchLayer', request);
  await follow(state, second, () => state.version.counter > held);
  second.cancel();
  assert.equal(state.snapshots, 1, 'a delta bridged the gap');
  await until('the tile equals the state', () => sameAsTile(state));
});

test('who comes back with another pack, or too late, gets a snapshot', async () => {
  const strangers = [
    { pack_id: 'another', version: { epoch: 1, counter: 1 } },
    { pack_id: await packId(), version: { epoch: 1, counter: 1 } },
  ];
  for (const resume of strangers) {
    const stream = here.api.stream('LayerService.WatchLayer', { ...kTraffic, resume });
    const state = new WatchedState();
    await follow(state, stream, () => true);
    stream.cancel();
    assert.equal(state.snapshots, 1, JSON.stringify(resume));
  }
});

const packId = async () => {
  const { layer } = await here.api.call('LayerService.GetLayer', { name: 'layers/traffic' });
  return layer.pack_id;
};

test('flood lists the tiles that changed, and its rows are the depths in the tiles', async () => {
  const state = new WatchedState();
  const changed = new Set();
  const stream = here.api.stream('LayerService.WatchLayer', { name: 'layers/flood', tick_ms: 250 });
  await follow(state, stream, async (_, message) => {
    if (message.snapshot) {
      await here.driver.step(10);
      await here.driver.write(stages(1.7));
    }
    for (const { z, x, y } of message.delta?.changed_tiles ?? []) changed.add(`${z}/${x}/${y}`);
    return changed.size > 0;
  });
  stream.cancel();
  assert.ok(changed.has('14/13049/7697'), [...changed].slice(0, 20).join(' '));
  const { streets } = decode((await fetchTile(here.city, 'flood', '14/13049/7697')).bytes);
  assert.ok(streets.length > 0);
  for (const { id, properties } of streets) {
    assert.equal(state.value('streets', id, 'depth_cm'), properties.depth_cm);
  }
});

test('alerts are watched too: those that are, then each change', async () => {
  const stream = here.api.stream('AlertService.WatchAlerts', { filter: 'kind = STAGE' });
  const tide = async () => {
    for (let i = 0; i < 2; ++i) {
      await here.driver.step(10);
      await here.driver.write(stages(1.7));
      await gaugesRead(here);
      await rulesEvaluated(here.city); // a reading counts for alerts only after an evaluation
    }
  };
  let first = true;
  let writing;
  try {
    for await (const message of within(stream)) {
      assert.equal(message.snapshot, first);
      first = false;
      if (message.alerts.some((alert) => alert.subject === 'stations/phu-an')) break;
      writing ??= tide();
    }
  } finally {
    stream.cancel();
    await writing;
  }
});

test('SSE: events carry ids, and Last-Event-ID goes on from there', async () => {
  const url = `${here.city.url}/live/traffic?tick_ms=250`;
  const first = await openEvents(url);
  const snapshot = await first.next('snapshot');
  assert.match(snapshot.id, /^[0-9a-f]+:\d+:\d+$/);
  assert.ok(JSON.parse(snapshot.data).rows.length > 0);
  first.close();
  await here.driver.step(1);
  await writeSpeeds((s) => 2 + (s.index % 30));
  await here.city.published('traffic');
  const second = await openEvents(url, { 'last-event-id': snapshot.id });
  const next = await second.next('delta'); // a heartbeat may come first
  const [, epoch, counter] = snapshot.id.split(':');
  assert.deepEqual(JSON.parse(next.data).from, { epoch, counter });
  second.close();
});

test('SSE: alerts', async () => {
  const events = await openEvents(`${here.city.url}/live/alerts`);
  const { data } = await events.next('alerts');
  assert.equal(JSON.parse(data).snapshot, true);
  events.close();
});
