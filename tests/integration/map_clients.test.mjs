// Requirements of other map clients: styles accepted by their validators, glyphs, transparent images, TileJSON that
// describes all content of the tiles, answers readable by pages of other origins, and correct addresses behind a proxy.

import assert from 'node:assert/strict';
import http from 'node:http';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { createGunzip, inflateSync } from 'node:zlib';
import Pbf from 'pbf';
import { validateStyleMin } from '@maplibre/maplibre-gl-style-spec';
import { useCity } from './support/suite.mjs';
import { decode } from './support/tiles.mjs';

const mapboxSpec = createRequire(import.meta.url)('@mapbox/mapbox-gl-style-spec');
const here = useCity('2022-10-10T09:00:00Z');
const kLayers = ['base', 'traffic', 'flood'];
const get = (path, headers = {}) => fetch(`${here.city.url}${path}`, { headers });
/** Skips a test when the page, beside which the files are served, is not built. */
const skipsWithoutPage = async (t) => {
  if ((await get('/')).status === 200) return false;
  t.skip('the page is not built');
  return true;
};
const json = async (path, headers) => (await get(path, headers)).json();

test('the styles are valid, untouched, for MapLibre and for Mapbox GL 1', async (t) => {
  if (await skipsWithoutPage(t)) return;
  for (const theme of ['night', 'day']) {
    const text = await (await get(`/styles/${theme}.json`)).text();
    assert.deepEqual(validateStyleMin(JSON.parse(text)).map((error) => error.message), [], theme);
    assert.deepEqual(mapboxSpec.validate(text).map((error) => error.message), [], theme);
  }
});

/** The glyph ids of a file; checks the sizes of their bitmaps. */
function glyphIds(bytes) {
  const ids = [];
  const readGlyph = (tag, glyph, pbf) => {
    if (tag === 1) glyph.id = pbf.readVarint();
    if (tag === 2) glyph.bitmap = pbf.readBytes();
    if (tag === 3) glyph.width = pbf.readVarint();
    if (tag === 4) glyph.height = pbf.readVarint();
    if (tag === 7) glyph.advance = pbf.readVarint();
  };
  const readStack = (tag, stack, pbf) => {
    if (tag === 1) stack.name = pbf.readString();
    if (tag === 2) stack.range = pbf.readString();
    if (tag !== 3) return;
    const glyph = pbf.readMessage(readGlyph, {});
    if (glyph.bitmap) assert.equal(glyph.bitmap.length, (glyph.width + 6) * (glyph.height + 6));
    ids.push(glyph.id);
  };
  const stack = new Pbf(bytes).readFields((tag, all, pbf) => {
    if (tag === 1) all.stack = pbf.readMessage(readStack, {});
  }, {}).stack;
  assert.ok(stack.name && stack.range);
  return ids;
}

test('every font of the styles has its glyphs, also those of Vietnamese', async (t) => {
  if (await skipsWithoutPage(t)) return;
  const style = await json('/styles/night.json');
  const fonts = new Set(style.layers.flatMap((layer) => layer.layout?.['text-font'] ?? []));
  assert.ok(fonts.size >= 2);
  for (const font of fonts) {
    const ids = new Set();
    for (const range of ['0-255', '256-511', '7680-7935', '8192-8447']) {
      const url = style.glyphs.replace('{fontstack}', encodeURIComponent(font)).replace('{range}', range);
      const reply = await fetch(url);
      assert.equal(reply.status, 200, url);
      assert.equal(reply.headers.get('content-type'), 'application/x-protobuf');
      assert.equal(reply.headers.get('access-control-allow-origin'), '*');
      for (const id of glyphIds(new Uint8Array(await reply.arrayBuffer()))) ids.add(id);
    }
    for (const letter of 'AzĐđƯưẠạỹ–') assert.ok(ids.has(letter.codePointAt(0)), `${font} ${letter}`);
  }
});

test('ranges without letters are empty, stacks take the first font that is there, the rest is refused', async (t) => {
  if (await skipsWithoutPage(t)) return;
  const empty = await get('/fonts/Be%20Vietnam%20Pro/65280-65535.pbf');
  assert.equal(empty.status, 200);
  assert.deepEqual(glyphIds(new Uint8Array(await empty.arrayBuffer())), []);
  assert.equal((await get('/fonts/Nobody%2CBe%20Vietnam%20Pro/0-255.pbf')).status, 200);
  assert.equal((await get('/fonts/Nobody/0-255.pbf')).status, 404);
  for (const range of ['0-256', 'x', '1-256']) {
    const reply = await get(`/fonts/Be%20Vietnam%20Pro/${range}.pbf`);
    assert.equal(reply.status, 400, range);
    assert.equal(reply.headers.get('access-control-allow-origin'), '*');
  }
});

