// The rights of keys, by every protocol: each method of the API, called with keys that must not suffice.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import http from 'node:http';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Api, Code, kMethods } from '../../integration/support/api.mjs';
import { City, kBin, temporaryFolder, until } from '../../support/daemon.mjs';
import { callFrames, RawHttp2 } from '../support/raw_http2.mjs';

// The tests send more wrong keys than an address may.
const kClosed = { CITYLAYERS_SECURITY__ANONYMOUS: '', CITYLAYERS_LIMITS__FAILURES_PER_SECOND: '0' };
const kListStages = '/citylayers.flood.v1.FloodService/ListStages';
const kTile = '14/13047/7698';
const keys = {};
// By name: what callers send. Every key of this file is here, so that the last test can search for its secret.
const texts = {};
let city;
let admin;

async function makeKey(name, scopes, expire_time) {
  const { key, key_text } = await admin.call('KeyService.CreateKey', { principal: name, scopes, expire_time });
  keys[name] = key;
  texts[name] = key_text;
  return key_text;
}

/** Gives the key a new secret, which is kept under `name`. */
async function rotateKey(key, name, request = {}) {
  const { key_text } = await admin.call('KeyService.RotateKey', { name: key.name, ...request });
  texts[name] = key_text;
  return key_text;
}

before(async () => {
  const data = temporaryFolder();
  texts.admin = execFileSync(join(kBin, 'citylayers'), ['keys', 'init', '--data', data], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  }).trim();
  city = await City.start({ data, env: kClosed, split: false });
  admin = new Api(city.grpc, texts.admin);
  await makeKey('nothing useful', ['readings:write:stations/none']);
  await makeKey('flood only', ['layers:read:flood']);
  await makeKey('revoked', ['admin']);
  await admin.call('KeyService.RevokeKey', { name: keys.revoked.name });
  const soon = Math.ceil(Date.now() / 1000) + 1;
  await makeKey('expired', ['admin'], { seconds: soon, nanos: 0 });
  await until('the key expires', () => Date.now() > soon * 1000);
  texts['wrong secret'] = texts.admin.slice(0, -4) + (texts.admin.endsWith('aaaa') ? 'bbbb' : 'aaaa');
  texts['not a key'] = 'secret';
});
after(async () => {
  admin?.close();
  await city?.stop();
});

const kCallMs = 20_000; // streams that send nothing end with DEADLINE_EXCEEDED
const headersOf = (key) => (key ? { authorization: `Bearer ${key}` } : {});

/** The gRPC status of a call with an empty request, by gRPC. */
async function byGrpc(api, { service, method, requestStream, streams }) {
  const client = api.clients[service.split('.').at(-1)];
  const options = { deadline: Date.now() + kCallMs };
  return new Promise((resolve) => {
    const end = (error) => resolve(error ? error.code : Code.OK);
    if (requestStream) {
      const call = client[method](api.metadata, options);
      call.on('error', end).on('end', () => end());
      call.on('data', () => {});
      call.write({});
      call.end();
    } else if (streams) {
      const call = client[method]({}, api.metadata, options);
      call.on('error', end).on('end', () => end());
      call.on('data', () => {
        end();
        call.cancel();
      });
    } else {
      client[method]({}, api.metadata, options, end);
    }
  });
}

const kConnectCodes = { unauthenticated: 16, permission_denied: 7, unimplemented: 12 };

/** The first bytes of an answer's body, as text. */
async function beginningOf(reply) {
  const reader = reply.body?.getReader();
  const { value } = (await reader?.read()) ?? {};
  await reader?.cancel();
  return Buffer.from(value ?? []).toString('latin1');
}

/**
 * The gRPC status of an answer of the Connect protocol. UNIMPLEMENTED for errors that have none of its codes: those of
 * HTTP itself, such as the 404 of a method that does not exist.
 */
async function connectStatus(reply) {
  const text = await beginningOf(reply);
  const code = /"code":"(\w+)"/.exec(text)?.[1];
  if (code === undefined) return reply.ok ? Code.OK : Code.UNIMPLEMENTED;
  return kConnectCodes[code] ?? Code.UNKNOWN;
}

/** The same by Connect with JSON: unary, or the end of a stream. */
async function byConnect(key, { path, streams }) {
  const body = streams ? Buffer.concat([Buffer.from([0, 0, 0, 0, 2]), Buffer.from('{}')]) : '{}';
  const type = streams ? 'application/connect+json' : 'application/json';
  const reply = await fetch(`${city.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': type, 'connect-timeout-ms': `${kCallMs}`, ...headersOf(key) },
    body,
  });
  return connectStatus(reply);
}

/** The same by GET, which the Connect protocol offers for unary methods without side effects. */
async function byConnectGet(key, { path }) {
  const query = 'connect=v1&encoding=json&message=%7B%7D';
  return connectStatus(await fetch(`${city.url}${path}?${query}`, { headers: headersOf(key) }));
}

/** The same by gRPC-Web. UNIMPLEMENTED for errors of HTTP itself. */
async function byGrpcWeb(key, { path }) {
  const reply = await fetch(`${city.url}${path}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/grpc-web+proto',
      'grpc-timeout': `${kCallMs}m`,
      ...headersOf(key),
    },
    body: Buffer.alloc(5),
  });
  const status = reply.headers.get('grpc-status');
  const text = await beginningOf(reply);
  if (status !== null) return Number(status);
  if (!reply.ok) return Code.UNIMPLEMENTED;
  return Number(/grpc-status: ?(\d+)/.exec(text)?.[1] ?? Code.OK);
}

