// Start, refusal to start and stop of one citylayersd.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { City, kPack, occupyPort, run, temporaryFolder } from '../support/daemon.mjs';
import { Api } from './support/api.mjs';
import { openEvents } from './support/events.mjs';

const kPorts = ['--http', '127.0.0.1:0', '--grpc', '127.0.0.1:0', '--admin', '127.0.0.1:0'];
const daemon = (...args) =>
  run('citylayersd', ['--pack', kPack, '--data', temporaryFolder(), ...kPorts, ...args]);

for (const flag of ['--http', '--grpc', '--admin']) {
  test(`a port in use for ${flag} is named, and it ends with 1`, async () => {
    const taken = await occupyPort();
    const { status, stderr } = daemon(flag, `127.0.0.1:${taken.port}`);
    await taken.release();
    assert.equal(status, 1, stderr);
    assert.match(stderr, new RegExp(`citylayersd: .*${flag}`), stderr);
    assert.match(stderr, new RegExp(`127\\.0\\.0\\.1:${taken.port}`));
    assert.match(stderr, /in use|another program uses it/i);
  });
}

test('two cities cannot share a data directory', async () => {
  const city = await City.start({ split: false });
  const { status, stderr } = run('citylayersd', ['--pack', kPack, '--data', city.data, ...kPorts]);
  assert.equal(status, 1);
  assert.match(stderr, /in use/);
  assert.ok((await fetch(`${city.url}/readyz`)).ok, 'the first one goes on');
  await city.stop();
});

