// Backups of a running city: exact up to their offset, found when damaged, restored to an empty directory. The commands are
// those of docs/operate/backup.md.

import assert from 'node:assert/strict';
import { execFile, spawn, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { City, kBin, kSplit, run, temporaryFolder, until } from '../support/daemon.mjs';
import { Api, Code } from './support/api.mjs';
import { Driver } from './support/driver.mjs';

const kGauge = 'stations/phu-an/measures/water_level';
const kStart = '2022-10-14T09:00:00Z';
const kFirstMs = Date.parse(kStart) - 30 * 86_400_000;
const kBatchRows = 50;

const backups = join(temporaryFolder(), 'backups');
let city;
let api;
let driver;
let server; // the address of the process with the readings

before(async () => {
  city = await City.start({ flags: ['--backup.directory', backups, '--backup.min_free_bytes', '0'] });
  server = city.of('readings').grpc;
  api = new Api(city.grpc);
  driver = new Driver(api, kStart);
  await driver.step();
});
after(async () => {
  api?.close();
  await city?.stop();
});

/** `citylayers backup ...`: { status, stdout, stderr }. */
const backup = (...args) => run('citylayers', ['backup', ...args]);
/** A command that must succeed; the objects that it prints. */
function backupJson(...args) {
  const { status, stdout, stderr } = backup(...args, '--format', 'json');
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout);
}
const create = (...args) => backupJson('create', '--server', server, ...args);
/** The same without blocking this program, which writes meanwhile. */
async function createMeanwhile() {
  const args = ['backup', 'create', '--server', server, '--format', 'json'];
  const { stdout } = await promisify(execFile)(join(kBin, 'citylayers'), args);
  return JSON.parse(stdout);
}
const offsetOf = (made) => Number(made.stores.find(({ name }) => name === 'readings').offset);

/** Writes batches one after the other until stop(), which returns their number. Batch i has the times and values from i * 50 on. */
function writeLoad() {
  let batches = 0;
  let stopped = false;
  const done = (async () => {
    while (!stopped) {
      const rows = Array.from({ length: kBatchRows }, (_, row) => batches * kBatchRows + row);
      const readings = {
        measures: [kGauge],
        measure_indexes: rows.map(() => 0),
        time_deltas_ms: rows.map((row, i) => (i === 0 ? kFirstMs + row : 1)),
        values: rows.map((row) => (row % 200_000) / 1e5),
      };
      const { rejected_count } = await api.call('ReadingService.WriteReadings', { readings });
      assert.equal(rejected_count, 0);
      batches += 1;
    }
  })();
  return {
    count: () => batches,
    stop: async () => {
      stopped = true;
      await done;
      return batches;
    },
  };
}

/** All readings of the gauge: { time: value }. */
async function readingsOf(client) {
  const all = new Map();
  const request = { measures: [kGauge], start_time: { seconds: 0 } };
  for await (const { readings } of client.stream('ReadingService.QueryReadings', request)) {
    let time = 0;
    readings.values.forEach((value, i) => {
      time += readings.time_deltas_ms[i];
      all.set(time, value);
    });
  }
  return all;
}

/** Every file below a folder, relative. */
const filesOf = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: false }).filter((name) =>
    statSync(join(folder, name)).isFile(),
  );

const kLoadBatches = 200;

test('a backup under write load equals the source up to its offset, reading by reading', async () => {
  const load = writeLoad();
  await until('the load runs', () => load.count() >= kLoadBatches);
  const made = await createMeanwhile();
  const afterBackup = load.count();
  const written = await load.stop();
  assert.ok(afterBackup > kLoadBatches, 'batches were acknowledged during the backup');
  // Every batch has the next offset, so that the backup has exactly the first `offset` ones.
  const offset = offsetOf(made);
  assert.ok(offset >= kLoadBatches && offset <= afterBackup + 1, `${offset} of ${written}`);

  const data = join(temporaryFolder(), 'restored');
  const restored = backup('restore', made.name, '--from', backups, '--data', data);
  assert.equal(restored.status, 0, restored.stderr);
  assert.match(restored.stderr, /restored to/);
  const source = await readingsOf(api);
  assert.equal(source.size, written * kBatchRows);
  const other = await City.start({ data, split: false });
  const otherApi = new Api(other.grpc);
  const copy = await readingsOf(otherApi);
  assert.equal(copy.size, offset * kBatchRows);
  for (const [time, value] of copy) assert.equal(source.get(time), value, `at ${time}`);
  assert.equal(Math.max(...copy.keys()), kFirstMs + offset * kBatchRows - 1, 'the last one of its last batch');
  const { clock } = await otherApi.call('ClockService.GetClock');
  assert.equal(clock.mode, 'CLOCK_MODE_REPLAY', 'the clock is in the backup');
  otherApi.close();
  await other.stop();
});