const kByProtocol = {
  gRPC: {
    methods: kMethods,
    call: async (key, method) => {
      const api = new Api(city.grpc, key);
      try {
        return await byGrpc(api, method);
      } finally {
        api.close();
      }
    },
  },
  Connect: { methods: kMethods, call: byConnect },
  'Connect by GET': { methods: kMethods.filter(({ reads, streams }) => reads && !streams), call: byConnectGet },
  'gRPC-Web': { methods: kMethods, call: byGrpcWeb },
};

// Only processes of the city, by their own key, read the hashes of secrets and end sessions.
const isForProcesses = ({ path }) => /\.KeyService\/(WatchKeyRing|EndSession)$/.test(path);

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
  assert.equal(kMethods.filter(isForProcesses).length, 2);
  const { methods: got } = kByProtocol['Connect by GET'];
  assert.ok(got.length >= 20 && got.length < kMethods.length, `${got.length}`);
  assert.ok(got.some(({ path }) => path === kListStages));
});

for (const [protocol, { call, methods }] of Object.entries(kByProtocol)) {
  for (const [name, code] of Object.entries(kRefusals)) {
    test(`${protocol}, ${name}: every method is refused`, async () => {
      for (const method of methods) assert.equal(await call(texts[name] ?? '', method), code, method.path);
    });
  }

  test(`${protocol}: a key without the scope is refused by every method`, async () => {
    for (const method of methods) {
      // A key that may write one measure may open the stream, and writes nothing without naming one.
      if (/(Write|Stream)Readings$/.test(method.path)) continue;
      assert.equal(await call(texts['nothing useful'], method), Code.PERMISSION_DENIED, method.path);
    }
  });

  test(`${protocol}: the admin's key is refused by no method, but by those for processes`, async () => {
    for (const method of methods) {
      const got = await call(texts.admin, method);
      if (isForProcesses(method)) {
        assert.equal(got, Code.PERMISSION_DENIED, method.path);
        continue;
      }
      // UNIMPLEMENTED: the call reached no method, so that the other rows would not prove anything.
      const refusals = [Code.UNAUTHENTICATED, Code.PERMISSION_DENIED, Code.UNIMPLEMENTED];
      assert.ok(!refusals.includes(got), `${method.path}: ${got}`);
    }
  });
}

