// The gateway behind nginx in common configurations: plain defaults, and below a path with gzip and a cache.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { temporaryFolder, until } from '../support/daemon.mjs';
import { useCity } from './support/suite.mjs';

const skip = spawnSync('nginx', ['-v']).status === 0 ? false : 'nginx is not installed';
const here = useCity('2022-10-10T09:00:00Z');
const kName = 'maps.example.org';
let nginx;
let plain;
let below;

const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

/** GET with a given Host: { status, headers, body }. */
function get(base, path, headers = {}) {
  return new Promise((resolve, reject) => {
    http
      .get(`${base}${path}`, { headers: { host: kName, ...headers } }, (reply) => {
        const pieces = [];
        reply.on('data', (piece) => pieces.push(piece));
        reply.on('end', () =>
          resolve({ status: reply.statusCode, headers: reply.headers, body: Buffer.concat(pieces).toString() }),
        );
      })
      .on('error', reject);
  });
}

/** The text of a stream up to `found`. */
function readUntil(base, path, found) {
  return new Promise((resolve, reject) => {
    const request = http.get(`${base}${path}`, { headers: { host: kName } }, (reply) => {
      let text = '';
      reply.setEncoding('utf8');
      reply.on('data', (piece) => {
        text += piece;
        if (!text.includes(found)) return;
        request.destroy();
        resolve(text);
      });
      reply.on('end', () => reject(new Error(`the stream ended: ${text.slice(0, 500)}`)));
    });
    request.on('error', (error) => error.code !== 'ECONNRESET' && reject(error));
  });
}

test('nginx starts', { skip }, async () => {
  const folder = join(temporaryFolder(), 'nginx');
  mkdirSync(join(folder, 'tmp'), { recursive: true });
  const [plainPort, belowPort] = [await freePort(), await freePort()];
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((kind) => `${kind}_temp_path ${folder}/tmp/${kind};`)
    .join(' ');
  writeFileSync(
    join(folder, 'nginx.conf'),
    `daemon off; pid ${folder}/pid; error_log ${folder}/error.log info; ${process.getuid() === 0 ? 'user root;' : ''}
    events { worker_connections 256; }
    http {
      access_log off; ${temporary}
      proxy_cache_path ${folder}/cache keys_zone=t:1m max_size=10m inactive=1m;
      server { listen 127.0.0.1:${plainPort}; location / { proxy_pass ${here.city.url}; } }
      server {
        listen 127.0.0.1:${belowPort}; gzip on; gzip_proxied any; gzip_types *; gzip_min_length 100;
        location /city/ {
          proxy_pass ${here.city.url}/; proxy_http_version 1.1; proxy_set_header Connection "";
          proxy_set_header X-Forwarded-Host $http_host; proxy_set_header X-Forwarded-Proto https;
          proxy_set_header X-Forwarded-Prefix /city;
          proxy_cache t; proxy_cache_revalidate on; add_header X-Cache $upstream_cache_status always;
        }
      }
    }`,
  );
  nginx = spawn('nginx', ['-c', join(folder, 'nginx.conf'), '-e', join(folder, 'error.log')], { stdio: 'inherit' });
  plain = `http://127.0.0.1:${plainPort}`;
  below = `http://127.0.0.1:${belowPort}/city`;
  await until('nginx answers', async () => {
    const reply = await get(plain, '/healthz').catch(() => undefined);
    return reply?.status === 200;
  });
});
after(() => nginx?.kill());

test('with nginx as it is by default everything is served', { skip }, async () => {
  for (const path of ['/', '/tiles/traffic.json', '/tiles/base/12/3261/1924.mvt', '/styles/night.json', '/cap/alerts.atom']) {
    assert.ok([200, 204].includes((await get(plain, path)).status), path);
  }
  // nginx uses HTTP/1.0 here: the stream ends with the connection, but its events arrive without delay.
  await readUntil(plain, '/live?clock=1&notices=1', 'event: clock');
});

test('below a path, addresses are those of the clients', { skip }, async () => {
  const base = `https://${kName}/city`;
  const tileJson = JSON.parse((await get(below, '/tiles/traffic.json')).body);
  assert.deepEqual(tileJson.tiles, [`${base}/tiles/traffic/{z}/{x}/{y}.mvt`]);
  assert.equal(tileJson.stream, `${base}/live/traffic`);
  const style = JSON.parse((await get(below, '/styles/night.json')).body);
  assert.equal(style.sources.base.url, `${base}/tiles/base.json`);
  assert.equal(style.glyphs, `${base}/fonts/{fontstack}/{range}.pbf`);
  assert.ok((await get(below, '/cap/alerts.atom')).body.includes(`${base}/cap/`));
});

test('below a path, the page asks for nothing outside of it', { skip }, async () => {
  const page = await get(below, '/');
  assert.equal(page.status, 200);
  const links = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link]) => link);
  assert.ok(links.length >= 2);
  for (const link of links) {
    assert.doesNotMatch(link, /^\//, link);
    assert.equal((await get(below, `/${link.replace(/^\.\//, '')}`)).status, 200, link);
  }
});

test('below a path, streams come event by event through gzip and a cache', { skip }, async () => {
  const text = await readUntil(below, '/live?layers=traffic&alerts=1&clock=1', 'event: clock');
  assert.match(text, /^retry: 1000/);
});

test('a cache revalidates tiles', { skip }, async () => {
  const path = '/tiles/base/12/3261/1924.mvt';
  const first = await get(below, path);
  const second = await get(below, path);
  assert.equal(second.headers['x-cache'], 'HIT');
  assert.equal(second.headers.etag?.replace('W/', ''), first.headers.etag?.replace('W/', ''));
});
