// A king tide: the flood map, the alert at Phú An with its changes and audit trail, and CAP for other systems.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { kRoot, run, temporaryFolder, until } from '../support/daemon.mjs';
import { stages } from './support/driver.mjs';
import { gaugesRead, rulesEvaluated, useCity } from './support/suite.mjs';
import { decode, fetchTile, gdalCounts, haveGdal, kThaoDien } from './support/tiles.mjs';

const here = useCity('2022-10-10T03:00:00Z');
const kLowM = 0.2;
const kHighM = 1.7;
// Nhà Bè has separate alert levels: its stage stays below them, so that only one gauge has an alert.
const kUnderLevels = { 'nha-be': 1.35 };
const kActive = 'state != RESOLVED AND kind != OUTAGE'; // no speeds are written here
const kPhuAn = 'stations/phu-an';
const kOperator = 'booth-operator';
const kRealData = process.env.CITYLAYERS_REAL_DATA ?? join(kRoot, '../shared/data');
const kCapSchema = join(kRealData, 'conformance/cap/cap12.xsd');

const thaoDien = () => fetchTile(here.city, 'flood', kThaoDien);
const alerts = (filter) => here.api.list('AlertService.ListAlerts', 'alerts', { filter });
const atPhuAn = async () => (await alerts(kActive)).filter((alert) => alert.subject === kPhuAn);
const audit = async (name) =>
  (await here.api.call('AlertService.ListAlertEvents', { parent: name })).events;

/** Writes two consecutive readings at every gauge, as an alert level requires; each is evaluated. */
async function bringTide(stage_m, more = {}) {
  for (let i = 0; i < 2; ++i) {
    await here.driver.step(10);
    await here.driver.write(stages(stage_m, more));
    await gaugesRead(here);
    await here.city.published('flood');
    await rulesEvaluated(here.city);
  }
}

test('low water: Thảo Điền is dry and there is no alert', async () => {
  await bringTide(kLowM);
  assert.equal((await thaoDien()).status, 204);
  assert.deepEqual(await alerts(kActive), []);
});

test('1.70 m: Thảo Điền is under water', async () => {
  await bringTide(kHighM, kUnderLevels);
  const tile = await thaoDien();
  assert.equal(tile.status, 200);
  const { depth, streets } = decode(tile.bytes);
  const kPolygon = 3;
  const kPonding = 2; // of FloodClass
  assert.ok(depth.length > 0);
  assert.ok(depth.every((band) => band.type === kPolygon));
  assert.ok(
    depth.some((band) => band.properties.class >= kPonding),
    'a band has a class',
  );
  assert.ok(
    streets.some((street) => street.properties.depth_cm >= 10),
    'a street is wet',
  );
  if (haveGdal) {
    const counts = { depth: depth.length, streets: streets.length };
    assert.deepEqual(gdalCounts(tile.bytes, kThaoDien), counts);
  }
  const { depths } = await here.api.call('FloodService.GetDepth', {
    points: [{ lon_deg: 106.735, lat_deg: 10.803 }],
  });
  assert.equal(depths[0].known, true);
});

test('1.70 m: exactly one alert, of level III, at Phú An', async () => {
  const [alert, ...others] = await until('an alert at Phú An', async () => {
    const found = await atPhuAn();
    return found.length > 0 && found;
  });
  assert.deepEqual(others, []);
  assert.equal(alert.level, 3);
  assert.equal(alert.place, 'Phú An');
  assert.equal(alert.kind, 'ALERT_KIND_STAGE');
  assert.equal(alert.state, 'ALERT_STATE_OPEN');
  assert.equal(alert.peak_value, kHighM);
  assert.equal(alert.exercise, true, 'a replay drives the clock');
  assert.match(alert.headline.vi, /Phú An/);
  const gauges = (await alerts(kActive)).filter((a) => a.kind === 'ALERT_KIND_STAGE');
  assert.equal(gauges.length, 1, 'no other gauge has one');
  const severe = await alerts('severity >= SEVERE');
  assert.ok(
    severe.some((a) => a.name === alert.name),
    'the filter finds it',
  );
});

