// A disk that stalls: writes wait for it, and no other call does.

import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { kBin, sleep, temporaryFolder, until } from '../../support/daemon.mjs';
import { columns, stages } from '../../integration/support/driver.mjs';
import { attackedCity } from '../support/attacked_city.mjs';
import { assertUndisturbed } from '../support/bystander.mjs';

const kStallMs = 2000;
const kWriters = 24; // more than the server's threads of any kind
const kStallFile = join(temporaryFolder(), 'stall');

const here = attackedCity({
  env: { LD_PRELOAD: join(kBin, 'citylayers_slow_disk.so'), CITYLAYERS_SLOW_DISK: kStallFile },
});
const stall = (ms) => writeFileSync(kStallFile, String(ms));
const recover = () => rmSync(kStallFile, { force: true });
after(recover);

/** Calls `act` repeatedly, kWriters in parallel, until stop(), which returns the number of successful calls. */
function keepBusy(act) {
  let running = true;
  let done = 0;
  const writers = Array.from({ length: kWriters }, async (_, i) => {
    while (running) {
      await act(i).then(
        () => done++,
        () => sleep(20), // refused while the queue is full
      );
    }
  });
  return {
    done: () => done,
    async stop() {
      running = false;
      await Promise.all(writers);
    },
  };
}

/** Measures a bystander while `act` runs repeatedly on a stalled disk. */
async function assertUndisturbedBy(what, act) {
  let busy;
  await assertUndisturbed(what, here, async () => {
    stall(kStallMs);
    busy = keepBusy(act);
    await until('writes wait for the disk', async () => {
      const before = busy.done();
      await sleep(500);
      return busy.done() - before < kWriters;
    });
    return async () => {
      recover();
      await busy.stop();
    };
  });
  assert.ok(busy.done() >= kWriters, `${busy.done()} writes came to an end`);
}

test('batches of readings that wait for the disk delay no other call', () =>
  assertUndisturbedBy('waiting batches', () => here.driver.write(stages(0.5))));

test('streams of readings that wait for the disk delay no other call', () =>
  assertUndisturbedBy('waiting streams', async () => {
    const stream = here.api.stream('ReadingService.StreamReadings');
    stream.write({ readings: columns(stages(0.5), here.driver.timeMs) });
    stream.end();
    let acks = 0;
    for await (const { result } of stream) acks += result.accepted_count > 0;
    assert.equal(acks, 1);
  }));

test('a clock that waits for the disk delays no other call', () =>
  assertUndisturbedBy('waiting clocks', () => here.driver.step()));

test('new measures that wait for the disk delay no other call', async () => {
  const { segments } = await here.api.call('TrafficService.ListSegments', { page_size: 1000 });
  let next = 0;
  await assertUndisturbedBy('new measures', () =>
    here.driver.write({ [`${segments[next++ % segments.length].name}/measures/speed`]: 30 }),
  );
});

here.judge();