test('a second backup copies only what is new, and both are whole', () => {
  const first = create('--full');
  const second = create();
  assert.equal(offsetOf(second), offsetOf(first));
  const [total, copied] = [Number(second.totalBytes), Number(second.copiedBytes)];
  assert.equal(Number(first.copiedBytes), Number(first.totalBytes));
  const statOf = (name) => statSync(join(backups, second.name, name));
  const shared = filesOf(join(backups, second.name)).filter((name) => statOf(name).nlink >= 2);
  assert.ok(shared.some((name) => name.endsWith('.sst')), shared.join());
  const sharedBytes = shared.reduce((sum, name) => sum + statOf(name).size, 0);
  assert.equal(total - copied, sharedBytes, 'what is shared is not copied');
  for (const { name } of [first, second]) {
    const verified = backup('verify', name, '--from', backups);
    assert.equal(verified.status, 0, verified.stderr);
    assert.match(verified.stderr, /is whole: \d+ files have their checksums/);
  }
  const listed = backupJson('list', '--from', backups).map(({ name }) => name);
  assert.deepEqual(listed.slice(-2), [first.name, second.name]);
});

test('only the owner can read a backup', () => {
  const { name } = create();
  assert.equal(statSync(backups).mode & 0o777, 0o700);
  for (const file of filesOf(join(backups, name))) {
    assert.equal(statSync(join(backups, name, file)).mode & 0o777, 0o600, file);
  }
});

test('a flipped byte in any file is found, and such a backup is not restored', () => {
  const { name } = create('--full');
  for (const file of filesOf(join(backups, name))) {
    const folder = temporaryFolder();
    cpSync(join(backups, name), join(folder, name), { recursive: true });
    const path = join(folder, name, file);
    const bytes = readFileSync(path);
    if (bytes.length === 0) continue;
    bytes[Math.floor(bytes.length / 2)] ^= 1;
    writeFileSync(path, bytes);
    const verified = backup('verify', name, '--from', folder);
    assert.equal(verified.status, 1, file);
    assert.match(verified.stderr, /damaged/, file);
    const data = join(folder, 'data');
    assert.equal(backup('restore', name, '--from', folder, '--data', data).status, 1, file);
    assert.equal(existsSync(data), false, file);
  }
});

test('what an interrupted backup left does not count, and is removed', async () => {
  const before = backupJson('list', '--from', backups).length;
  mkdirSync(join(backups, 'incomplete-2020-01-01T00-00-00.000Z', 'readings'), { recursive: true });
  mkdirSync(join(backups, '2020-01-01T00-00-00.000Z', 'readings'), { recursive: true });
  const leftCopy = join(city.data, 'readings', 'backup-copy');
  mkdirSync(leftCopy);
  assert.equal(backupJson('list', '--from', backups).length, before);
  const client = spawn(join(kBin, 'citylayers'), ['backup', 'create', '--full', '--server', server]);
  const ended = new Promise((resolve) => client.once('exit', resolve));
  const isBegun = () => readdirSync(backups).some((name) => /^incomplete-20[2-9][1-9]/.test(name));
  await until('the backup has begun or is over', () => isBegun() || client.exitCode !== null);
  client.kill('SIGKILL');
  await ended;
  const made = await until('the next backup succeeds', () => {
    const { status, stdout } = backup('create', '--server', server, '--format', 'json');
    return status === 0 && JSON.parse(stdout);
  });
  assert.ok(readdirSync(backups).every((name) => !name.startsWith('incomplete-')));
  assert.equal(existsSync(leftCopy), false);
  assert.equal(backup('verify', made.name, '--from', backups).status, 0);
});

