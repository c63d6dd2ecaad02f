// citylayers behind nginx with the configuration of deploy/nginx: TLS, HTTP/2, gRPC, streams and the cache.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Api, tlsCredentials } from '../integration/support/api.mjs';
import { Driver } from '../integration/support/driver.mjs';
import { decode, kBenThanh } from '../integration/support/tiles.mjs';
import { WatchedState } from '../integration/support/watched_state.mjs';
import { City, kRoot, run, temporaryFolder, until } from '../support/daemon.mjs';
import { kName, Nginx, skipWithoutNginx as skip } from './support/nginx.mjs';

const kTile = `/tiles/traffic/${kBenThanh}.mvt`;
const kBaseTile = '/tiles/base/12/3261/1924.mvt';
const kView = { west_deg: 106.68, south_deg: 10.76, east_deg: 106.72, north_deg: 10.79 };
const kGetLayer = '/citylayers.layers.v1.LayerService/GetLayer';
const kFlags = ['--gateway.public_url', `https://${kName}`];
/** A heartbeat of the daemon comes after 5 to 10 s; an event that is held back would wait for it. */
const kAtOnceMs = 4000;

let city;
let nginx;
let api; // gRPC over TLS, through nginx
let driver;
let segments;

before(async () => {
  if (skip) return;
  city = await City.start({ split: false, flags: [...kFlags, '--web', join(kRoot, 'services/web/dist')] });
  nginx = await Nginx.start({ http: new URL(city.url).host, grpc: city.grpc });
  api = new Api(`127.0.0.1:${nginx.port}`, '', tlsCredentials(nginx.tls.ca), nginx.tls.servername);
  driver = new Driver(api, '2022-10-10T09:00:00Z');
  await driver.step();
});
after(async () => {
  api?.close();
  await nginx?.stop();
  await city?.stop();
});

/** Starts the daemon again at the same addresses and with the same data. */
async function restart(signal) {
  const { http, grpc } = city.of('gateway');
  await city.stop(signal);
  await city.startTarget('all', { http, grpc });
}

async function writeSpeeds(speedOf) {
  await driver.step(1);
  await driver.writeSpeeds(segments, speedOf);
}

test('nginx accepts the configuration without a warning', { skip }, () => {
  assert.doesNotMatch(nginx.checked, /\[(?:warn|error|emerg)\]/);
});

test('the page comes over HTTP/2 and TLS, with HSTS', { skip }, async () => {
  const page = await nginx.get2('/');
  assert.equal(page.status, 200);
  assert.equal(page.alpn, 'h2');
  assert.match(page.headers['content-type'], /^text\/html/);
  assert.match(page.headers['strict-transport-security'], /max-age=31536000/);
  assert.match((await nginx.get('/tiles/base.json')).headers['strict-transport-security'], /max-age/);
});

test('plain HTTP is redirected, and a request for another name gets no TLS', { skip }, async () => {
  assert.match(await nginx.getPlain('/tiles/base.json?a=1'), /^HTTP\/1\.1 308 [^]*Location: https:\/\/maps\.example\.org\/tiles\/base\.json\?a=1\r\n/);
  const stranger = nginx.get.call({ ...nginx, tls: { ...nginx.tls, servername: 'other.example' } }, '/');
  await assert.rejects(stranger, /unrecognized name|alert/i);
});

test('addresses in TileJSON are those of nginx', { skip }, async () => {
  const tileJson = JSON.parse((await nginx.get('/tiles/traffic.json')).body);
  assert.deepEqual(tileJson.tiles, [`https://${kName}/tiles/traffic/{z}/{x}/{y}.mvt`]);
});

test('the second request for a tile is a hit, and one with its ETag gets 304', { skip }, async () => {
  const first = await nginx.get(kBaseTile);
  assert.equal(first.status, 200);
  assert.equal(first.headers['x-cache'], 'MISS');
  const second = await nginx.get(kBaseTile);
  assert.equal(second.headers['x-cache'], 'HIT');
  assert.deepEqual(second.body, first.body);
  const same = await nginx.get(kBaseTile, { 'if-none-match': first.headers.etag });
  assert.equal(same.status, 304);
  assert.equal(same.headers['x-cache'], 'HIT');
});

