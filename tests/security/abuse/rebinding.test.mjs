// DNS rebinding: a foreign page whose name resolves to this machine, and foreign pages that try to change state.

import assert from 'node:assert/strict';
import http from 'node:http';
import { test } from 'node:test';
import { attackedCity, assertAlive } from '../support/attacked_city.mjs';

const here = attackedCity();
const kForeignHosts = [
  'evil.example',
  'evil.example:8080',
  '127.evil',
  '127.0.0.1.evil.example',
  'localhost.evil.example',
  'evil.example.',
  '[::ffff:evil]',
  'localhost:80:80',
];

/** One request with arbitrary headers; returns status, headers and body of the answer. */
function ask(url, headers, { method = 'GET', body = '' } = {}) {
  return new Promise((resolve, reject) => {
    const request = http.request(url, { method, headers, setHost: false }, (answer) => {
      const pieces = [];
      answer.on('data', (piece) => pieces.push(piece));
      answer.on('end', () =>
        resolve({
          status: answer.statusCode,
          headers: answer.headers,
          body: Buffer.concat(pieces).toString(),
        }),
      );
    });
    request.on('error', reject);
    request.end(body);
  });
}

test('every path of the gateway refuses foreign names', async () => {
  const paths = ['/', '/tiles/traffic.json', '/live?clock=1', '/healthz', '/cap/alerts.atom', '/styles/night.json'];
  for (const host of kForeignHosts) {
    for (const path of paths) {
      const answer = await ask(`${here.city.url}${path}`, { host });
      assert.equal(answer.status, 421, `${host} ${path}`);
      assert.match(answer.body, /gateway\.hosts/);
      assert.equal(answer.headers['access-control-allow-origin'], undefined);
    }
  }
});

test('a write with a foreign name never arrives', async () => {
  const path = '/citylayers.common.v1.ClockService/SetClock';
  const answer = await ask(
    `${here.city.url}${path}`,
    { host: 'evil.example', origin: 'http://evil.example', 'content-type': 'application/json' },
    { method: 'POST', body: '{"mode":"CLOCK_MODE_WALL"}' },
  );
  assert.equal(answer.status, 421);
});

test('pages of other origins change nothing, also by the right name', async () => {
  const path = '/citylayers.common.v1.ClockService/SetClock';
  const { host } = new URL(here.city.url);
  for (const foreign of [
    { origin: 'http://evil.example' },
    { origin: 'null' },
    { origin: `http://${host}.evil.example` },
    { 'sec-fetch-site': 'cross-site' },
  ]) {
    const answer = await ask(
      `${here.city.url}${path}`,
      { host, 'content-type': 'application/json', ...foreign },
      { method: 'POST', body: '{"mode":"CLOCK_MODE_WALL"}' },
    );
    assert.equal(answer.status, 403, JSON.stringify(foreign));
    assert.match(answer.body, /gateway\.cors_origins/);
  }
});

test('the admin port refuses foreign names', async () => {
  for (const { admin } of here.city.processes.values()) {
    for (const path of ['/metrics', '/debug/config', '/healthz']) {
      const answer = await ask(`http://${admin}${path}`, { host: 'evil.example' });
      assert.equal(answer.status, 421, path);
      assert.match(answer.body, /server\.admin_hosts/);
    }
    assert.equal((await ask(`http://${admin}/healthz`, { host: 'localhost:1' })).status, 200);
  }
});

test('10,000 names cost nothing', async () => {
  for (let i = 0; i < 10_000; i += 100) {
    const names = Array.from({ length: 100 }, (_, k) => `h${i + k}.${'x'.repeat(200)}.example`);
    await Promise.all(names.map((host) => ask(`${here.city.url}/healthz`, { host })));
  }
  assertAlive(here);
});

here.judge();