/** The status and the text of an HTTP answer; `headers` may have several values for a name, in an array. */
function request(path, headers = {}, { method = 'GET', body } = {}) {
  return new Promise((resolve, reject) => {
    const sent = http.request(`${city.url}${path}`, { method, headers, agent: false }, (reply) => {
      let text = '';
      reply.setEncoding('utf8').on('data', (piece) => (text += piece));
      reply.on('end', () => resolve({ status: reply.statusCode, text }));
      reply.on('error', reject);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

const kTileOfFlood = `/tiles/flood/${kTile}.mvt`;
/** Calls a method and requests a tile by HTTP with these headers; returns both answers. */
const byHttp = async (headers) => [
  await request(kListStages, { 'content-type': 'application/json', ...headers }, { method: 'POST', body: '{}' }),
  await request(kTileOfFlood, headers),
];

/** The status of an empty call of ListStages with these [name, value] headers, of which names may repeat. */
async function byRawGrpc(headers, status) {
  const wire = await RawHttp2.connect(city.grpc);
  void wire.send(callFrames(1, kListStages, { message: Buffer.alloc(0), headers }));
  const wanted = `grpc-status${String.fromCharCode(String(status).length)}${status}`; // HPACK without Huffman
  const answer = await wire.readUntil(wanted, 5000);
  wire.close();
  return answer.includes(wanted);
}

test('two authorization headers are refused, whichever of them is valid', async () => {
  const good = `Bearer ${texts['flood only']}`;
  const bad = `Bearer ${texts['wrong secret']}`;
  assert.ok(await byRawGrpc([['authorization', good]], Code.OK), 'one header is accepted over gRPC');
  for (const { status, text } of await byHttp({ authorization: good })) assert.ok(status < 300, text);
  for (const pair of [[good, bad], [bad, good]]) {
    const headers = pair.map((value) => ['authorization', value]);
    assert.ok(await byRawGrpc(headers, Code.UNAUTHENTICATED), 'gRPC');
    for (const { status, text } of await byHttp({ authorization: pair })) assert.equal(status, 401, text);
  }
});

test('the scheme Basic is that of a proxy: beside a key it is accepted, alone it counts as no key', async () => {
  const basic = 'Basic dXNlcjpwYXNz';
  const key = texts['flood only'];
  assert.ok(await byRawGrpc([['authorization', basic], ['x-api-key', key]], Code.OK));
  const both = { authorization: basic, 'x-api-key': key };
  for (const { status, text } of await byHttp(both)) assert.ok(status < 300, text);
  assert.ok(await byRawGrpc([['authorization', basic]], Code.UNAUTHENTICATED));
  for (const { status, text } of await byHttp({ authorization: basic })) {
    assert.equal(status, 401);
    assert.match(text, /needs an API key/); // the message for callers without one
  }
});

test('a tile needs a key, for HEAD as well, and takes it from the address', async () => {
  const flood = texts['flood only'];
  for (const method of ['GET', 'HEAD']) {
    const status = async (path) => (await request(path, {}, { method })).status;
    assert.equal(await status(kTileOfFlood), 401, method);
    assert.ok((await status(`${kTileOfFlood}?key=${flood}`)) < 300, method);
    assert.equal(await status(`${kTileOfFlood}?key=${texts['wrong secret']}`), 401, method);
    assert.equal(await status(`${kTileOfFlood}?key=${texts.revoked}`), 401, method);
    assert.equal(await status(`/tiles/traffic/${kTile}.mvt?key=${flood}`), 403, method);
    // Other routes do not take it.
    assert.equal(await status(`/live/flood?key=${flood}`), 401, method);
  }
});

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

test('a key writes no reading outside of its scope', async () => {
  const text = await makeKey('gauge', ['readings:write:stations/phu-an/measures/water_level']);
  const api = new Api(city.grpc, text);
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
  const api = new Api(city.grpc, await makeKey('phone', ['layers:read']));
  const stream = api.stream('LayerService.WatchLayer', { name: 'layers/traffic' });
  const ended = new Promise((resolve) => stream.on('error', resolve));
  await new Promise((resolve) => stream.once('data', resolve));
  stream.on('data', () => {});
  const revokedMs = Date.now();
  await admin.call('KeyService.RevokeKey', { name: keys.phone.name });
  const error = await ended;
  assert.equal(error.code, Code.UNAUTHENTICATED);
  assert.ok(Date.now() - revokedMs < 2000, `${Date.now() - revokedMs} ms`);
  api.close();
});

test('a rotated key is accepted with both secrets during the overlap, and survives a restart', async () => {
  const first = await makeKey('app', ['layers:read']);
  const second = await rotateKey(keys.app, 'app, second secret', { overlap: { seconds: 3600, nanos: 0 } });
  await city.stop();
  await city.resume();
  admin.close();
  admin = new Api(city.grpc, texts.admin);
  for (const text of [first, second]) {
    const api = new Api(city.grpc, text);
    await api.call('LayerService.ListLayers');
    api.close();
  }
  const third = await rotateKey(keys.app, 'app, third secret');
  for (const [text, code] of [[first, Code.UNAUTHENTICATED], [second, Code.UNAUTHENTICATED], [third, undefined]]) {
    const api = new Api(city.grpc, text);
    const got = await api.call('LayerService.ListLayers').then(() => undefined, (error) => error.code);
    assert.equal(got, code);
    api.close();
  }
});

test('secrets are in no log, no list and no stored file', async () => {
  for (const text of Object.values(texts)) await request(`${kTileOfFlood}?key=${text}`);
  await makeKey('last', ['layers:read']);
  // The lines of all calls before have arrived with that of the last key.
  await until('the log names the last key', () => city.allLogs().includes(keys.last.name.split('/')[1]));
  const listed = JSON.stringify(await admin.call('KeyService.ListKeys'));
  const stored = execFileSync('sh', ['-c', `cat '${city.data}'/keys/*`]).toString('latin1');
  const log = city.allLogs();
  // The places that are searched are the right ones: they have what is not secret.
  assert.equal(log.match(/listening grpc=/g).length, 2, 'before and after the restart');
  for (const name of Object.keys(keys)) {
    const id = keys[name].name.split('/')[1];
    assert.match(log, new RegExp(`key created.*${id}`), name);
    assert.ok(listed.includes(id) && stored.includes(id), name);
  }
  let searched = 0;
  for (const [name, text] of Object.entries(texts)) {
    if (name === 'not a key') continue;
    const secret = text.split('_')[2];
    assert.equal(secret.length, 32, name);
    searched++;
    for (const [where, content] of Object.entries({ listed, stored, log })) {
      assert.ok(!content.includes(secret), `the secret of "${name}" is ${where}`);
    }
  }
  assert.ok(searched >= 12, `${searched}`);
});
