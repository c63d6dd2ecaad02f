// Phones over HTTP: changes once, tiles as a bundle, and a stream of events whose view moves.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { useCity } from './support/suite.mjs';

const here = useCity('2022-10-11T09:00:00Z');
const kLayers = 'citylayers.layers.v1.LayerService';
const kView = { westDeg: 106.68, southDeg: 10.76, eastDeg: 106.7, northDeg: 10.78 };
const kEast = { westDeg: 106.7, southDeg: 10.76, eastDeg: 106.72, northDeg: 10.78 };
const kYear = /^public, max-age=31536000, immutable$/;
const kEventMs = 30_000;

/** A unary method by GET. */
function get(method, request, headers = {}) {
  const message = encodeURIComponent(JSON.stringify(request));
  return fetch(`${here.city.url}/${kLayers}/${method}?connect=v1&encoding=json&message=${message}`, {
    headers,
  });
}
function post(method, request) {
  return fetch(`${here.city.url}/${kLayers}/${method}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(request),
  });
}

test('changes since the last answer, by GET', async () => {
  const request = { name: 'layers/traffic', viewport: kView };
  const first = await get('GetChanges', request);
  assert.equal(first.status, 200, await first.clone().text());
  assert.match(first.headers.get('cache-control'), /^public, no-cache$/);
  const { snapshot, resume } = await first.json();
  assert.ok(snapshot.packId);
  const second = await get('GetChanges', { ...request, resume });
  const answer = await second.json();
  assert.equal(answer.delta.packId, snapshot.packId);
  assert.equal(answer.resume.version.epoch, resume.version.epoch);
});

test('an answer to a GET that the client has is not sent again', async () => {
  const request = { name: 'layers/base', viewport: kView, zoom: 14 };
  const first = await get('GetTileBundle', request);
  const etag = first.headers.get('etag');
  assert.ok(etag);
  const again = await get('GetTileBundle', request, { 'if-none-match': etag });
  assert.equal(again.status, 304);
  assert.equal((await again.arrayBuffer()).byteLength, 0);
  const other = await get('GetTileBundle', { ...request, viewport: kEast }, { 'if-none-match': etag });
  assert.equal(other.status, 200);
});

test('a bundle of the base map is cached for a year by its pack', async () => {
  const { layer } = await (await get('GetLayer', { name: 'layers/base' })).json();
  const request = { name: 'layers/base', viewport: kView, zoom: 14 };
  const pinned = await get('GetTileBundle', { ...request, packId: layer.packId });
  assert.match(pinned.headers.get('cache-control'), kYear);
  assert.ok((await pinned.json()).tiles.length >= 2);
  const unpinned = await get('GetTileBundle', request);
  assert.doesNotMatch(unpinned.headers.get('cache-control'), /max-age/);
  const wrong = await get('GetTileBundle', { ...request, packId: 'another' });
  assert.equal((await wrong.json()).code, 'failed_precondition');
  const live = await get('GetTileBundle', { ...request, name: 'layers/traffic', packId: layer.packId });
  assert.doesNotMatch(live.headers.get('cache-control'), /max-age/, 'a live layer changes');
});

test('the tiles of the base map are cached for a year by their address', async () => {
  const tileJson = await (await fetch(`${here.city.url}/tiles/base.json`)).json();
  const url = new URL(tileJson.tiles[0].replace('{z}/{x}/{y}', '14/13047/7698'));
  assert.equal(url.searchParams.get('pack'), tileJson.pack_id);
  assert.match((await fetch(url)).headers.get('cache-control'), kYear);
  url.searchParams.set('pack', 'another');
  assert.equal((await fetch(url)).headers.get('cache-control'), 'public, max-age=3600');
});

test('a bundle that is too large is refused with the limit', async () => {
  const viewport = { westDeg: 106, southDeg: 10, eastDeg: 107, northDeg: 11 };
  const reply = await post('GetTileBundle', { name: 'layers/base', viewport, zoom: 14 });
  assert.equal(reply.status, 400);
  assert.match((await reply.json()).message, /layers\.tiles_per_call_max/);
});

/** The events of a stream: {event, id, data}. */
async function* events(path, signal) {
  const reply = await fetch(`${here.city.url}${path}`, { signal });
  let text = '';
  for await (const chunk of reply.body.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    for (let end; (end = text.indexOf('\n\n')) >= 0; text = text.slice(end + 2)) {
      const lines = text.slice(0, end).split('\n').map((line) => line.split(/: (.*)/s));
      const fields = Object.fromEntries(lines);
      if (fields.event) yield { ...fields, data: JSON.parse(fields.data) };
    }
  }
}

test('a stream of events moves its view', async () => {
  const box = Object.values(kView).join();
  const abort = AbortSignal.timeout(kEventMs);
  let streamId;
  let moved = false;
  for await (const { event, id, data } of events(`/live/traffic?bbox=${box}&movable=1`, abort)) {
    if (event === 'stream') streamId = data.streamId;
    if (event === 'snapshot' && !moved) {
      moved = true;
      assert.match(streamId, /^[a-z2-7]{32}$/);
      const request = { name: 'layers/traffic', streamId, viewport: kEast, zoom: 15 };
      const reply = await post('SetViewport', request);
      assert.equal(reply.status, 200, await reply.text());
    }
    if (data.view) {
      assert.deepEqual(data.view, { viewport: kEast, zoom: 15 });
      assert.match(id, /@106\.7\d*,10\.76\d*,106\.7\d*,10\.7[78]\d*,15$/);
      break;
    }
  }
  const gone = await post('SetViewport', { name: 'layers/traffic', streamId: 'x', viewport: kEast });
  assert.equal(gone.status, 404);
  assert.match(await gone.text(), /resume/);
});