/** Every tile of a layer around its bounds, including one ring of tiles outside. */
async function* tilesAround(tileJson, zooms) {
  const [west, south, east, north] = tileJson.bounds;
  for (const z of zooms) {
    const x = (lon) => Math.floor(((lon + 180) / 360) * 2 ** z);
    const y = (lat) => Math.floor(((1 - Math.asinh(Math.tan((lat * Math.PI) / 180)) / Math.PI) / 2) * 2 ** z);
    for (let tx = x(west) - 1; tx <= x(east) + 1; tx++) {
      for (let ty = y(north) - 1; ty <= y(south) + 1; ty++) {
        const url = tileJson.tiles[0].replace('{z}', z).replace('{x}', tx).replace('{y}', ty);
        const reply = await fetch(url);
        const inside = tx >= x(west) && tx <= x(east) && ty >= y(north) && ty <= y(south);
        yield { url, inside, bytes: new Uint8Array(await reply.arrayBuffer()) };
      }
    }
  }
}

for (const layer of kLayers) {
  test(`TileJSON of ${layer} tells every attribute, and nothing lies outside its bounds`, async () => {
    const tileJson = await json(`/tiles/${layer}.json`);
    const fields = new Map(tileJson.vector_layers.map(({ id, fields }) => [id, new Set(Object.keys(fields))]));
    let seen = 0;
    const untold = new Set();
    const outside = [];
    for await (const { url, inside, bytes } of tilesAround(tileJson, [tileJson.minzoom, 11, 14])) {
      if (bytes.length === 0) continue;
      seen++;
      if (!inside) outside.push(url);
      for (const [name, features] of Object.entries(decode(Buffer.from(bytes)))) {
        assert.ok(fields.has(name), `${layer} has ${name}, which TileJSON does not name`);
        for (const { properties } of features) {
          for (const key of Object.keys(properties)) if (!fields.get(name).has(key)) untold.add(`${name}.${key}`);
        }
      }
    }
    assert.ok(seen > 0 || layer === 'flood', 'some tiles have content');
    assert.deepEqual([...untold], []);
    assert.deepEqual(outside, []);
  });
}

/** Compressed size of a tile in a coding. */
const packedBytes = (path, coding) =>
  new Promise((resolve, reject) => {
    http
      .get(`${here.city.url}${path}`, { headers: { 'accept-encoding': coding } }, (reply) => {
        let bytes = 0;
        reply.on('data', (piece) => (bytes += piece.length));
        reply.on('end', () => resolve(bytes));
      })
      .on('error', reject);
  });

// Levels are chosen for both speed and size; a difference of a hundredth is accepted.
test('no coding that clients prefer makes a tile larger than gzip does', async () => {
  for (const layer of ['base', 'traffic']) {
    const { bounds, minzoom } = await json(`/tiles/${layer}.json`);
    for (let z = minzoom; z <= 14; z++) {
      const x = Math.floor((((bounds[0] + bounds[2]) / 2 + 180) / 360) * 2 ** z);
      const lat = ((bounds[1] + bounds[3]) / 2) * (Math.PI / 180);
      const y = Math.floor(((1 - Math.asinh(Math.tan(lat)) / Math.PI) / 2) * 2 ** z);
      const path = `/tiles/${layer}/${z}/${x}/${y}.mvt`;
      const gzip = await packedBytes(path, 'gzip');
      for (const coding of ['br', 'zstd']) {
        const bytes = await packedBytes(path, coding);
        assert.ok(bytes <= gzip * 1.01, `${path}: ${bytes} bytes in ${coding}, ${gzip} in gzip`);
      }
    }
  }
});

test('an image tile with nothing in it is transparent, a vector tile is 204', async () => {
  const reply = await get('/tiles/flood/14/0/0.png');
  assert.equal(reply.status, 200);
  assert.equal(reply.headers.get('content-type'), 'image/png');
  const png = Buffer.from(await reply.arrayBuffer());
  assert.deepEqual([png.readUInt32BE(16), png.readUInt32BE(20)], [256, 256]);
  const chunk = (type) => {
    const at = png.indexOf(type);
    return png.subarray(at + 4, at + 4 + png.readUInt32BE(at - 4));
  };
  assert.deepEqual([...chunk('tRNS')], [0], 'its colour is transparent');
  assert.ok(inflateSync(chunk('IDAT')).every((byte) => byte === 0), 'and everywhere');
  assert.equal((await get('/tiles/flood/14/0/0.mvt')).status, 204);
});

test('TileJSON is not sent again while only the clock moves', async () => {
  const first = await get('/tiles/base.json');
  const etag = first.headers.get('etag');
  await here.driver.step();
  assert.equal((await get('/tiles/base.json', { 'if-none-match': etag })).status, 304);
});

test('pages of other origins read errors too, and preflights allow what they ask for', async () => {
  for (const path of ['/tiles/none.json', '/tiles/traffic/99/0/0.mvt', '/live?layers=none', '/cap/none.xml', '/none/of/this']) {
    const reply = await get(path);
    assert.ok(reply.status >= 400, path);
    assert.equal(reply.headers.get('access-control-allow-origin'), '*', path);
    assert.match(reply.headers.get('access-control-expose-headers'), /Retry-After/, path);
    assert.equal(reply.headers.get('x-content-type-options'), 'nosniff', path);
  }
  for (const path of ['/tiles/traffic.json', '/live', '/live/traffic', '/fonts/a/0-255.pbf', '/styles/night.json']) {
    const reply = await fetch(`${here.city.url}${path}`, {
      method: 'OPTIONS',
      headers: {
        origin: 'https://maps.example',
        'access-control-request-method': 'GET',
        'access-control-request-headers': 'cache-control,content-type,traceparent,x-requested-with',
      },
    });
    assert.equal(reply.status, 204, path);
    for (const name of ['cache-control', 'content-type', 'traceparent', 'x-requested-with']) {
      assert.match(reply.headers.get('access-control-allow-headers'), new RegExp(name), path);
    }
  }
});

