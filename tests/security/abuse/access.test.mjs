// Who may do what, by every protocol: each method of the API, called with keys that must not suffice.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Api, Code, kMethods } from '../../integration/support/api.mjs';
import { City, kBin, temporaryFolder, until } from '../../support/daemon.mjs';

const kClosed = { CITYLAYERS_SECURITY__ANONYMOUS: '' };
const keys = {};
const texts = {}; // by name: what callers send
let city;
let admin;

before(async () => {
  const data = temporaryFolder();
  texts.admin = execFileSync(join(kBin, 'citylayers'), ['keys', 'init', '--data', data], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  }).trim();
  city = await City.start({ data, env: kClosed, split: false });
  admin = new Api(city.grpc, texts.admin);
  const make = async (name, scopes, expire_time) => {
    const { key, key_text } = await admin.call('KeyService.CreateKey', { principal: name, scopes, expire_time });
    keys[name] = key;
    texts[name] = key_text;
  };
  await make('nothing useful', ['readings:write:stations/none']);
  await make('flood only', ['layers:read:flood']);
  await make('revoked', ['admin']);
  await admin.call('KeyService.RevokeKey', { name: keys.revoked.name });
  const soon = Math.ceil(Date.now() / 1000) + 1;
  await make('expired', ['admin'], { seconds: soon, nanos: 0 });
  await until('the key expires', () => Date.now() > soon * 1000);
  texts['wrong secret'] = texts.admin.slice(0, -4) + (texts.admin.endsWith('aaaa') ? 'bbbb' : 'aaaa');
  texts['not a key'] = 'secret';
});
after(async () => {
  admin?.close();
  await city?.stop();
});

const headersOf = (key) => (key ? { authorization: `Bearer ${key}` } : {});

/** The gRPC status of a call with an empty request, by gRPC. */
async function byGrpc(api, { service, method, requestStream, streams }) {
  const client = api.clients[service.split('.').at(-1)];
  return new Promise((resolve) => {
    const end = (error) => resolve(error ? error.code : Code.OK);
    if (requestStream) {
      const call = client[method](api.metadata);
      call.on('error', end).on('end', () => end());
      call.on('data', () => {});
      call.write({});
      call.end();
    } else if (streams) {
      const call = client[method]({}, api.metadata);
      call.on('error', end).on('end', () => end());
      call.on('data', () => {
        end();
        call.cancel();
      });
    } else {
      client[method]({}, api.metadata, { deadline: Date.now() + 20_000 }, end);
    }
  });
}

const kConnectCodes = { unauthenticated: 16, permission_denied: 7 };

/** The same by Connect with JSON: unary, or the end of a stream. */
async function byConnect(key, { path, streams }) {
  const body = streams ? Buffer.concat([Buffer.from([0, 0, 0, 0, 2]), Buffer.from('{}')]) : '{}';
  const reply = await fetch(`${city.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': streams ? 'application/connect+json' : 'application/json', ...headersOf(key) },
    body,
  });
  const reader = reply.body.getReader();
  const { value } = await reader.read();
  await reader.cancel();
  const text = Buffer.from(value ?? []).toString();
  const code = /"code":"(\w+)"/.exec(text)?.[1];
  return code === undefined ? 0 : (kConnectCodes[code] ?? 2);
}

/** The same by gRPC-Web. */
async function byGrpcWeb(key, { path }) {
  const reply = await fetch(`${city.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/grpc-web+proto', ...headersOf(key) },
    body: Buffer.alloc(5),
  });
  const status = reply.headers.get('grpc-status');
  if (status !== null) {
    await reply.body?.cancel();
    return Number(status);
  }
  const reader = reply.body.getReader();
  const { value } = await reader.read();
  await reader.cancel();
  return Number(/grpc-status: ?(\d+)/.exec(Buffer.from(value ?? []).toString('latin1'))?.[1] ?? 0);
}

const kByProtocol = {
  gRPC: async (key, method) => {
    const api = new Api(city.grpc, key);
    try {
      return await byGrpc(api, method);
    } finally {
      api.close();
    }
  },
  Connect: byConnect,
  'gRPC-Web': byGrpcWeb,
};

const kRefusals = {
  'no key': Code.UNAUTHENTICATED,
  'wrong secret': Code.UNAUTHENTICATED,
  'not a key': Code.UNAUTHENTICATED,
  revoked: Code.UNAUTHENTICATED,
  expired: Code.UNAUTHENTICATED,
};

test('the table of methods is that of the API', () => {
  assert.ok(kMethods.length >= 40, `${kMethods.length}`);
  assert.ok(kMethods.some(({ path }) => path === '/citylayers.access.v1.KeyService/CreateKey'));
});

