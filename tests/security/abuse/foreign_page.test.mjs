// Hostile pages in a real browser, in which a person is signed in to the city with an administrator's key: a page at
// another port of the same host (the browser sends it the cookie), a page of another site, and a page whose name was
// pointed at the city after it was loaded. Each tries all that pages can; the city's state and session stay.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { launch } from '../../browser/browser.mjs';
import { Api } from '../../integration/support/api.mjs';
import { Driver } from '../../integration/support/driver.mjs';
import { gaugesRead, rulesEvaluated } from '../../integration/support/suite.mjs';
import { City, kBin, kRoot, temporaryFolder, until } from '../../support/daemon.mjs';
import {
  embed, fetchAll, kAskedTypes, kFormTypes, kSimpleTypes, loadTags, openStreams, sendBeacons, spyOnWindow, submitForms,
} from '../support/page_attacks.mjs';
import { ForeignSite, RecordingProxy } from '../support/recording_proxy.mjs';

const kWeb = join(kRoot, 'services/web/dist');
const kMissing = !existsSync(process.env.CITYLAYERS_CHROMIUM ?? '')
  ? 'no Chromium: apt-get install chromium, or set CITYLAYERS_CHROMIUM'
  : !existsSync(join(kWeb, 'index.html')) && 'the page is not built: ./run build';
const suite = { skip: kMissing };
const kEnv = { CITYLAYERS_SECURITY__ANONYMOUS: '', CITYLAYERS_LIMITS__FAILURES_PER_SECOND: '0' };
const kForeignName = 'evil.example';
const kLevel = 'stations/phu-an/measures/water_level';
const kHighM = 1.7;
const kMarkup = `<img src=x onerror="document.title='owned'">`;
const kScript = `<script>document.title='owned'</script>`;
const kReads = ['/session', '/live?clock=1', '/tiles/traffic.json', '/tiles/flood/14/13047/7698.mvt'];
const kTile = '/tiles/flood/14/13047/7698.mvt';

let city, admin, driver, proxy, site, browser, context, own;
let adminText, attackerText;
let writes;

const rpc = (method, json) => ({ path: `/citylayers.${method}`, json: JSON.stringify(json) });
/** As Connect's GET, which only methods without side effects accept. */
const byGet = ({ path, json }) => `${path}?connect=v1&encoding=json&message=${encodeURIComponent(json)}`;

/** All that an attack could have changed. */
async function state() {
  const { clock } = await admin.call('ClockService.GetClock');
  const { keys } = await admin.call('KeyService.ListKeys');
  const { readings } = await admin.call('ReadingService.GetLatestReadings', { measures: [kLevel] });
  const alerts = await admin.list('AlertService.ListAlerts', 'alerts');
  return {
    clock: [clock.mode, clock.scenario, clock.driver_id],
    keys: keys.map(({ name, state }) => [name, state]),
    readings,
    ingested: await city.of('readings').metric('citylayers_readings_ingested_total'),
    alerts: alerts.map(({ name, state, level, acknowledged_by }) => [name, state, level, acknowledged_by]),
  };
}

/** Runs in the city's own page: a request as its scripts send it. Returns { status, content }. */
const ask = (path, init) =>
  own.evaluate(
    async ([target, options]) => {
      const reply = await fetch(target, options);
      return { status: reply.status, content: await reply.json().catch(() => undefined) };
    },
    [path, init],
  );

