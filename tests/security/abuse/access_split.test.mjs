// Keys of a city whose services run in separate processes: made at one, valid at all, and ended at all.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Api, Code } from '../../integration/support/api.mjs';
import { City, Daemon, kBin, kPack, run, temporaryFolder, until } from '../../support/daemon.mjs';

// The tests send more wrong keys than an address may.
const kClosed = { CITYLAYERS_SECURITY__ANONYMOUS: '', CITYLAYERS_LIMITS__FAILURES_PER_SECOND: '0' };
const kStartMs = 1000; // until a new key is valid
const kEndMs = 2000; // until a revoked one is not
const kTile = '/tiles/flood/14/13047/7698.mvt';
const kCalls = ['FloodService.ListStages', 'TrafficService.ListJams', 'StationService.ListStations'];

const folder = temporaryFolder();
const texts = {}; // by name: every key of this file
let city;
let admin;
let strangersLog = '';

const citylayers = (...args) => execFileSync(join(kBin, 'citylayers'), args, { stdio: ['ignore', 'pipe', 'ignore'] });
const textIn = (file) => readFileSync(file, 'utf8').trim();

/** Makes a process key: the path of its file. */
function processKey(name) {
  const file = join(folder, `${name}.key`);
  citylayers('keys', 'process-key', file);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  texts[name] = textIn(file);
  return file;
}

before(async () => {
  const data = temporaryFolder();
  const adminFile = join(folder, 'admin.key');
  citylayers('keys', 'init', '--data', data, '--key-file', adminFile);
  texts.admin = textIn(adminFile);
  const flags = ['--security.process_key_file', processKey('process')];
  // Waits until /readyz of the gateway and of every process is 200.
  city = await City.start({ data, flags, env: kClosed, split: true });
  admin = new Api(city.grpc, texts.admin);
});
after(async () => {
  admin?.close();
  await city?.stop();
});

const tileStatus = async (key) =>
  (await fetch(`${city.url}${kTile}`, { headers: key ? { authorization: `Bearer ${key}` } : {} })).status;

/** The gRPC status of a method, OK or that of its error. */
async function statusOf(api, name) {
  return api.call(name).then(
    () => Code.OK,
    ({ code }) => code,
  );
}

/** The statuses of kCalls at the gateway, which passes them on to three processes. */
async function statusesAtGateway(key) {
  const api = new Api(city.grpc, key);
  const statuses = [];
  for (const name of kCalls) statuses.push(await statusOf(api, name));
  api.close();
  return statuses;
}

const allAre = (status) => kCalls.map(() => status);

test('without a key every process refuses', async () => {
  assert.equal(await tileStatus(''), 401);
  assert.deepEqual(await statusesAtGateway(''), allAre(Code.UNAUTHENTICATED));
  const names = { readings: kCalls[2], flood: kCalls[0], traffic: kCalls[1], alerts: 'AlertService.ListAlerts' };
  for (const [target, name] of Object.entries(names)) {
    const nobody = new Api(city.of(target).grpc);
    assert.equal(await statusOf(nobody, name), Code.UNAUTHENTICATED, target);
    nobody.close();
    const known = new Api(city.of(target).grpc, texts.admin);
    assert.equal(await statusOf(known, name), Code.OK, target);
    known.close();
  }
});

test('a key made through the gateway is valid within a second, and a revoked one invalid within two', async () => {
  const { key, key_text } = await admin.call('KeyService.CreateKey', { principal: 'app', scopes: ['layers:read'] });
  texts.app = key_text;
  const valid = async () => {
    if ((await tileStatus(key_text)) >= 300) return false;
    return (await statusesAtGateway(key_text)).every((status) => status === Code.OK);
  };
  await until('the new key is valid in all processes', valid, kStartMs);

  const holder = new Api(city.grpc, key_text);
  const stream = holder.stream('LayerService.WatchLayer', { name: 'layers/traffic' });
  const ended = new Promise((resolve) => stream.on('error', resolve));
  await new Promise((resolve) => stream.once('data', resolve));
  stream.on('data', () => {});
  const startMs = Date.now();
  await admin.call('KeyService.RevokeKey', { name: key.name });
  const invalid = async () => {
    if ((await tileStatus(key_text)) !== 401) return false;
    return (await statusesAtGateway(key_text)).every((status) => status === Code.UNAUTHENTICATED);
  };
  await until('the revoked key is invalid in all processes', invalid, kEndMs);
  assert.equal((await ended).code, Code.UNAUTHENTICATED);
  assert.ok(Date.now() - startMs < kEndMs, `${Date.now() - startMs} ms`);
  holder.close();
});

test('only processes read the hashes of secrets', async () => {
  const end = (key) => {
    const api = new Api(city.of('readings').grpc, key);
    const stream = api.stream('KeyService.WatchKeyRing');
    return new Promise((resolve) => {
      stream.on('error', ({ code }) => resolve(code));
      stream.once('data', () => resolve(Code.OK));
    }).finally(() => {
      stream.cancel();
      api.close();
    });
  };
  assert.equal(await end(texts.admin), Code.PERMISSION_DENIED);
  assert.equal(await end(texts.process), Code.OK);
});

test('a process with another process key is not ready, and reports why', async () => {
  const backends = ['readings', 'keys'].map((name) => `${name}=${city.of('readings').grpc}`).join(',');
  const args = ['--target', 'basemap', '--pack', kPack, '--data', temporaryFolder(), '--backends', backends];
  args.push('--grpc', '127.0.0.1:0', '--admin', '127.0.0.1:0');
  args.push('--security.process_key_file', processKey('other process'));
  const stranger = await Daemon.start(args, kClosed);
  await until('it reports the refusal', () => /API keys.*not known to this server/.test(stranger.log));
  const reply = await fetch(`http://${stranger.admin}/readyz`);
  assert.equal(reply.status, 503);
  assert.match(await reply.text(), /keys/);
  await stranger.stop();
  strangersLog = stranger.log;
});

test('a process of a closed city does not start without a process key', () => {
  const args = ['--check-config', '--target', 'basemap', '--pack', kPack, '--data', temporaryFolder()];
  const { status, stderr } = run('citylayersd', args, { env: { ...process.env, ...kClosed } });
  assert.equal(status, 2, stderr);
  assert.match(stderr, /security\.process_key_file is needed/);
});

test('secrets are in no log', async () => {
  const { key, key_text } = await admin.call('KeyService.CreateKey', { principal: 'last', scopes: ['layers:read'] });
  texts.last = key_text;
  const id = key.name.split('/')[1];
  await until('the log names the last key', () => new RegExp(`key created.*${id}`).test(city.allLogs()));
  assert.equal(Object.keys(texts).length, 5);
  for (const [name, text] of Object.entries(texts)) {
    const secret = text.split('_')[2];
    assert.equal(secret.length, 32, name);
    assert.ok(!(city.allLogs() + strangersLog).includes(secret), name);
  }
});
