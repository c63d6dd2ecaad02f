// People who sign in at the gateway: what their cookie permits, what it needs, and that it ends. In a city of one process,
// and of several.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import http from 'node:http';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Api, reasonOf } from '../../integration/support/api.mjs';
import { City, kBin, temporaryFolder, until } from '../../support/daemon.mjs';

const kClosed = { CITYLAYERS_SECURITY__ANONYMOUS: '', CITYLAYERS_LIMITS__FAILURES_PER_SECOND: '5' };
const kStartMs = 1000; // until a new key is valid in every process
const kEndMs = 2000; // until an ended session is not
const kTile = '/tiles/flood/14/13047/7698.mvt';
const kListStages = '/citylayers.flood.v1.FloodService/ListStages';
const kWriteReadings = '/citylayers.readings.v1.ReadingService/WriteReadings';

const citylayers = (...args) =>
  execFileSync(join(kBin, 'citylayers'), args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();

for (const split of [false, true]) {
  describe(split ? 'a city of several processes' : 'a city of one process', () => {
    const cookies = []; // every one of this city, for the last test
    let city;
    let admin;
    let adminText;

    before(async () => {
      const data = temporaryFolder();
      adminText = citylayers('keys', 'init', '--data', data);
      const flags = [];
      if (split) {
        const file = join(temporaryFolder(), 'process.key');
        citylayers('keys', 'process-key', file);
        flags.push('--security.process_key_file', file);
      }
      city = await City.start({ data, flags, env: kClosed, split });
      admin = new Api(city.grpc, adminText);
    });
    after(async () => {
      admin?.close();
      await city?.stop();
    });

    /** An HTTP request; unlike fetch it may set Cookie and Origin. */
    function request(method, path, headers = {}, body) {
      return new Promise((resolve, reject) => {
        const sent = http.request(`${city.url}${path}`, { method, headers, agent: false }, (reply) => {
          let text = '';
          reply.setEncoding('utf8').on('data', (piece) => (text += piece));
          reply.on('end', () => resolve({ status: reply.statusCode, headers: reply.headers, text }));
          reply.on('error', reject);
        });
        sent.on('error', reject);
        sent.end(body);
      });
    }

    async function makeKey(name, scopes, more = {}) {
      const { key, key_text } = await admin.call('KeyService.CreateKey', { principal: name, scopes, ...more });
      const headers = { 'x-api-key': key_text };
      await until('the key is valid', async () => (await request('GET', kTile, headers)).status < 300, kStartMs);
      return { name: key.name, text: key_text };
    }

    const json = { 'content-type': 'application/json' };
    const signIn = (text, headers = {}) =>
      request('POST', '/session', { ...json, ...headers }, JSON.stringify({ key: text }));

    /** Signs in; the headers of the page's requests. */
    async function begin(key) {
      const reply = await signIn(key.text);
      assert.equal(reply.status, 200, reply.text);
      const [set] = reply.headers['set-cookie'];
      const cookie = set.split(';')[0];
      cookies.push(cookie.split('=')[1]);
      const content = JSON.parse(reply.text);
      return { cookie, origin: city.url, 'x-csrf-token': content.csrf_token, content, set };
    }
    const headersOf = ({ cookie, origin, 'x-csrf-token': token }) => ({ cookie, origin, 'x-csrf-token': token });
    const tileStatus = async (cookie) => (await request('GET', kTile, { cookie })).status;
    const call = (path, headers) => request('POST', path, { ...json, ...headers }, '{}');
    const refused = (cookie) =>
      until('the session is refused', async () => (await tileStatus(cookie)) === 401, kEndMs);

    /** An open stream of server-sent events; `ended` resolves when the server ends it. */
    function openStream(cookie) {
      return new Promise((resolve, reject) => {
        const sent = http.get(`${city.url}/live/flood`, { headers: { cookie }, agent: false }, (reply) => {
          const ended = new Promise((end) => reply.on('close', end));
          reply.once('data', () => resolve({ status: reply.statusCode, ended }));
          reply.on('error', () => {});
        });
        sent.on('error', reject);
      });
    }

    test('a key is exchanged for a cookie that serves tiles, streams and calls', async () => {
      const session = await begin(await makeKey('desk', ['layers:read']));
      assert.match(session.set, /; HttpOnly; SameSite=Strict/);
      assert.equal(session.content.principal, 'desk');
      assert.ok((await tileStatus(session.cookie)) < 300);
      assert.equal((await openStream(session.cookie)).status, 200);
      assert.equal((await call(kListStages, headersOf(session))).status, 200);
      assert.equal((await call(kWriteReadings, headersOf(session))).status, 403, 'the scopes are those of the key');
      const shown = JSON.parse((await request('GET', '/session', { cookie: session.cookie })).text);
      assert.equal(shown.signed_in, true);
      assert.equal(shown.csrf_token, session['x-csrf-token']);
    });

    test('by https the cookie is Secure, and no other host can set it', async () => {
      const reply = await signIn((await makeKey('https', ['layers:read'])).text, { 'x-forwarded-proto': 'https' });
      assert.match(reply.headers['set-cookie'][0], /^__Host-citylayers_session=.*; Path=\/; .*; Secure$/);
      cookies.push(reply.headers['set-cookie'][0].split(';')[0].split('=')[1]);
    });

    test('a call needs the token and the origin of the page', async () => {
      const session = await begin(await makeKey('csrf', ['layers:read']));
      const { cookie, origin } = session;
      const token = session['x-csrf-token'];
      const other = (await begin(await makeKey('other', ['layers:read'])))['x-csrf-token'];
      for (const headers of [
        { cookie, origin },
        { cookie, origin, 'x-csrf-token': '' },
        { cookie, origin, 'x-csrf-token': other },
        { cookie, 'x-csrf-token': token },
      ]) {
        const { status, text } = await call(kListStages, headers);
        assert.equal(status, 403, JSON.stringify(headers));
        assert.equal(reasonOf(text), 'CSRF_TOKEN_NEEDED');
      }
    });

    test('pages of other origins cannot use it', async () => {
      const key = await makeKey('foreign', ['layers:read']);
      const { cookie, 'x-csrf-token': token } = await begin(key);
      for (const foreign of [
        { origin: 'http://evil.example' },
        { origin: 'null' },
        { 'sec-fetch-site': 'same-site' },
        { 'sec-fetch-site': 'cross-site' },
      ]) {
        assert.equal((await request('GET', kTile, { cookie, ...foreign })).status, 401);
        const reply = await call(kListStages, { cookie, 'x-csrf-token': token, ...foreign });
        assert.equal(reply.status, 401);
        assert.equal(reply.headers['access-control-allow-credentials'], undefined);
        assert.equal((await signIn(key.text, foreign)).status, 403);
      }
    });

    test('no changed character of it is accepted', async () => {
      const { cookie } = await begin(await makeKey('tampered', ['layers:read']));
      const [name, text] = cookie.split('=');
      // Each refusal counts as a wrong key of this address: some of the positions.
      for (let i = 0; i < text.length; i += 13) {
        const changed = `${text.slice(0, i)}${text[i] === 'A' ? 'B' : 'A'}${text.slice(i + 1)}`;
        const status = await tileStatus(`${name}=${changed}`);
        assert.ok(status === 401 || status === 429, `${i}: ${status}`);
      }
      assert.ok((await tileStatus(cookie)) < 300);
    });

    test('signing out ends it everywhere, also for who has kept the cookie, and after a restart', async () => {
      const key = await makeKey('leaving', ['layers:read']);
      const session = await begin(key);
      const stays = await begin(key);
      const stream = await openStream(session.cookie);
      const { cookie, origin } = session;
      assert.equal((await request('DELETE', '/session', { cookie, origin })).status, 403, 'without the token');
      const reply = await request('DELETE', '/session', headersOf(session));
      assert.equal(reply.status, 204, reply.text);
      assert.match(reply.headers['set-cookie'][0], /Max-Age=0/);
      await refused(cookie);
      await stream.ended;
      assert.ok((await tileStatus(stays.cookie)) < 300, 'another window of the same person');
      if (split) return; // one restart is enough
      await city.stop();
      await city.resume();
      assert.equal(await tileStatus(cookie), 401);
      assert.ok((await tileStatus(stays.cookie)) < 300);
      admin.close();
      admin = new Api(city.grpc, adminText);
    });

    test('a revoked key ends its sessions and their streams', async () => {
      const key = await makeKey('revoked', ['layers:read']);
      const { cookie } = await begin(key);
      const stream = await openStream(cookie);
      await admin.call('KeyService.RevokeKey', { name: key.name });
      await refused(cookie);
      await stream.ended;
    });

    test('a session ends with its key', async () => {
      const seconds = Math.ceil(Date.now() / 1000) + 3;
      const key = await makeKey('short', ['layers:read'], { expire_time: { seconds, nanos: 0 } });
      const { cookie, set } = await begin(key);
      assert.ok(Number(/Max-Age=(\d+)/.exec(set)[1]) <= 3, set);
      await until('the key expires', () => Date.now() > seconds * 1000);
      assert.equal(await tileStatus(cookie), 401);
    });

    test('wrong keys are limited by address, and a right one is still accepted', async () => {
      const key = await makeKey('patient', ['layers:read']);
      const statuses = new Set();
      for (let i = 0; i < 30; i++) statuses.add((await signIn(`clk_${'a'.repeat(12)}_${'b'.repeat(32)}`)).status);
      assert.ok(statuses.has(429), [...statuses].join());
      assert.equal((await signIn(key.text)).status, 200);
    });

    test('no log has a cookie', () => {
      const log = city.allLogs();
      assert.match(log, /signed in.*principal=desk/);
      assert.ok(cookies.length >= 8, `${cookies.length}`);
      for (const cookie of cookies) assert.ok(!log.includes(cookie));
    });
  });
}