test('the oldest are removed, and never fewer than the minimum are left', () => {
  const made = create('--keep', '1');
  assert.ok(made.removed.length > 0);
  assert.equal(backupJson('list', '--from', backups).length, 2, 'backup.keep_min');
});

test('a directory with data, and a running server, are not overwritten', () => {
  const inUse = backup('restore', '--from', backups, '--data', city.data);
  assert.equal(inUse.status, 1);
  assert.match(inUse.stderr, /in use by a running server/);
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'notes'), 'mine');
  const notEmpty = backup('restore', '--from', backups, '--data', folder);
  assert.equal(notEmpty.status, 1);
  assert.match(notEmpty.stderr, /is not empty \(notes\)/);
  assert.deepEqual(readdirSync(folder), ['notes']);
});

test('a newer format is refused, and names itself', () => {
  const folder = temporaryFolder();
  const name = '2030-01-01T00-00-00.000Z';
  mkdirSync(join(folder, name));
  writeFileSync(join(folder, name, 'MANIFEST'), 'citylayers-backup 2\nnew words\n');
  for (const args of [['verify'], ['restore', '--data', join(folder, 'data')]]) {
    const { status, stderr } = backup(...args, '--from', folder);
    assert.equal(status, 1);
    assert.match(stderr, /made by a newer citylayers \(format 2; this program reads up to 1\)/);
  }
  const list = backup('list', '--from', folder);
  assert.equal(list.status, 0);
  assert.match(list.stderr, /made by a newer citylayers/);
});

test('a backup needs the scope admin', async (t) => {
  const closed = await City.start({
    split: false,
    flags: ['--backup.directory', join(temporaryFolder(), 'closed')],
    env: { CITYLAYERS_SECURITY__ANONYMOUS: 'layers:read,readings:read,readings:write,alerts:admin' },
  });
  t.after(() => closed.stop());
  const { status, stderr } = backup('create', '--server', closed.grpc);
  assert.equal(status, 1);
  assert.match(stderr, /UNAUTHENTICATED/);
});

test('a full disk of the backups stops only the backup', async (t) => {
  const disk = join(temporaryFolder(), 'disk');
  mkdirSync(disk);
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk]).status !== 0) {
    return t.skip('cannot mount a tmpfs here: needs root');
  }
  t.after(() => spawnSync('umount', ['--lazy', disk]));
  const small = await City.start({ split: false, flags: ['--backup.directory', join(disk, 'backups')] });
  t.after(() => small.stop());
  const { status, stderr } = backup('create', '--server', small.grpc);
  assert.equal(status, 1);
  assert.match(stderr, /RESOURCE_EXHAUSTED|bytes left/);
  assert.deepEqual(readdirSync(join(disk, 'backups')), ['LOCK']);
  const client = new Api(small.grpc);
  const smallDriver = new Driver(client, kStart);
  await smallDriver.step();
  await smallDriver.write({ [kGauge]: 1 });
  assert.equal((await fetch(`http://${small.of('readings').admin}/readyz`)).status, 200);
  assert.ok((await small.of('readings').metric('citylayers_backup_failures_total')) >= 1);
  client.close();
});

test('the error of a server without a directory for backups names the option', async (t) => {
  const plain = await City.start({ split: false });
  t.after(() => plain.stop());
  const client = new Api(plain.grpc);
  t.after(() => client.close());
  const error = await new Promise((resolve) => {
    client.stream('BackupService.CreateBackup').on('error', resolve).resume();
  });
  assert.equal(error.code, Code.FAILED_PRECONDITION);
  assert.match(error.details, /backup\.directory is not set/);
});

test('in a split city each process backs up its own stores', { skip: !kSplit && 'split only' }, () => {
  const { stdout, stderr } = backup('create', '--server', server, '--format', 'json');
  assert.deepEqual(JSON.parse(stdout).stores.map(({ name }) => name), ['readings']);
  assert.match(stderr, /this backup has no alerts/);
});