test('each coding has one entry, whatever the text of Accept-Encoding', { skip }, async () => {
  const path = '/tiles/base/13/6523/3849.mvt';
  const seen = new Map();
  for (const [accept, coding, cache] of [
    ['gzip, deflate, br, zstd', 'br', 'MISS'],
    ['br', 'br', 'HIT'],
    ['gzip', 'gzip', 'MISS'],
    ['br;q=0, gzip;q=0.5', 'gzip', 'HIT'],
    [undefined, undefined, 'MISS'],
    ['gzip;q=0', undefined, 'HIT'],
  ]) {
    const reply = await nginx.get(path, accept ? { 'accept-encoding': accept } : {});
    assert.equal(reply.status, 200, accept);
    assert.equal(reply.headers['content-encoding'], coding, `coding for ${accept}`);
    assert.equal(reply.headers['x-cache'], cache, `cache for ${accept}`);
    if (cache === 'HIT') assert.deepEqual(reply.body, seen.get(coding), `body for ${accept}`);
    seen.set(coding, reply.body);
  }
});

test('gRPC and Connect share address and paths', { skip }, async () => {
  const { layer } = await api.call('LayerService.GetLayer', { name: 'layers/traffic' });
  assert.equal(layer.name, 'layers/traffic');
  const post = { method: 'POST', body: JSON.stringify({ name: 'layers/traffic' }) };
  const reply = await nginx.get(kGetLayer, { 'content-type': 'application/json' }, post);
  assert.equal(reply.status, 200);
  assert.equal(JSON.parse(reply.body).layer.name, 'layers/traffic');
  await assert.rejects(api.call('LayerService.GetLayer', { name: 'layers/none' }), /NOT_FOUND/);
});

test('a changed tile replaces the cached one without a purge', { skip }, async () => {
  segments = (await api.list('TrafficService.ListSegments', 'segments', { bounds: kView })).filter(
    (segment) => segment.street !== '',
  );
  assert.ok(segments.length > 200, `${segments.length} segments`);
  const old = await nginx.get(kTile);
  await writeSpeeds((s) => 5 + (s.index % 30));
  await city.published('traffic');
  // A client that a stream has informed asks with no-cache, and gets the new one at once.
  const fresh = await nginx.get(kTile, { 'cache-control': 'no-cache' });
  assert.equal(fresh.headers['x-cache'], 'BYPASS');
  assert.notEqual(fresh.headers.etag, old.headers.etag);
  const direct = await fetch(`${city.url}${kTile}`, { headers: { 'accept-encoding': 'identity', host: 'localhost' } });
  assert.deepEqual(fresh.body, Buffer.from(await direct.arrayBuffer()));
  // It is also what the next client gets from the cache.
  assert.equal((await nginx.get(kTile)).headers.etag, fresh.headers.etag);
});

test('a client without a stream gets the changed tile after its max-age', { skip }, async () => {
  const { etag } = (await nginx.get(kTile)).headers;
  await writeSpeeds((s) => 6 + (s.index % 25));
  await city.published('traffic');
  const seen = new Set();
  await until('the cache has the changed tile', async () => {
    const reply = await nginx.get(kTile);
    seen.add(reply.headers['x-cache']);
    return reply.headers.etag !== etag;
  });
  assert.ok(!seen.has('BYPASS'), [...seen].join());
  // An unchanged one is confirmed by its ETag, and need not be sent again.
  await until('an unchanged tile is confirmed', async () => {
    const before = await city.of('gateway').metric('citylayers_gateway_tiles_total', 'result="hit"');
    await nginx.get(kTile);
    return (await city.of('gateway').metric('citylayers_gateway_tiles_total', 'result="hit"')) > before;
  });
});