for (const [protocol, call] of Object.entries(kByProtocol)) {
  for (const [name, code] of Object.entries(kRefusals)) {
    test(`${protocol}, ${name}: every method is refused`, async () => {
      for (const method of kMethods) assert.equal(await call(texts[name] ?? '', method), code, method.path);
    });
  }

  test(`${protocol}: a key without the scope is refused by every method`, async () => {
    for (const method of kMethods) {
      // A key that may write one measure may open the stream, and writes nothing without naming one.
      if (/(Write|Stream)Readings$/.test(method.path)) continue;
      assert.equal(await call(texts['nothing useful'], method), Code.PERMISSION_DENIED, method.path);
    }
  });

  test(`${protocol}: the admin's key is refused by none`, async () => {
    for (const method of kMethods) {
      const got = await call(texts.admin, method);
      assert.ok(got !== Code.UNAUTHENTICATED && got !== Code.PERMISSION_DENIED, `${method.path}: ${got}`);
    }
  });
}

test('a limited key sees its layer and no other', async () => {
  const api = new Api(city.grpc, texts['flood only']);
  const { layers } = await api.call('LayerService.ListLayers');
  assert.deepEqual(layers.map(({ name }) => name), ['layers/flood']);
  await api.call('LayerService.GetLayer', { name: 'layers/flood' });
  await api.call('FloodService.ListStages');
  for (const [method, request] of [
    ['LayerService.GetLayer', { name: 'layers/traffic' }],
    ['LayerService.GetTile', { name: 'layers/traffic', tile: { z: 12, x: 1, y: 1 } }],
    ['TrafficService.ListJams', {}],
    ['AlertService.ListAlerts', {}],
    ['ClockService.SetClock', {}],
  ]) {
    await assert.rejects(api.call(method, request), (error) => error.code === Code.PERMISSION_DENIED, method);
  }
  api.close();
});

test('nobody writes a reading outside of the scope', async () => {
  const { key_text } = await admin.call('KeyService.CreateKey', {
    principal: 'gauge', scopes: ['readings:write:stations/phu-an/measures/water_level'],
  });
  const api = new Api(city.grpc, key_text);
  const columns = (measure) => ({
    measures: [measure], measure_indexes: [0], time_deltas_ms: [Date.now()], values: [1],
  });
  const own = await api.call('ReadingService.WriteReadings', {
    readings: columns('stations/phu-an/measures/water_level'),
  });
  assert.equal(own.accepted_count + own.rejected_count, 1);
  const before = await admin.call('ReadingService.GetLatestReadings', { measures: ['stations/-/measures/rainfall'] });
  await assert.rejects(
    api.call('ReadingService.WriteReadings', { readings: columns('stations/phu-an/measures/rainfall') }),
    (error) => error.code === Code.PERMISSION_DENIED && /rainfall/.test(error.details),
  );
  const after = await admin.call('ReadingService.GetLatestReadings', { measures: ['stations/-/measures/rainfall'] });
  assert.deepEqual(after.readings, before.readings);
  api.close();
});

test('a revoked key ends the streams of its holder within two seconds', async () => {
  const { key, key_text } = await admin.call('KeyService.CreateKey', { principal: 'phone', scopes: ['layers:read'] });
  const api = new Api(city.grpc, key_text);
  const stream = api.stream('LayerService.WatchLayer', { name: 'layers/traffic' });
  const ended = new Promise((resolve) => stream.on('error', resolve));
  await new Promise((resolve) => stream.once('data', resolve));
  stream.on('data', () => {});
  const revokedMs = Date.now();
  await admin.call('KeyService.RevokeKey', { name: key.name });
  const error = await ended;
  assert.equal(error.code, Code.UNAUTHENTICATED);
  assert.ok(Date.now() - revokedMs < 2000, `${Date.now() - revokedMs} ms`);
  api.close();
});

test('a rotated key is accepted with both secrets during the overlap, and survives a restart', async () => {
  const { key, key_text: first } = await admin.call('KeyService.CreateKey', {
    principal: 'app', scopes: ['layers:read'],
  });
  const { key_text: second } = await admin.call('KeyService.RotateKey', {
    name: key.name, overlap: { seconds: 3600, nanos: 0 },
  });
  await city.stop();
  await city.resume();
  admin.close();
  admin = new Api(city.grpc, texts.admin);
  for (const text of [first, second]) {
    const api = new Api(city.grpc, text);
    await api.call('LayerService.ListLayers');
    api.close();
  }
  const { key_text: third } = await admin.call('KeyService.RotateKey', { name: key.name });
  for (const [text, code] of [[first, Code.UNAUTHENTICATED], [second, Code.UNAUTHENTICATED], [third, undefined]]) {
    const api = new Api(city.grpc, text);
    const got = await api.call('LayerService.ListLayers').then(() => undefined, (error) => error.code);
    assert.equal(got, code);
    api.close();
  }
});

test('secrets are in no log, no list and no stored file', async () => {
  const listed = JSON.stringify(await admin.call('KeyService.ListKeys'));
  const stored = execFileSync('sh', ['-c', `cat '${city.data}'/keys/*`]).toString('latin1');
  const log = city.log() + [...city.processes.values()].map(({ log: text }) => text).join('\n');
  for (const [name, text] of Object.entries(texts)) {
    if (name === 'not a key') continue;
    const secret = text.split('_')[2];
    for (const [where, content] of Object.entries({ listed, stored, log })) {
      assert.ok(!content.includes(secret), `the secret of "${name}" is ${where}`);
    }
  }
});