before(async () => {
  if (kMissing) return;
  const data = temporaryFolder();
  const pack = join(temporaryFolder(), 'hostile.pack');
  const stations = join(temporaryFolder(), 'stations.csv');
  const quoted = (text) => `"${text.replaceAll('"', '""')}"`;
  const names = `${quoted(`Phú An ${kMarkup}`)},${quoted(kScript)}`;
  writeFileSync(
    stations,
    `id,name,name_en,kind,lat,lon,alert_1,alert_2,alert_3\nphu-an,${names},water_level,10.7786,106.7078,1.4,1.5,1.6\n`,
  );
  const citylayers = (...args) =>
    execFileSync(join(kBin, 'citylayers'), args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  citylayers('pack', 'build', '--out', pack, '--stations', stations);
  adminText = citylayers('keys', 'init', '--data', data);
  city = await City.start({ data, pack, env: kEnv, flags: ['--web', kWeb], split: false });
  admin = new Api(city.grpc, adminText);
  ({ key_text: attackerText } = await admin.call('KeyService.CreateKey', {
    principal: 'attacker', scopes: ['layers:read'],
  }));

  driver = new Driver(admin, '2022-10-11T09:00:00Z');
  for (let i = 0; i < 2; i++) {
    await driver.step(10);
    await driver.write({ [kLevel]: kHighM });
    await gaugesRead({ api: admin, driver });
    await rulesEvaluated(city);
  }
  const [alert] = await until('an alert at the gauge', async () => {
    const found = await admin.list('AlertService.ListAlerts', 'alerts');
    return found.length > 0 && found;
  });
  writes = [
    rpc('common.v1.ClockService/SetClock', { mode: 'CLOCK_MODE_WALL', force: true }),
    rpc('readings.v1.ReadingService/WriteReadings', {
      readings: { measures: [kLevel], measureIndexes: [0], timeDeltasMs: [`${driver.timeMs}`], values: [4] },
    }),
    rpc('alerts.v1.AlertService/AcknowledgeAlert', { name: alert.name, actor: 'evil', comment: 'all is well' }),
    rpc('alerts.v1.AlertService/ResolveAlert', { name: alert.name, actor: 'evil', comment: 'all is well' }),
    rpc('access.v1.KeyService/CreateKey', { principal: 'evil', scopes: ['admin'] }),
    // Would sign the person in as the attacker, who then sees what the person does.
    { path: '/session', json: JSON.stringify({ key: attackerText }) },
  ];

  proxy = await RecordingProxy.start(city.of('gateway').http);
  proxy.pages.set(kForeignName, '<!doctype html><title>foreign</title>');
  site = await ForeignSite.start();
  browser = await launch([`--host-resolver-rules=MAP ${kForeignName} 127.0.0.1`]);
  context = await browser.newContext({ locale: 'vi-VN' });
  own = await context.newPage();
  // The map is not under test, and slow in software.
  await own.addInitScript(() => {
    window.violations = [];
    document.addEventListener('securitypolicyviolation', (event) => window.violations.push(event.violatedDirective));
    const getContext = HTMLCanvasElement.prototype.getContext;
    HTMLCanvasElement.prototype.getContext = function (type, ...rest) {
      return type.includes('webgl') ? null : getContext.call(this, type, ...rest);
    };
  });
});
after(async () => {
  await browser?.close();
  await proxy?.stop();
  await site?.stop();
  admin?.close();
  await city?.stop();
});

test('a person signs in, and the page shows the city', suite, async () => {
  await own.goto(`${proxy.url}/`);
  await own.fill('[data-testid=sign-in-key]', adminText);
  await own.click('[data-testid=sign-in]');
  await own.waitForSelector('[data-testid=gauge-reading]');
  const cookie = (await context.cookies()).find(({ name }) => name === 'citylayers_session');
  assert.equal(cookie?.sameSite, 'Strict');
  assert.equal(cookie.httpOnly, true);
  assert.equal(await own.evaluate(() => document.cookie), '');
});

test('markup in the name of a station is text, in both languages', suite, async () => {
  const shown = () => own.textContent('[data-testid=gauge-reading]');
  await until('the Vietnamese name is shown', async () => (await shown()).includes(kMarkup));
  await own.waitForSelector('[data-testid=alert]');
  await own.click('[data-testid=lang-en]');
  await until('the English name is shown', async () => (await shown()).includes(kScript));
  await own.click('[data-testid=lang-vi]');
  assert.equal(await own.locator('img[src=x]').count(), 0);
  assert.notEqual(await own.title(), 'owned');
  assert.deepEqual(await own.evaluate(() => window.violations), [], 'nothing that the policy had to stop');
});

test('if markup got into the page, its scripts would not run', suite, async () => {
  await own.evaluate((markup) => {
    document.body.insertAdjacentHTML('beforeend', `<div id="injected">${markup}<a href="javascript:void(document.title='owned')">a</a></div>`);
    const inline = document.createElement('script');
    inline.textContent = "document.title = 'owned'";
    const remote = document.createElement('script');
    remote.src = 'http://evil.example/owned.js';
    document.querySelector('#injected').append(inline, remote);
    document.querySelector('#injected a').click();
  }, kMarkup);
  const stopped = () => own.evaluate(() => window.violations);
  await until('the policy stops all four', async () => (await stopped()).length >= 4);
  assert.ok((await stopped()).every((directive) => directive.startsWith('script-src')), (await stopped()).join());
  assert.notEqual(await own.title(), 'owned');
  await own.evaluate(() => document.querySelector('#injected').remove());
});

/** The page of the attacker. `sendsCookie`: the browser sends the session with its requests. */
const kAttackers = [
  {
    name: 'a page at another port of the same host',
    sendsCookie: true,
    open: () => ({ address: `http://127.0.0.1:${site.port}/`, target: proxy.url }),
  },
  {
    name: 'a page of another site',
    sendsCookie: false,
    open: () => ({ address: `http://${kForeignName}:${site.port}/`, target: proxy.url }),
  },
  {
    name: 'a page whose name was pointed at the city',
    sendsCookie: false,
    refusal: 421,
    open: () => ({
      address: `http://${kForeignName}:${proxy.port}/attack`,
      target: `http://${kForeignName}:${proxy.port}`,
    }),
  },
];

for (const { name, sendsCookie, refusal, open } of kAttackers) {
  test(`${name} writes and reads nothing`, suite, async () => {
    const { address, target } = open();
    const unchanged = await state();
    const page = await context.newPage();
    await page.goto(address);
    const from = proxy.requests.length;
    const args = { city: target, writes };
    const posts = ({ method }) => method === 'POST';
    const answered = (what, count) => proxy.untilAnswered(what, posts, count, from);

    await page.evaluate(submitForms, { ...args, types: kFormTypes });
    let expected = writes.length * kFormTypes.length;
    await answered('forms', expected);
    await page.evaluate(sendBeacons, { ...args, types: kSimpleTypes });
    await answered('beacons', (expected += writes.length * kSimpleTypes.length));
    const types = [...kSimpleTypes, ...kAskedTypes];
    const readable = await page.evaluate(fetchAll, { ...args, reads: kReads, types });
    // With and without credentials, with and without CORS.
    const arrived = await answered('fetch', (expected += 4 * writes.length * kSimpleTypes.length));

    for (const { method, target: path, status, type } of arrived) {
      assert.ok(status >= 400, `${method} ${path} as ${type}: ${status}`);
      if (refusal) assert.equal(status, refusal, path);
    }
    assert.equal(arrived.some(({ hasCookie }) => hasCookie), sendsCookie, 'the browser sends the cookie');
    if (target !== new URL(address).origin) {
      for (const { type } of arrived) assert.ok(!kAskedTypes.includes(type), `${type} came without a preflight's leave`);
    }
    // What a page can read are refusals.
    assert.ok(readable.length > 0);
    for (const { what, status, text } of readable) assert.ok([401, 403, 421].includes(status), `${what}: ${status} ${text}`);

    const gets = [...writes.map(byGet), ...kReads];
    assert.deepEqual(await page.evaluate(loadTags, { city: target, paths: gets }), []);
    const streams = ['/live?clock=1', '/live/flood', '/session', writes[0].path];
    assert.deepEqual(await page.evaluate(openStreams, { city: target, paths: streams }), []);
    const looked = proxy.requests.slice(from).filter(({ method }) => method === 'GET');
    assert.ok(looked.length >= 3 * gets.length + streams.length, `${looked.length} requests arrived`);
    assert.ok(looked.filter(({ target: path }) => /Service\//.test(path)).every(({ status }) => status >= 400));

    assert.deepEqual(await state(), unchanged);
    await page.close();
  });
}

test('pages of the city are not embedded, and not read through a window', suite, async () => {
  const paths = ['/', '/?kiosk=1', '/index.html'];
  const embeddedIn = (page) =>
    page.frames().filter((frame) => frame !== page.mainFrame() && frame.url().startsWith(proxy.url));
  // The supervisor page of a kiosk embeds the page of the same origin.
  await own.evaluate(embed, { city: proxy.url, paths });
  assert.equal(embeddedIn(own).length, paths.length);
  await own.evaluate(() => document.querySelectorAll('iframe').forEach((frame) => frame.remove()));
  for (const host of ['127.0.0.1', kForeignName]) {
    const page = await context.newPage();
    await page.goto(`http://${host}:${site.port}/`);
    await page.evaluate(embed, { city: proxy.url, paths });
    assert.deepEqual(embeddedIn(page), []);
    assert.deepEqual(await page.evaluate(spyOnWindow, { city: proxy.url }), []);
    await page.close();
  }
});

test('the cookie is not sent with the first request of a visit from another site', suite, async () => {
  const page = await context.newPage();
  await page.goto(`http://${kForeignName}:${site.port}/`);
  const from = proxy.requests.length;
  await page.evaluate((url) => (location.href = url), `${proxy.url}/`);
  await page.waitForSelector('[data-testid=gauge-reading]');
  // The page's own requests, after it, have it: the gauge is shown to those who are signed in.
  const [first] = proxy.requests.slice(from).filter(({ target }) => target === '/');
  assert.equal(first.hasCookie, false);
  await page.close();
});

test('a key in the address of a page or tile is in no Referer and no log', suite, async () => {
  const page = await context.newPage();
  for (const path of [`/?key=${attackerText}`, `${kTile}?key=${attackerText}`]) {
    await page.goto(proxy.url + path).catch(() => {}); // a tile is a download
    if (!page.url().startsWith(proxy.url)) continue;
    const from = site.requests.length;
    const leave = (url) => {
      const link = Object.assign(document.createElement('a'), { href: url });
      document.body.append(link);
      link.click();
    };
    // The navigation may end the script before it has returned.
    await page.evaluate(leave, `http://${kForeignName}:${site.port}/seen`).catch(() => {});
    await until('the foreign site is visited', () => site.requests.length > from);
    for (const { target, referer } of site.requests.slice(from)) assert.equal(referer, undefined, target);
  }
  await page.close();
  assert.ok(site.requests.some(({ target }) => target === '/seen'));
  const secret = attackerText.split('_')[2];
  assert.ok(city.allLogs().includes('key created'), 'the log is the one of this city');
  assert.ok(!city.allLogs().includes(secret));
});

test('the session of the person still works, on its own page', suite, async () => {
  const { content } = await ask('/session', {});
  assert.equal(content.signed_in, true);
  assert.equal(content.scopes.join(), 'admin');
  const before = await state();
  const headers = { 'content-type': 'application/json', 'x-csrf-token': content.csrf_token };
  const [setClock, , acknowledge] = writes;
  for (const { path, json } of [acknowledge, setClock]) {
    const { status, content: answer } = await ask(path, { method: 'POST', headers, body: json });
    assert.equal(status, 200, JSON.stringify(answer));
  }
  const after = await state();
  // Had an attack arrived, the comparison above had seen it.
  assert.notDeepEqual(after.clock, before.clock);
  assert.notDeepEqual(after.alerts, before.alerts);
});
