// The API for browsers: Connect with JSON and binary messages, GET, streams, and gRPC-Web.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codec } from './support/api.mjs';
import { stages } from './support/driver.mjs';
import { useCity } from './support/suite.mjs';
import { decode, fetchTile, kBenThanh } from './support/tiles.mjs';

const here = useCity('2022-10-12T09:00:00Z');
const kLayers = 'citylayers.layers.v1.LayerService';
const kFlood = 'citylayers.flood.v1.FloodService';
const kTile = { z: 14, x: 13047, y: 7698 };

const post = (path, type, body, headers = {}) =>
  fetch(`${here.city.url}/${path}`, {
    method: 'POST',
    headers: { 'content-type': type, ...headers },
    body,
  });
const json = (path, request) => post(path, 'application/json', JSON.stringify(request));

/** Frames of Connect and gRPC-Web streams: [flags, payload]. */
function frames(bytes) {
  const list = [];
  for (let at = 0; at < bytes.length;) {
    const size = bytes.readUInt32BE(at + 1);
    list.push([bytes[at], bytes.subarray(at + 5, at + 5 + size)]);
    at += 5 + size;
  }
  return list;
}

function frame(payload) {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(payload.length, 1);
  return Buffer.concat([head, payload]);
}

test('Connect: a unary call in JSON', async () => {
  await here.driver.write(stages(0.5));
  const reply = await json(`${kFlood}/ListStages`, {});
  assert.equal(reply.status, 200);
  assert.match(reply.headers.get('content-type'), /^application\/json/);
  const { stages: list } = await reply.json();
  const phuAn = list.find((stage) => stage.station === 'stations/phu-an');
  assert.equal(phuAn.displayName.vi, 'Phú An');
  assert.deepEqual(phuAn.alertLevelsM, [1.4, 1.5, 1.6]);
});

test('Connect: a unary call in binary gives the tile that HTTP gives', async () => {
  const { encode, decode: read } = codec('layers.v1.LayerService', 'GetTile');
  const body = encode({ name: 'layers/traffic', tile: kTile });
  const reply = await post(`${kLayers}/GetTile`, 'application/proto', body);
  assert.equal(reply.status, 200);
  const { tile } = read(Buffer.from(await reply.arrayBuffer()));
  const http = await fetchTile(here.city, 'traffic', kBenThanh);
  assert.deepEqual(tile.data, http.bytes);
  assert.ok(http.etag.startsWith(`"${tile.content_tag}`), 'one content tag');
  assert.ok(decode(tile.data).traffic.length > 0);
});

test('Connect: GET of methods without side effects', async () => {
  const message = encodeURIComponent(JSON.stringify({ name: 'layers/flood' }));
  const url = `${here.city.url}/${kLayers}/GetLayer?connect=v1&encoding=json&message=${message}`;
  const reply = await fetch(url);
  assert.equal(reply.status, 200);
  assert.equal((await reply.json()).layer.name, 'layers/flood');
  const written = await fetch(
    `${here.city.url}/citylayers.common.v1.ClockService/SetClock?connect=v1&encoding=json&message=%7B%7D`,
  );
  assert.equal(written.status, 405, 'a GET must not set the clock');
});

test('Connect: errors have a code, a message and the right HTTP status', async () => {
  const cases = [
    [`${kLayers}/GetLayer`, { name: 'layers/fog' }, 404, 'not_found'],
    [
      `${kLayers}/GetTile`,
      { name: 'layers/traffic', tile: { z: 2, x: 9, y: 0 } },
      400,
      'invalid_argument',
    ],
  ];
  for (const [path, request, status, code] of cases) {
    const reply = await json(path, request);
    const text = await reply.text();
    assert.equal(reply.status, status, `${path}: ${text}`);
    assert.equal(JSON.parse(text).code, code);
    assert.ok(JSON.parse(text).message.length > 10, text);
  }
  assert.equal((await json(`${kLayers}/NoSuchMethod`, {})).status, 404);
});

test('Connect: a stream of JSON messages', async () => {
  const abort = new AbortController();
  const reply = await fetch(`${here.city.url}/${kLayers}/WatchLayer`, {
    method: 'POST',
    headers: { 'content-type': 'application/connect+json' },
    body: frame(Buffer.from(JSON.stringify({ name: 'layers/traffic', tickMs: 250 }))),
    signal: abort.signal,
  });
  assert.equal(reply.status, 200);
  let bytes = Buffer.alloc(0);
  for await (const chunk of reply.body) {
    bytes = Buffer.concat([bytes, chunk]);
    if (bytes.length >= 5 && bytes.length >= 5 + bytes.readUInt32BE(1)) break;
  }
  abort.abort();
  const size = bytes.readUInt32BE(1);
  const first = JSON.parse(bytes.subarray(5, 5 + size).toString());
  assert.match(first.snapshot.packId, /^[0-9a-f]{32}$/);
});

for (const text of [false, true]) {
  test(`gRPC-Web${text ? ' in base64' : ''}: a message, then the status`, async () => {
    const { encode, decode: read } = codec('layers.v1.LayerService', 'ListLayers');
    const type = text ? 'application/grpc-web-text' : 'application/grpc-web+proto';
    const body = frame(encode({}));
    const reply = await post(`${kLayers}/ListLayers`, type, text ? body.toString('base64') : body);
    assert.equal(reply.status, 200);
    let bytes = Buffer.from(await reply.arrayBuffer());
    if (text) {
      // Each flush is padded separately.
      const parts = bytes.toString().match(/[^=]+={0,2}/g);
      bytes = Buffer.concat(parts.map((part) => Buffer.from(part, 'base64')));
    }
    const [[flags, payload], [endFlags, trailers]] = frames(bytes);
    assert.equal(flags, 0);
    const names = read(payload).layers.map((layer) => layer.name);
    assert.deepEqual(names.sort(), ['layers/base', 'layers/flood', 'layers/traffic']);
    assert.equal(endFlags, 0x80);
    assert.match(trailers.toString(), /grpc-status: ?0/i);
  });
}

test('gRPC-Web: an error is in the trailers', async () => {
  const { encode } = codec('layers.v1.LayerService', 'GetLayer');
  const body = frame(encode({ name: 'layers/fog' }));
  const reply = await post(`${kLayers}/GetLayer`, 'application/grpc-web+proto', body);
  const bytes = Buffer.from(await reply.arrayBuffer());
  const status = reply.headers.get('grpc-status') ?? bytes.toString();
  assert.match(status, /(grpc-status: ?5|^5$)/i);
});