test('the page states what it may use, and other sites cannot hold it', async (t) => {
  if (await skipsWithoutPage(t)) return;
  const page = await get('/');
  const policy = page.headers.get('permissions-policy');
  for (const feature of ['camera', 'geolocation', 'microphone']) assert.match(policy, new RegExp(`${feature}=\\(\\)`));
  assert.equal(page.headers.get('cross-origin-opener-policy'), 'same-origin');
  assert.equal(page.headers.get('cross-origin-resource-policy'), 'same-origin');
  assert.match(page.headers.get('content-security-policy'), /frame-ancestors 'self'/);
  for (const path of ['/', '/tiles/base.json', '/healthz', '/favicon.svg']) {
    assert.equal((await get(path)).headers.get('x-content-type-options'), 'nosniff', path);
  }
});

/** Reads a stream of events until `clocks` clock events have arrived; returns raw bytes, seconds and text. */
function readStream(path, encoding, clocks) {
  return new Promise((resolve, reject) => {
    const begin = performance.now();
    const request = http.get(`${here.city.url}${path}`, { headers: { 'accept-encoding': encoding } }, (reply) => {
      let bytes = 0;
      let text = '';
      reply.on('data', (piece) => (bytes += piece.length));
      const plain = encoding === 'gzip' ? reply.pipe(createGunzip()) : reply;
      plain.on('error', () => {}); // the test closes the stream below
      plain.on('data', (piece) => {
        text += piece;
        if (text.split('event: clock').length <= clocks) return;
        request.destroy();
        resolve({ bytes, text, seconds: (performance.now() - begin) / 1000, headers: reply.headers });
      });
    });
    request.on('error', reject);
  });
}

test('the stream of a page needs a fraction of its bytes in gzip', async () => {
  const path = '/live?layers=traffic,flood&flood.tiles_only=1&alerts=1&clock=1&stages=1&jams=30&notices=1';
  const kClocks = 4;
  const [plain, packed] = await Promise.all(['identity', 'gzip'].map((coding) => readStream(path, coding, kClocks)));
  assert.equal(plain.headers['content-encoding'], undefined);
  assert.equal(packed.headers['content-encoding'], 'gzip');
  for (const feed of ['layer', 'alerts', 'clock', 'stages', 'jams', 'notices', 'heartbeat']) {
    assert.ok(packed.text.includes(`event: ${feed}\n`), feed);
  }
  const perMinute = ({ bytes, seconds }) => Math.round((bytes / seconds) * 60);
  console.log(`a page's stream: ${perMinute(plain)} bytes per minute, ${perMinute(packed)} in gzip`);
  assert.ok(packed.bytes * 2 < plain.bytes, `${plain.bytes} bytes became ${packed.bytes}`);
});

test('a page goes on where it was, with every feed', async () => {
  const path = '/live?layers=traffic&alerts=1&clock=1';
  const { text } = await readStream(path, 'identity', 1);
  const id = text.match(/^id: (.*)$/gm).at(-1).slice('id: '.length);
  assert.match(id, /traffic=[0-9a-f]{32}:\d+:\d+/);
  const again = await readStream(`${path}&resume=${encodeURIComponent(id)}`, 'identity', 1);
  assert.ok(!again.text.includes('"layer":"traffic","snapshot"'), again.text.slice(0, 500));
  if (id.includes('alerts=')) assert.ok(!again.text.includes('"snapshot":true'), again.text.slice(0, 500));
});

test('addresses behind a proxy are those that its clients use', async (t) => {
  if (await skipsWithoutPage(t)) return;
  const forwarded = {
    'x-forwarded-host': 'maps.example.org',
    'x-forwarded-proto': 'HTTPS, http',
    'x-forwarded-prefix': '/city',
  };
  const base = 'https://maps.example.org/city';
  assert.deepEqual((await json('/tiles/traffic.json', forwarded)).tiles, [`${base}/tiles/traffic/{z}/{x}/{y}.mvt`]);
  const style = await json('/styles/day.json', forwarded);
  assert.equal(style.glyphs, `${base}/fonts/{fontstack}/{range}.pbf`);
  assert.equal(style.sources.traffic.url, `${base}/tiles/traffic.json`);
  assert.match(await (await get('/cap/alerts.atom', forwarded)).text(), /https:\/\/maps\.example\.org\/city\/cap/);
  assert.deepEqual(
    (await json('/tiles/traffic.json', { forwarded: 'for=1.2.3.4;proto=https;host=maps.example' })).tiles,
    ['https://maps.example/tiles/traffic/{z}/{x}/{y}.mvt'],
  );
});