test('an event passes at once', { skip }, async () => {
  const events = await nginx.events('/live/traffic?tick_ms=250');
  assert.equal(events.status, 200);
  await events.next('snapshot');
  const waited = [];
  for (let round = 0; round < 3; round++) {
    await writeSpeeds((s) => 7 + ((s.index + round) % 20));
    const startMs = Date.now();
    const { data } = await events.next('delta');
    waited.push(Date.now() - startMs);
    assert.ok(JSON.parse(data).rows.length > 0);
  }
  events.close();
  assert.ok(Math.max(...waited) < kAtOnceMs, `deltas after ${waited.join(', ')} ms`);
});

/** A client that follows traffic over gRPC, and comes back with its version when the stream ends. */
class Follower {
  state = new WatchedState();
  streams = 0;
  stopped = false;

  async follow() {
    while (!this.stopped) {
      const resume = this.state.version ? { resume: this.state.resume } : {};
      this.stream = api.stream('LayerService.WatchLayer', { name: 'layers/traffic', tick_ms: 250, viewport: kView, ...resume });
      this.streams++;
      try {
        for await (const message of this.stream) this.state.apply(message);
      } catch (error) {
        if (error.code === undefined) this.failure = error; // apply() found a gap
      }
      if (this.failure) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  stop() {
    this.stopped = true;
    this.stream.cancel();
  }
}

/** A client of server-sent events that comes back with Last-Event-ID, as a browser does. */
class Listener {
  rows = new Map();
  streams = 0;
  statuses = new Set();
  stopped = false;

  async follow() {
    while (!this.stopped) {
      const headers = this.id ? { 'last-event-id': this.id } : {};
      this.events = await nginx.events('/live/traffic?tick_ms=250&columns=level', headers);
      this.streams++;
      this.statuses.add(this.events.status);
      for (let event; (event = await this.events.next()); ) {
        this.id = event.id ?? this.id;
        if (!['snapshot', 'delta'].includes(event.event)) continue;
        const message = JSON.parse(event.data);
        if (event.event === 'snapshot') this.rows.clear();
        else if (`${message.from.epoch}:${message.from.counter}` !== this.at) this.gap = `${this.at} then ${event.data.slice(0, 200)}`;
        const { epoch, counter } = message.to ?? message.version;
        this.at = `${epoch}:${counter}`;
        for (const { idGaps = [], columns } of message.rows ?? []) {
          let id = 0;
          idGaps.forEach((gap, i) => this.rows.set((id += gap), Number(columns[0].values?.[i] ?? 0)));
        }
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  stop() {
    this.stopped = true;
    this.events.close();
  }
}

test('a gRPC and an SSE client lose no change while the daemon restarts', { skip }, async () => {
  const [follower, listener] = [new Follower(), new Listener()];
  const following = [follower.follow(), listener.follow()];
  await until('both have the state', () => follower.state.snapshots > 0 && listener.rows.size > 0);
  for (const signal of ['SIGTERM', 'SIGKILL']) {
    const [streams, events] = [follower.streams, listener.streams];
    await writeSpeeds((s) => 8 + ((s.index + signal.length) % 30)); // under way while the daemon ends
    await restart(signal);
    await until('the daemon is ready', async () => (await nginx.get('/readyz')).status === 200);
    await until(`both are connected again after ${signal}`, () => follower.streams > streams && listener.streams > events);
    await writeSpeeds((s) => 9 + ((s.index * 3 + signal.length) % 40));
    await city.published('traffic');
    await until(`both have the state of the tile after ${signal}`, async () => {
      const features = decode((await nginx.get(kTile, { 'cache-control': 'no-cache' })).body).traffic;
      return (
        features.length > 100 &&
        features.every(
          ({ id, properties }) =>
            follower.state.value('traffic', id, 'level') === properties.level &&
            (listener.rows.get(id) ?? 0) === properties.level,
        )
      );
    });
  }
  follower.stop();
  listener.stop();
  await Promise.all(following);
  assert.equal(follower.failure, undefined);
  assert.equal(listener.gap, undefined);
  // A browser's EventSource would have given up at another status.
  assert.deepEqual([...listener.statuses], [200]);
});

test('without the daemon: cached tiles, and errors in the protocol of the caller', { skip }, async () => {
  const tile = await nginx.get(kTile, { 'cache-control': 'no-cache' });
  const { http, grpc } = city.of('gateway');
  await city.stop();
  try {
    await until('the entry is no longer fresh', async () => (await nginx.get(kTile)).headers['x-cache'] === 'STALE');
    assert.deepEqual((await nginx.get(kTile)).body, tile.body);
    await assert.rejects(api.call('LayerService.GetLayer', { name: 'layers/traffic' }), /UNAVAILABLE.*restarting/);
    const post = { method: 'POST', body: '{}' };
    const reply = await nginx.get(kGetLayer, { 'content-type': 'application/json' }, post);
    assert.equal(reply.status, 503);
    assert.equal(reply.headers['retry-after'], '1');
    assert.equal(JSON.parse(reply.body).code, 'unavailable');
    const events = await nginx.events('/live/traffic');
    assert.equal(events.status, 200);
    assert.match(events.reply.headers['content-type'], /^text\/event-stream/);
    assert.equal(await events.next(), undefined);
    assert.equal(events.retryMs, 1000);
  } finally {
    await city.startTarget('all', { http, grpc });
    await city.ready();
  }
});

test('a request with a key neither fills nor reads the cache, and no log has the key', { skip }, async () => {
  const path = '/tiles/base/13/6524/3849.mvt';
  const key = `clk_${'a'.repeat(12)}_${'b'.repeat(32)}`;
  for (const [address, headers] of [
    [path, { authorization: `Bearer ${key}` }],
    [path, { 'x-api-key': key }],
    [`${path}?key=${key}`, {}],
  ]) {
    const refused = await nginx.get(address, headers);
    assert.equal(refused.status, 401, 'the daemon sees the unknown key');
    assert.equal(refused.headers['x-cache'], 'BYPASS');
  }
  assert.equal((await nginx.get(path, { cookie: 'session=1' })).headers['x-cache'], 'BYPASS');
  assert.equal((await nginx.get(path)).headers['x-cache'], 'MISS', 'nothing was stored');
  assert.doesNotMatch(readFileSync(nginx.accessLog, 'utf8'), /clk_/);
  const cached = readdirSync(join(nginx.folder, 'cache'), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  assert.ok(cached.length > 0);
  for (const { parentPath, path: folder, name } of cached) {
    assert.ok(!readFileSync(join(parentPath ?? folder, name), 'latin1').includes('clk_'), name);
  }
});

test('private answers are not shared', { skip }, async () => {
  const data = temporaryFolder();
  const keyFile = join(temporaryFolder(), 'admin.key');
  const made = run('citylayers', ['keys', 'init', '--data', data, '--principal', 'test', '--key-file', keyFile]);
  assert.equal(made.status, 0, made.stderr);
  const key = readFileSync(keyFile, 'utf8').trim();
  const env = { CITYLAYERS_SECURITY__ANONYMOUS: '' };
  const daemon = new City();
  Object.assign(daemon, { data, flags: kFlags, split: false, pack: city.pack, env, processes: new Map() });
  await daemon.startTarget('all');
  const front = await Nginx.start(daemon.of('gateway'));
  try {
    const withKey = { authorization: `Bearer ${key}` };
    await until('the tile is served', async () => (await front.get(kBaseTile, withKey)).status === 200);
    for (let again = 0; again < 2; again++) {
      const mine = await front.get(kBaseTile, withKey);
      assert.equal(mine.status, 200);
      assert.match(mine.headers['cache-control'], /^private/);
      assert.equal(mine.headers['x-cache'], 'BYPASS');
      const strange = await front.get(kBaseTile);
      assert.equal(strange.status, 401, 'a caller without a key gets nothing of it');
      assert.notEqual(strange.headers['x-cache'], 'HIT');
    }
  } finally {
    await front.stop();
    await daemon.stop();
  }
});
