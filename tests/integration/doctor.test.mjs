// `citylayers doctor` on a running and on a broken installation, and the contexts of `citylayers config`.

import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { City, Daemon, kPack, occupyPort, run, temporaryFolder } from '../support/daemon.mjs';

/** The findings of a configuration: { status, of(check) }. */
function doctor(text) {
  const file = join(temporaryFolder(), 'city.toml');
  writeFileSync(file, text);
  const { status, stdout, stderr } = run('citylayers', ['doctor', '--config', file, '--json']);
  const findings = stdout ? JSON.parse(stdout) : [];
  const of = (check) => findings.filter((finding) => finding.check.startsWith(check));
  return { status, stderr, findings, of };
}

const config = ({ data, grpc, http, admin, pack = kPack }) =>
  `[server]\npack = "${pack}"\ndata = "${data}"\ngrpc = "${grpc}"\nhttp = "${http}"\nadmin = "${admin}"\n`;

test('a running server is good, and each line has a level', async (t) => {
  const data = join(temporaryFolder(), 'data');
  const args = ['--pack', kPack, '--data', data, '--grpc', '127.0.0.1:0', '--http', '127.0.0.1:0'];
  const daemon = await Daemon.start([...args, '--admin', '127.0.0.1:0']);
  t.after(() => daemon.stop());
  const { of, findings } = doctor(config({ data, ...daemon }));
  assert.equal(of('configuration')[0].level, 'ok');
  assert.deepEqual(
    of('port').map(({ level, result }) => [level, result]),
    [0, 1, 2].map(() => ['ok', 'answers']),
  );
  assert.match(of('version')[0].result, /server /);
  assert.equal(of('version')[0].level, 'ok');
  assert.equal(of('city pack')[0].level, 'ok');
  assert.equal(of('backups')[0].level, 'warning');
  for (const { level, do: remedy } of findings) assert.equal(remedy === '', level === 'ok');
});

test('faults have their remedy, and exit code 1', async () => {
  const data = join(temporaryFolder(), 'data');
  mkdirSync(join(data, 'keys'), { recursive: true });
  writeFileSync(join(data, 'keys', 'keys'), 'x');
  chmodSync(join(data, 'keys', 'keys'), 0o644);
  mkdirSync(join(data, '.restoring'));
  const other = await occupyPort();
  const ports = { grpc: `127.0.0.1:${other.port}`, http: '127.0.0.1:1', admin: '127.0.0.1:2' };
  const { status, of } = doctor(config({ data, ...ports, pack: '/none' }));
  await other.release();
  assert.equal(status, 1);
  assert.match(of('port server.grpc')[0].result, /used by another program/);
  assert.equal(of('port server.http')[0].level, 'ok');
  assert.equal(of('city pack')[0].level, 'error');
  assert.match(of('key file')[0].do, /chmod 600/);
  assert.match(of('leftover')[0].result, /\.restoring$/);
});

test('a configuration with an error is reported with its line', () => {
  const { status, of } = doctor('[server]\ngrcp = "127.0.0.1:1"\n');
  assert.equal(status, 1);
  assert.equal(of('configuration')[0].level, 'error');
  assert.match(of('configuration')[0].result, /:2: unknown option "server\.grcp"; did you mean/);
});

test('contexts: option before environment before context', async (t) => {
  const city = await City.start({ split: false });
  t.after(() => city.stop());
  const home = temporaryFolder();
  const { CITYLAYERS_SERVER: _, ...inherited } = process.env;
  const cli = (args, more = {}) =>
    run('citylayers', args, { env: { ...inherited, XDG_CONFIG_HOME: home, ...more } });
  assert.equal(cli(['config', 'set', 'city', '--server', city.grpc, '--format', 'json']).status, 0);
  assert.equal(cli(['config', 'set', 'none', '--server', '127.0.0.1:1']).status, 0);
  assert.equal(cli(['config', 'current']).stdout, 'city\n');
  const file = join(home, 'citylayers', 'config.toml');
  assert.equal(statSync(file).mode & 0o777, 0o600);

  const listed = cli(['layers', 'list']);
  assert.equal(listed.status, 0, listed.stderr);
  assert.ok(Array.isArray(JSON.parse(listed.stdout)), 'the format of the context');
  assert.match(cli(['health', '--format', 'table']).stdout, /serving/);
  assert.match(cli(['health', '--context', 'none']).stderr, /cannot reach the server at 127\.0\.0\.1:1/);
  assert.match(cli(['health'], { CITYLAYERS_SERVER: '127.0.0.1:3' }).stderr, /127\.0\.0\.1:3/);
  assert.equal(cli(['health', '--server', city.grpc], { CITYLAYERS_SERVER: '127.0.0.1:3' }).status, 0);

  const unknown = cli(['health', '--context', 'hanoi']);
  assert.equal(unknown.status, 2);
  assert.match(unknown.stderr, /no context "hanoi"; there are city, none/);
  assert.equal(cli(['config', 'use', 'none']).status, 0);
  assert.equal(cli(['config', 'delete', 'none']).status, 0);
  assert.equal(cli(['config', 'current']).status, 1);

  const before = readFileSync(file, 'utf8');
  const withKey = cli(['config', 'set', 'city', '--key-file', 'clk_abcdefghijkl_secret']);
  assert.equal(withKey.status, 2);
  assert.match(withKey.stderr, /not an API key.*rotate this key/);
  assert.equal(readFileSync(file, 'utf8'), before);
  writeFileSync(file, before.replace('format = "json"', 'key_file = "clk_abcdefghijkl_secret"'));
  const refused = cli(['health']);
  assert.equal(refused.status, 1);
  assert.match(refused.stderr, /config\.toml:\d+: key_file is an API key/);
  chmodSync(file, 0o622);
  assert.match(cli(['health']).stderr, /other users can change it \(mode 0622\).*chmod 600/);
});