test('the command line lists it', async () => {
  const args = ['alerts', 'list', '--filter', 'severity >= SEVERE', '--format', 'json'];
  const { status, stdout, stderr } = run('citylayers', [...args, '--server', here.city.grpc]);
  assert.equal(status, 0, stderr);
  const [alert] = await atPhuAn();
  assert.ok(JSON.stringify(JSON.parse(stdout)).includes(alert.name), stdout);
});

test('after an acknowledgement the audit shows who and when', async () => {
  const [alert] = await atPhuAn();
  const beforeS = Math.floor(Date.now() / 1000);
  const request = { name: alert.name, actor: kOperator, comment: 'pumps are on their way' };
  const { alert: taken } = await here.api.call('AlertService.AcknowledgeAlert', request);
  assert.equal(taken.state, 'ALERT_STATE_ACKNOWLEDGED');
  assert.equal(taken.acknowledged_by, kOperator);
  await here.api.call('AlertService.AcknowledgeAlert', request); // a repeat changes nothing
  const events = await audit(alert.name);
  const taking = events.filter((event) => event.type === 'ALERT_EVENT_TYPE_ACKNOWLEDGED');
  assert.equal(taking.length, 1);
  assert.equal(taking[0].actor, kOperator);
  assert.equal(taking[0].comment, request.comment);
  assert.ok(taking[0].write_time.seconds >= beforeS, 'when, by the wall');
  const cityS = here.driver.timeMs / 1000;
  assert.ok(Math.abs(taking[0].event_time.seconds - cityS) < 60, 'when, by the city');
  assert.deepEqual(
    events.map((event) => event.sequence),
    events.map((_, i) => i + 1),
  );
  assert.ok(events.every((event) => /^[0-9a-f]{64}$/.test(event.hash)));
});

test('a restart raises nothing again', async () => {
  const before = await alerts('');
  const trail = await audit((await atPhuAn())[0].name);
  await here.restart('SIGTERM');
  await rulesEvaluated(here.city);
  assert.deepEqual(await alerts(''), before);
  await here.restart('SIGKILL');
  await rulesEvaluated(here.city);
  assert.deepEqual(await alerts(''), before);
  assert.deepEqual(await audit((await atPhuAn())[0].name), trail);
  assert.equal((await thaoDien()).status, 200, 'still under water');
});

test('every entry of the CAP feed links a message that the CAP 1.2 schema accepts', async (t) => {
  const feed = await (await fetch(`${here.city.url}/cap/alerts.atom`)).text();
  const entries = feed.split('<entry>').slice(1);
  assert.ok(entries.length > 0);
  const folder = temporaryFolder();
  for (const [i, entry] of entries.entries()) {
    const link = /<link [^>]*href="([^"]+\/cap\/[^"]+\.xml)"/.exec(entry);
    assert.ok(link, entry);
    const reply = await fetch(link[1]);
    assert.equal(reply.status, 200);
    assert.match(reply.headers.get('content-type'), /application\/cap\+xml/);
    const xml = await reply.text();
    assert.match(xml, /<status>Exercise<\/status>/);
    for (const language of ['vi-VN', 'en-US']) assert.ok(xml.includes(`<language>${language}<`));
    writeFileSync(join(folder, `${i}.xml`), xml);
  }
  if (!existsSync(kCapSchema)) return t.skip(`no schema at ${kCapSchema}`);
  const files = entries.map((_, i) => join(folder, `${i}.xml`));
  const lint = spawnSync('xmllint', ['--noout', '--nonet', '--schema', kCapSchema, ...files]);
  assert.equal(lint.status, 0, String(lint.stderr ?? lint.error));
});

test('back at low water the alert ends and the map is dry', async () => {
  const [alert] = await atPhuAn();
  // A street stays under alert for 20 minutes without water, and starts to wait again after 45 without data: an
  // evaluation between a large step and its readings would start the wait again.
  await bringTide(kLowM);
  await bringTide(kLowM);
  await until('no alert is left', async () => (await alerts(kActive)).length === 0);
  assert.equal((await thaoDien()).status, 204);
  const trail = await audit(alert.name);
  assert.equal(trail.at(-1).type, 'ALERT_EVENT_TYPE_RESOLVED');
  assert.equal(trail.at(-1).actor, 'system');
});
