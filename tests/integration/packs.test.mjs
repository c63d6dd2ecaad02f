// Files that are not valid input of a city pack: each is refused with the reason, and no partial pack is left.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { cpSync, existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { kBin, kPack, kRoot, run, temporaryFolder, until } from '../support/daemon.mjs';

const kRealData = process.env.CITYLAYERS_REAL_DATA ?? join(kRoot, '../shared/data');
const kOsm = join(kRealData, 'roads/hcmc.osm.pbf');
const kNoOsm = !existsSync(kOsm) && `no extract at ${kOsm}`;

/** Builds into a new folder; returns the result and the files left there. */
function build(...args) {
  const folder = temporaryFolder();
  const result = run('citylayers', ['pack', 'build', ...args, '--out', join(folder, 'city.pack')]);
  return { ...result, left: readdirSync(folder) };
}

function refused(result, ...patterns) {
  assert.notEqual(result.status, 0);
  assert.ok(result.status > 0, `ended by ${result.signal}`);
  for (const pattern of patterns) assert.match(result.stderr, pattern);
  assert.deepEqual(result.left, []);
}

test('an extract that ends in the middle', { skip: kNoOsm }, () => {
  const file = join(temporaryFolder(), 'half.osm.pbf');
  const whole = readFileSync(kOsm);
  writeFileSync(file, whole.subarray(0, Math.floor(whole.length / 2)));
  refused(build('--osm', file), /half\.osm\.pbf/);
});

test('an extract that is none, or not there', () => {
  const file = join(temporaryFolder(), 'letter.osm.pbf');
  writeFileSync(file, 'Dear mayor,\n');
  refused(build('--osm', file), /letter\.osm\.pbf/);
  refused(build('--osm', '/nowhere.osm.pbf'), /nowhere\.osm\.pbf/);
});

test('a terrain without a vertical datum, or with an unknown one', () => {
  const dem = join(kPack, 'terrain.tif');
  refused(build('--dem', dem), /datum/, /hondau/);
  refused(build('--dem', dem, '--dem-datum', 'moon'), /moon/, /hondau/);
});

test('a build that is interrupted leaves no half pack', async () => {
  const folder = temporaryFolder();
  const args = ['pack', 'build', '--out', join(folder, 'city.pack')];
  const child = spawn(join(kBin, 'citylayers'), args, { stdio: 'ignore' });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  // The remaining steps take seconds.
  await until('a pack is being built', () =>
    readdirSync(folder).some((name) => name.startsWith('city.pack.building-')),
  );
  child.kill('SIGINT');
  await exited;
  assert.ok(!existsSync(join(folder, 'city.pack')), readdirSync(folder).join(' '));
});

test('a pack of a newer format, or a damaged one, is not served', () => {
  const pack = join(temporaryFolder(), 'city.pack');
  cpSync(kPack, pack, { recursive: true });
  const manifest = readFileSync(join(pack, 'manifest.toml'), 'utf8');
  const ports = ['--http', '127.0.0.1:0', '--grpc', '127.0.0.1:0', '--admin', '127.0.0.1:0'];
  const serve = () => run('citylayersd', ['--pack', pack, '--data', temporaryFolder(), ...ports]);
  writeFileSync(
    join(pack, 'manifest.toml'),
    manifest.replace(/^format_version = \d+/m, 'format_version = 99'),
  );
  const newer = serve();
  assert.equal(newer.status, 1);
  assert.match(newer.stderr, /99/);
  writeFileSync(join(pack, 'manifest.toml'), manifest);
  const roads = readFileSync(join(pack, 'roads.bin'));
  writeFileSync(join(pack, 'roads.bin'), roads.subarray(0, roads.length / 2));
  const damaged = serve();
  assert.equal(damaged.status, 1);
  assert.match(damaged.stderr, /roads\.bin/);
});

test('a bit that has flipped in any file of a pack is named, rasters included', () => {
  const pack = join(temporaryFolder(), 'city.pack');
  cpSync(kPack, pack, { recursive: true });
  const ports = ['--http', '127.0.0.1:0', '--grpc', '127.0.0.1:0', '--admin', '127.0.0.1:0'];
  for (const name of readdirSync(pack)) {
    const bytes = readFileSync(join(pack, name));
    bytes[bytes.length >> 1] ^= 4;
    writeFileSync(join(pack, name), bytes);
    const data = temporaryFolder();
    const { status, stderr } = run('citylayersd', ['--pack', pack, '--data', data, ...ports]);
    assert.equal(status, 1, name);
    assert.ok(stderr.includes(name), stderr);
    bytes[bytes.length >> 1] ^= 4;
    writeFileSync(join(pack, name), bytes);
  }
});
