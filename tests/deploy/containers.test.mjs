// The image and the compose files. No container engine runs here: the Dockerfile is parsed, the compose files are read by
// docker-compose, the commands and options in them are those of the built programs.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { validate } from 'dockerfile-utils';
import { parse } from 'yaml';
import { kBin, kRoot, run, temporaryFolder } from '../support/daemon.mjs';

const read = (path) => readFileSync(join(kRoot, path), 'utf8');
const dockerfile = read('deploy/docker/Dockerfile');
/** Lines of the Dockerfile with their continuations. */
const instructions = dockerfile.replace(/^#.*\n/gm, '').replace(/\\\n/g, ' ').split('\n').filter(Boolean);
const runtime = instructions.slice(instructions.findLastIndex((line) => line.startsWith('FROM')));
const kSplit = parse(read('deploy/compose/split.yml'), { merge: true });
const kAll = parse(read('deploy/compose/compose.yml'), { merge: true });
const skipCompose = spawnSync('docker-compose', ['version']).status === 0 ? false : 'docker-compose is not installed';

test('the Dockerfile has no fault that its parser finds, and the parser finds faults', () => {
  assert.deepEqual(validate(dockerfile), []);
  assert.notDeepEqual(validate('FROM debian:12\nRUNN true\n'), []);
});

test('the image runs without root, without shell scripts, with a health check', () => {
  assert.ok(runtime.includes('USER 10001:10001'));
  assert.ok(runtime.includes('ENTRYPOINT ["citylayersd"]'));
  assert.ok(runtime.some((line) => /^HEALTHCHECK .*CMD \["citylayers", "health"\]$/.test(line)), runtime.join('\n'));
  assert.ok(runtime.findIndex((line) => line.startsWith('USER')) > runtime.findLastIndex((line) => /^(?:RUN|COPY)/.test(line)));
  for (const line of instructions) assert.doesNotMatch(line, /^ADD |:latest|curl|wget|--allow-unauth/, line);
});

test('what the image copies and excludes exists', () => {
  const ignored = read('deploy/docker/Dockerfile.dockerignore');
  for (const [, path] of ignored.matchAll(/^!(.+)$/gm)) assert.ok(existsSync(join(kRoot, path)), path);
  for (const [, path] of dockerfile.matchAll(/^COPY ((?!--from|\.)\S+)/gm)) assert.ok(existsSync(join(kRoot, path)), path);
  assert.ok(readdirSync(join(kRoot, 'deploy/packages')).includes('build.txt'));
});

/** Runs citylayersd --check-config with these variables. */
function checkConfig(environment) {
  const folder = temporaryFolder();
  const env = { ...process.env, CITYLAYERS_SERVER__PACK: process.env.CITYLAYERS_PACK, CITYLAYERS_SERVER__DATA: folder, ...environment };
  return run('citylayersd', ['--check-config'], { env });
}

test('the options of the image are options of the server', () => {
  const text = runtime.find((line) => line.startsWith('ENV'));
  const environment = Object.fromEntries(text.slice(4).trim().split(/\s+/).map((one) => one.split(/=(.*)/).slice(0, 2)));
  assert.ok(Object.keys(environment).length >= 5);
  const { CITYLAYERS_SERVER__PACK: pack, CITYLAYERS_SERVER__DATA: data, ...others } = environment;
  assert.match(pack, /saigon\.pack$/);
  assert.equal(data, '/var/lib/citylayers');
  const good = checkConfig(others);
  assert.equal(good.status, 0, good.stderr);
  assert.notEqual(checkConfig({ CITYLAYERS_SERVER__NONE: '1' }).status, 0);
});

/** The value of a variable of the compose files, with the defaults in them. */
const plain = (value) => String(value).replace(/\$\{\w+:-([^}]*)\}/g, '$1');

test('the options of the compose files are options of the server', () => {
  const services = { ...kAll.services, ...kSplit.services };
  const key = join(temporaryFolder(), 'process.key');
  assert.equal(run('citylayers', ['keys', 'process-key', key]).status, 0);
  for (const [name, { environment }] of Object.entries(services)) {
    const values = Object.fromEntries(Object.entries(environment).map(([key, value]) => [key, plain(value)]));
    if (name in kSplit.services) values.CITYLAYERS_SECURITY__PROCESS_KEY_FILE = key;
    const { status, stderr } = checkConfig(values);
    assert.equal(status, 0, `${name}: ${stderr}`);
  }
});

test('every service is closed: read-only, without rights, ports on loopback alone', () => {
  for (const [name, service] of Object.entries({ ...kAll.services, ...kSplit.services })) {
    assert.equal(service.read_only, true, name);
    assert.deepEqual(service.cap_drop, ['ALL'], name);
    assert.deepEqual(service.security_opt, ['no-new-privileges:true'], name);
    assert.ok(service.mem_limit && service.pids_limit, name);
    for (const port of service.ports ?? []) assert.match(port, /^127\.0\.0\.1:/, `${name} ${port}`);
  }
});

test('a split city has every module once, with a volume and the key, in a network without a way out', () => {
  const targets = Object.values(kSplit.services).map(({ environment }) => environment.CITYLAYERS_SERVER__TARGET);
  assert.deepEqual(targets.join().split(',').sort(), ['alerts', 'basemap', 'flood', 'gateway', 'keys', 'readings', 'traffic']);
  assert.equal(kSplit.networks.city.internal, true);
  for (const [name, service] of Object.entries(kSplit.services)) {
    assert.deepEqual(service.secrets, ['process_key'], name);
    assert.deepEqual(service.volumes, [`${name}:/var/lib/citylayers`]);
    assert.ok(name in kSplit.volumes);
    assert.deepEqual(service.networks, name === 'gateway' ? ['city', 'front'] : ['city']);
  }
});

test('docker-compose reads both files', { skip: skipCompose }, () => {
  const folder = join(temporaryFolder(), 'deploy/compose');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'process.key'), '');
  for (const file of ['compose.yml', 'split.yml']) {
    copyFileSync(join(kRoot, 'deploy/compose', file), join(folder, file));
    const { status, stderr } = spawnSync('docker-compose', ['--file', join(folder, file), 'config', '--quiet'], { encoding: 'utf8' });
    assert.equal(status, 0, `${file}: ${stderr}`);
  }
});

test('the commands in the comments are commands of the client', () => {
  const text = read('deploy/compose/compose.yml') + read('deploy/compose/split.yml') + read('deploy/kubernetes/base/kustomization.yaml');
  const commands = [...text.matchAll(/(?:citylayers |^#\s+)(keys (?:init|process-key))/gm)].map(([, command]) => command);
  assert.deepEqual([...new Set(commands)].sort(), ['keys init', 'keys process-key']);
  for (const command of commands) assert.equal(spawnSync(join(kBin, 'citylayers'), [...command.split(' '), '--help']).status, 0, command);
});