test('a data directory of a newer version is refused, and left as it is', async () => {
  const city = await City.start({ split: false });
  await city.stop();
  const file = join(city.data, 'readings/FORMAT');
  const ours = readFileSync(file, 'utf8');
  writeFileSync(file, ours.replace(/\d+/, '99'));
  const { status, stderr } = run('citylayersd', ['--pack', kPack, '--data', city.data, ...kPorts]);
  assert.equal(status, 1);
  assert.match(stderr, /written by a newer citylayers \(format 99/);
  assert.ok(stderr.includes(join(city.data, 'readings')), stderr);
  writeFileSync(file, ours);
  await city.resume(); // its data are unchanged
  await city.stop();
});

test('addresses other than loopback need --allow-insecure', () => {
  for (const flag of ['--http', '--grpc', '--admin']) {
    const { status, stderr } = daemon(flag, '0.0.0.0:0');
    assert.equal(status, 1, flag);
    assert.match(stderr, new RegExp(`${flag}[^]*--allow-insecure`));
  }
});

test('a key of the configuration that does not exist is refused with a suggestion', () => {
  const flag = daemon('--readings.batch_row_max', '5');
  assert.equal(flag.status, 2);
  assert.match(flag.stderr, /readings\.batch_row_max[^]*readings\.batch_rows_max/);

  const file = join(temporaryFolder(), 'city.toml');
  writeFileSync(file, '[traffic]\ntik = "1s"\n');
  const toml = daemon('--config', file);
  assert.equal(toml.status, 2);
  assert.match(toml.stderr, /traffic\.tik[^]*traffic\.tick/);
});

test('--check-config says whether the configuration is good, without starting', () => {
  const good = daemon('--check-config', '--traffic.tick', '500ms');
  assert.equal(good.status, 0, good.stderr);
  for (const [key, value] of [
    ['traffic.tick', 'soon'],
    ['server.threads', '0'],
    ['server.threads', 'x'],
    ['server.log', 'wran'],
  ]) {
    const bad = daemon('--check-config', `--${key}`, value);
    assert.equal(bad.status, 2, `${key} ${value}`);
    assert.ok(bad.stderr.includes(key), bad.stderr);
  }
  // Options that are valid alone and invalid together.
  for (const [flags, says] of [
    [['--target', 'trafic'], /"trafic"[^]*"traffic"/],
    [['--grpc', 'nowhere'], /--grpc/],
    [['--http', '0.0.0.0:8080'], /--http[^]*--allow-insecure/],
    [['--traffic.age_live', '2h'], /age_live \(2h\), traffic\.age_ageing \(20m\)/],
  ]) {
    const bad = daemon('--check-config', ...flags);
    assert.equal(bad.status, 2, flags.join(' '));
    assert.match(bad.stderr, says);
  }
  // Options of modules that do not run here are not checked.
  assert.equal(daemon('--check-config', '--target', 'flood', '--security.anonymous', 'admin', '--traffic.age_live', '2h').status, 0);
});

test('flag wins over environment, environment over file; --print-config can be read again', () => {
  const file = join(temporaryFolder(), 'city.toml');
  writeFileSync(file, '[server]\nthreads = 3\nqueue_max = 33\n[grpc]\nunary_max = 333\n');
  const options = {
    env: { ...process.env, CITYLAYERS_SERVER__THREADS: '4', CITYLAYERS_SERVER__QUEUE_MAX: '44' },
  };
  const args = ['--config', file, '--server.threads', '5', '--print-config'];
  const printed = run('citylayersd', args, options);
  assert.equal(printed.status, 0, printed.stderr);
  for (const line of ['threads = 5', 'queue_max = 44', 'unary_max = 333']) {
    assert.match(printed.stdout, new RegExp(`^${line}$`, 'm'));
  }
  writeFileSync(file, printed.stdout);
  const again = run('citylayersd', ['--config', file, '--print-config']);
  assert.equal(again.stdout, printed.stdout);
});

test('a pack that is missing or no pack is named', () => {
  for (const pack of ['/nowhere.pack', temporaryFolder()]) {
    const { status, stderr } = daemon('--pack', pack);
    assert.equal(status, 1, stderr);
    assert.ok(stderr.includes(pack), stderr);
  }
  const unknown = daemon('--target', 'trafic');
  assert.notEqual(unknown.status, 0);
  assert.match(unknown.stderr, /trafic[^]*traffic/);
});

test('both programs print version, commit and build type; the metrics have the same facts', async () => {
  const pattern = /^(\w+) (\d+\.\d+\.\d+\S*) \(commit ([0-9a-f]+(?:-dirty)?|unknown), (\w+)\)\n$/;
  const [[version, commit, type]] = ['citylayersd', 'citylayers'].map((program) => {
    const { status, stdout } = run(program, ['--version']);
    assert.equal(status, 0);
    assert.equal(pattern.exec(stdout)?.[1], program, stdout);
    return pattern.exec(stdout).slice(2);
  });
  const city = await City.start({ split: false });
  const metrics = await (await fetch(`http://${city.of('all').admin}/metrics`)).text();
  assert.match(metrics, /^citylayers_build_info\{/m);
  for (const label of [`version="${version}"`, `commit="${commit}"`, `build_type="${type}"`]) {
    assert.ok(/^citylayers_build_info.*$/m.exec(metrics)[0].includes(label), label);
  }
  await city.stop();
});

for (const signal of ['SIGTERM', 'SIGINT']) {
  test(`${signal} with open streams ends within 10 s with 0`, async () => {
    const city = await City.start({ split: false });
    const api = new Api(city.grpc);
    const watches = [
      api.stream('LayerService.WatchLayer', { name: 'layers/traffic' }),
      api.stream('AlertService.WatchAlerts'),
      api.stream('ReadingService.WatchReadings'),
      api.stream('ClockService.WatchClock'),
    ];
    const ends = watches.map((watch) => new Promise((resolve) => watch.once('end', resolve)));
    for (const watch of watches) watch.once('error', () => watch.emit('end')).resume();
    const events = await openEvents(`${city.url}/live/traffic`);
    await events.next('snapshot');
    const [{ code, ms }] = await city.stop(signal);
    assert.equal(code, 0, city.log());
    assert.ok(ms < 10_000, `${ms} ms`);
    await Promise.all(ends); // every client receives the end of its call
    api.close();
  });
}
