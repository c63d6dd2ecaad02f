// The data directory: access rights, the pack that it belongs to, and the report of a lost end of the log.

import assert from 'node:assert/strict';
import { readdirSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { City, kPack, run, temporaryFolder, until } from '../support/daemon.mjs';
import { Api } from './support/api.mjs';
import { Driver, stages } from './support/driver.mjs';

/** All files and folders below a folder: [path, mode]. */
function modes(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    const mode = statSync(path).mode & 0o777;
    return [[path, mode], ...(entry.isDirectory() ? modes(path) : [])];
  });
}

const admin = async (city, path) =>
  (await fetch(`http://${city.of('readings').admin}${path}`)).text();

/** Writes some readings into a city's data, and stops the city. */
async function used(options = {}) {
  const city = await City.start(options);
  const api = new Api(city.grpc);
  const driver = new Driver(api, '2022-10-10T09:00:00Z');
  await driver.step();
  for (let i = 0; i < 5; i++) await driver.write(stages(0.5));
  api.close();
  return city;
}

for (const [access, flags, forbidden] of [
  ['group', ['--server.data_access', 'group'], 0o027],
  ['owner', [], 0o077],
]) {
  test(`data that the ${access} may read is closed to others`, async () => {
    const city = await used({ flags });
    // Checkpoints are written later than the other files.
    await until('checkpoints are there', () => modes(city.data).length > 20);
    await city.stop();
    for (const [path, mode] of modes(city.data)) {
      assert.equal(mode & forbidden, 0, `${path} has ${mode.toString(8)}`);
    }
  });
}

test('another pack of the same city is taken, and named', async () => {
  const stations = join(temporaryFolder(), 'stations.csv');
  writeFileSync(stations, 'id,lat,lon,name,kind\nphu-an,10.7786,106.7077,Phú An,water_level\n');
  const pack = join(temporaryFolder(), 'new.pack');
  const built = run('citylayers', ['pack', 'build', '--stations', stations, '--out', pack]);
  assert.equal(built.status, 0, built.stderr);
  const idOf = (folder) =>
    JSON.parse(run('citylayers', ['pack', 'info', folder, '--format', 'json']).stdout).pack_id;
  const [before, now] = [idOf(kPack), idOf(pack)];
  assert.notEqual(before, now);

  const city = await used();
  await city.stop();
  city.pack = pack;
  await city.resume();
  assert.match(city.log(), new RegExp(`another city pack.*${before}.*${now}`));
  assert.match(await admin(city, '/readyz'), new RegExp(`^ready\nnotice: .*${before}.*${now}`));
  const tileJson = await (await fetch(`${city.url}/tiles/traffic.json`)).json();
  assert.ok(tileJson.notices.includes(`pack_changed:${before}:${now}`), tileJson.notices.join());
  const api = new Api(city.grpc);
  const { stations: all } = await api.call('StationService.ListStations');
  assert.ok(all.length > 1, 'the registry keeps the stations that the new pack does not have');
  api.close();
  await city.stop();

  await city.resume();
  assert.equal(await admin(city, '/readyz'), 'ready\n', 'it is reported once');
  await city.stop();
});

test('a write-ahead log that was cut off is told', async () => {
  const city = await used();
  await city.stop('SIGKILL');
  const db = join(city.data, 'readings/db');
  const logs = readdirSync(db).filter((name) => name.endsWith('.log'));
  const log = logs.map((name) => join(db, name)).sort().at(-1);
  truncateSync(log, statSync(log).size - 40);
  await city.resume();
  assert.match(city.of('readings').log, /acknowledged writes are lost/);
  assert.match(await admin(city, '/readyz'), /^ready\nnotice: readings: .*offsets? .* lost/);
  assert.equal(await city.of('readings').metric('citylayers_readings_lost_batches'), 1);
  await city.stop();
});
