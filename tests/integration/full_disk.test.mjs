// A disk that fills up: writes are refused, acknowledged data are kept, reads continue. Needs root, to mount a small
// file system.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { City, temporaryFolder, until } from '../support/daemon.mjs';
import { Api, Code } from './support/api.mjs';
import { Driver } from './support/driver.mjs';
import { fetchTile, kBenThanh } from './support/tiles.mjs';

const kPhuAn = 'stations/phu-an/measures/water_level';

/** Mounts `size` of memory as a file system; undefined when that is not allowed here. */
function mountSmall(size) {
  const folder = join(temporaryFolder(), 'disk');
  mkdirSync(folder);
  const options = ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder];
  if (spawnSync('mount', options).status !== 0) return undefined;
  return folder;
}

/** Writes a file until there is no room left. */
function fill(path) {
  const file = openSync(path, 'w');
  try {
    for (let bytes = 1 << 20; bytes >= 512;) {
      try {
        writeSync(file, Buffer.alloc(bytes));
      } catch (error) {
        if (error.code !== 'ENOSPC') throw error;
        bytes /= 2;
      }
    }
  } finally {
    closeSync(file);
  }
}

/** All values of the gauge, oldest first. */
async function stored(api) {
  const values = [];
  const request = { measures: [kPhuAn], start_time: { seconds: 0 } };
  for await (const { readings } of api.stream('ReadingService.QueryReadings', request)) {
    values.push(...readings.values);
  }
  return values;
}

test('a full disk refuses batches, and loses none that it took', async (t) => {
  const disk = mountSmall('160m');
  if (!disk) return t.skip('cannot mount a tmpfs here: needs root');
  let city;
  t.after(async () => {
    await city?.stop();
    spawnSync('umount', ['--lazy', disk]); // a city that did not start may use it for a moment
  });
  city = await City.start({ data: join(disk, 'data') });
  const api = new Api(city.grpc);
  const driver = new Driver(api, '2022-10-14T09:00:00Z');
  await driver.step();
  const acknowledged = [];
  const write = async () => {
    await driver.step(1);
    const value = acknowledged.length / 1000;
    await driver.write({ [kPhuAn]: value });
    acknowledged.push(value);
  };
  for (let i = 0; i < 20; ++i) await write();

  fill(join(disk, 'filler'));
  const error = await until('a batch is refused', () =>
    write().then(
      () => null,
      (e) => e,
    ),
  );
  assert.ok([Code.RESOURCE_EXHAUSTED, Code.UNAVAILABLE].includes(error.code), error.message);
  assert.match(error.details, /space|full|free/i);
  assert.deepEqual(await stored(api), acknowledged, 'reads go on');
  const ready = () => fetch(`http://${city.of('readings').admin}/readyz`);
  const refusing = await ready();
  assert.equal(refusing.status, 503);
  assert.match(await refusing.text(), /readings: .*(space|full|free|room)/i);
  assert.equal((await fetchTile(city, 'traffic', kBenThanh)).status, 200);

  rmSync(join(disk, 'filler'));
  await until('batches are accepted again', () =>
    write().then(
      () => true,
      () => false,
    ),
  );
  await until('it is ready again', async () => (await ready()).ok);
  assert.deepEqual(await stored(api), acknowledged);
  api.close();
  await city.stop();
  await city.resume();
  const again = new Api(city.grpc);
  assert.deepEqual(await stored(again), acknowledged, 'after a restart too');
  again.close();
});
