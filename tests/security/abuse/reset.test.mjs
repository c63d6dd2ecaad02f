// Streams that are opened and reset at once, and streams that are opened endlessly: each costs the server more than its
// sender.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sleep, until } from '../../support/daemon.mjs';
import { codec } from '../../integration/support/api.mjs';
import { assertAlive, attackedCity } from '../support/attacked_city.mjs';
import { callFrames, RawHttp2, resetFrame } from '../support/raw_http2.mjs';

const kDrainMs = 1000;
const here = attackedCity({ flags: ['--server.drain', '1s'] });

const kConnections = 4;
const kAttackMs = 5000;
const kStreamsPerWrite = 200;
const kLayers = '/citylayers.layers.v1.LayerService';
const kWatch = codec('layers.v1.LayerService', 'WatchLayer').encode({ name: 'layers/traffic' });
const kEmpty = Buffer.alloc(0);

const kAttacks = {
  'calls that are reset': (id) => [callFrames(id, `${kLayers}/ListLayers`, { message: kEmpty }), resetFrame(id)],
  'headers that are reset': (id) => [callFrames(id, `${kLayers}/ListLayers`), resetFrame(id)],
  'watches that are reset': (id) => [callFrames(id, `${kLayers}/WatchLayer`, { message: kWatch }), resetFrame(id)],
  'watches without end': (id) => [callFrames(id, `${kLayers}/WatchLayer`, { message: kWatch })],
  'calls without their message': (id) => [callFrames(id, `${kLayers}/ListLayers`)],
};

/** Opens connections and sends these frames until endMs, or until `progress.over`; returns the number of streams. */
async function attack(address, framesOf, endMs, progress = { streams: 0, over: false }) {
  let streams = 0;
  while (Date.now() < endMs && !progress.over) {
    const wire = await RawHttp2.connect(address).catch(() => null);
    if (!wire) {
      await sleep(20); // refused
      continue;
    }
    wire.socket.pause(); // answers are not read
    for (let id = 1; Date.now() < endMs; ) {
      const frames = [];
      for (let i = 0; i < kStreamsPerWrite; i++, id += 2) frames.push(...framesOf(id));
      const timer = setTimeout(() => wire.close(), Math.max(1, endMs - Date.now()));
      const good = await wire.send(Buffer.concat(frames));
      clearTimeout(timer);
      if (!good) break;
      await new Promise(setImmediate); // writing without a pause would starve the timers
      streams += kStreamsPerWrite;
      progress.streams += kStreamsPerWrite;
    }
    wire.close();
  }
  return streams;
}

for (const [what, framesOf] of Object.entries(kAttacks)) {
  test(`${what} are shed`, async () => {
    const endMs = Date.now() + kAttackMs;
    const runs = Array.from({ length: kConnections }, () => attack(here.city.grpc, framesOf, endMs));
    const streams = (await Promise.all(runs)).reduce((a, b) => a + b);
    console.log(`${what}: ${streams} streams, peak so far ${here.watcher.peakMib.toFixed(0)} MiB`);
    assert.ok(streams > 1000);
    // A connection that was lost in the flood is made again.
    await until('it serves', () => here.api.call('LayerService.ListLayers'), 10_000);
    assertAlive(here);
  });
}

here.judge();

test('the city stops in time while it is attacked', async () => {
  const gateway = here.city.of('gateway');
  const progress = { streams: 0, over: false };
  const endMs = Date.now() + 40_000;
  let ended = false;
  const runs = Array.from({ length: kConnections }, () =>
    attack(here.city.grpc, kAttacks['calls that are reset'], endMs, progress).catch(() => 0),
  );
  const attacks = Promise.all(runs).then(() => (ended = true));
  await until('the attack runs', () => progress.streams > 10 * kStreamsPerWrite);
  const { ms, code } = await gateway.stop();
  const attacked = !ended;
  progress.over = true;
  await attacks;
  console.log(`stopped in ${ms} ms`);
  assert.equal(code, 0);
  assert.ok(attacked, 'the attack ended before the city had stopped');
  assert.ok(ms < kDrainMs + 4000, `${ms} ms`);
});
