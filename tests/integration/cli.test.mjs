// Every command of `citylayers` that calls a server, on an evening of spring tide and rush hour from its replay.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { City, run, temporaryFolder, until } from '../support/daemon.mjs';

const kMeasure = 'stations/phu-an/measures/water_level';
const kStageAlert = 'kind = STAGE AND place = "Phú An" AND state != RESOLVED';
const kThaoDien = ['106.72', '10.79', '106.75', '10.82'].join(',');

let city;
const cli = (...args) => run('citylayers', [...args, '--server', city.grpc]);

/** Standard output of a command that must succeed. */
function text(...args) {
  const { status, stdout, stderr } = cli(...args);
  assert.equal(status, 0, `${args.join(' ')}\n${stderr}`);
  return stdout;
}
const json = (...args) => JSON.parse(text(...args, '--format', 'json'));

/** The command prints `words` in its table, and `field` of its (first) resource in JSON is as expected. */
function shows(args, words, field, expected) {
  const table = text(...args);
  for (const word of words) assert.match(table, word, args.join(' '));
  const all = json(...args);
  const value = (Array.isArray(all) ? all[0] : all)[field];
  assert.match(
    String(value),
    expected,
    `${args.join(' ')}: ${field} of ${JSON.stringify(all).slice(0, 300)}`,
  );
}

before(async () => {
  city = await City.start();
});
after(() => city?.stop());

test('replay plays a scenario, holds the clock and says what it did', () => {
  // Slow enough for several evaluations of the alert rules, one per second.
  const evening = ['--start', '17:30', '--until', '17:40', '--speed', '120', '--warm-up', '1h'];
  const { status, stderr } = cli('replay', 'saigon-king-tide', ...evening);
  assert.equal(status, 0, stderr);
  assert.match(stderr, /playing .* from 2025-11-06 17:30:00 at ×120/);
  assert.match(stderr, /[1-9][\d,]* readings stored, 0 refused/);
  assert.match(stderr, /the city clock is held at 2025-11-06 17:4/);
});

test('replay lists its scenarios, and refuses those that there are not', () => {
  assert.match(text('replay', '--list'), /saigon-king-tide +2025-11-06/);
  const { status, stderr } = cli('replay', 'saigon-king-tied');
  assert.equal(status, 2);
  assert.match(stderr, /saigon-king-tide/);
});

test('clock shows the held replay', () => {
  const words = [/city time +2025-11-06 17:4/, /mode +replay/, /scenario +saigon-king-tide/];
  shows(['clock'], words, 'scenario', /^saigon-king-tide$/);
});

test('readings latest, query and watch', () => {
  const phuAn = [/stations\/phu-an\/measures\/water_level +1\.\d+ +m +2025-11-06 17:40/];
  shows(['readings', 'latest', kMeasure], phuAn, 'measure', /^stations\/phu-an\//);
  const span = ['--start', '17:00', '--end', '17:30'];
  shows(['readings', 'query', kMeasure, ...span], [/2025-11-06 17:00/], 'measure', /water_level$/);
  const one = [...span, '--window', '1h', '--function', 'count'];
  assert.equal(json('readings', 'query', kMeasure, ...one).length, 1);
  const lines = text(
    'readings',
    'watch',
    kMeasure,
    '--resume-offset',
    '0',
    '--count',
    '2',
    '--format',
    'ndjson',
  );
  assert.equal(lines.trim().split('\n').length, 2);
  for (const line of lines.trim().split('\n')) assert.equal(JSON.parse(line).measure, kMeasure);
});

test('readings rejected', () => {
  const file = join(temporaryFolder(), 'levels.csv');
  writeFileSync(file, `measure,time,value\n${kMeasure},2025-11-06T17:40:00+07:00,99\n`);
  assert.equal(cli('readings', 'write', file).status, 1);
  const words = [/water_level +99 +2025-11-06 17:40:00 +out of range +99 m lies outside -4 to 5/];
  shows(['readings', 'rejected'], words, 'rejectTime', /^20\d\d-/);
  const [{ rejection, reading }] = json('readings', 'rejected', '--limit', '1');
  assert.equal(rejection.reason, 'REJECT_REASON_OUT_OF_RANGE');
  assert.equal(reading.measure, kMeasure);
});

test('layers list, tile and watch', () => {
  shows(['layers', 'list'], [/layers\/flood +Flooding/, /layers\/traffic/], 'name', /^layers\//);
  const out = join(temporaryFolder(), 'tile.mvt');
  assert.match(text('layers', 'tile', 'traffic', '14/13047/7698', '--out', out), /content tag \S/);
  assert.ok(readFileSync(out).length > 100);
  assert.equal(cli('layers', 'tile', 'traffic', '14/x/1').status, 2);
  assert.equal(cli('layers', 'tile', 'trafic', '14/13047/7698').status, 1);
  const watch = ['layers', 'watch', 'flood', '--bbox', kThaoDien, '--count', '1'];
  assert.match(text(...watch), /snapshot/);
  assert.ok('snapshot' in JSON.parse(text(...watch, '--format', 'ndjson')));
});

test('flood depth, stages and segments', () => {
  const depth = ['flood', 'depth', '106.735', '10.803', '0', '0'];
  shows(depth, [/106\.73500 +10\.80300 +\d\.\d\d/, /off the terrain/], 'known', /^true$/);
  shows(['flood', 'stages'], [/stations\/phu-an +Phú An +1\.\d\d .*III/], 'station', /^stations\//);
  const deep = ['flood', 'segments', '--bbox', kThaoDien, '--min-depth', '0.3', '--limit', '3'];
  shows(deep, [/segments\/\d+ .* 0\.[3-9]\d /], 'name', /^segments\/\d+$/);
  assert.equal(cli('flood', 'depth', '106.735').status, 2);
});

test('traffic jams, segments and one segment', () => {
  shows(
    ['traffic', 'jams', '--limit', '2'],
    [/jams\/\S+ +(queuing|stationary)/],
    'name',
    /^jams\//,
  );
  const [jam] = json('traffic', 'jams', '--limit', '1');
  assert.ok(Number(jam.lengthM) > 0, JSON.stringify(jam).slice(0, 300));
  const queuing = ['traffic', 'segments', '--min-level', 'queuing', '--limit', '2'];
  shows(queuing, [/segments\/\d+ .*(queuing|stationary|closed)/], 'name', /^segments\/\d+$/);
  const [{ name }] = json(...queuing);
  shows(
    ['traffic', 'segment', name],
    [new RegExp(`name +${name}`)],
    'name',
    new RegExp(`^${name}$`),
  );
  assert.equal(cli('traffic', 'segment', '1').status, 1, 'there is no such segment');
});

test('alerts get, events, cap, watch and resolve', async () => {
  const list = ['alerts', 'list', '--filter', kStageAlert];
  const [{ name, capIds }] = await until('an alert at Phú An', () => {
    const found = json(...list);
    return found.length > 0 && found[0].capIds?.length > 0 && found;
  });
  shows(
    ['alerts', 'get', name],
    [/place +Phú An/, /exercise +yes/],
    'name',
    new RegExp(`^${name}$`),
  );
  shows(['alerts', 'events', name], [/# +event/, /raised|opened/i], 'hash', /^[0-9a-f]{12,}$/);
  const cap = text('alerts', 'cap', name);
  assert.match(cap, /^<\?xml[^]*<status>Exercise<\/status>[^]*<\/alert>\s*$/);
  assert.equal(text('alerts', 'cap', capIds.at(-1)), cap);
  assert.match(text('alerts', 'cap'), /Phú An/);
  const watch = ['alerts', 'watch', '--filter', kStageAlert, '--count', '1', '--format', 'ndjson'];
  assert.equal(JSON.parse(text(...watch)).name, name);

  assert.equal(cli('alerts', 'resolve', name, '--by', 'lan').status, 2, 'it needs a comment');
  const resolve = ['alerts', 'resolve', name, '--by', 'lan', '--comment', 'false alarm'];
  assert.match(text(...resolve), /state +resolved/);
  assert.match(text('alerts', 'events', name), /lan +false alarm/);
  assert.equal(cli('alerts', 'get', 'alerts/999999').status, 1);

  // The head of a verified trail is the hash of its last event.
  const verify = ['alerts', 'verify-audit'];
  shows([...verify, name], [new RegExp(`${name} +\\d+ +intact +[0-9a-f]{64}`)], 'alert', /^alerts\//);
  const [trail] = json(...verify, name);
  const events = json('alerts', 'events', name);
  assert.equal(trail.headHash, events.at(-1).hash);
  assert.equal(trail.lastSequence, events.length);
  assert.equal(json(...verify).length, json('alerts', 'list').length, 'all alerts');
  assert.equal(cli(...verify, 'alerts/999999').status, 1);
});

test('what goes wrong ends with 1 and says what to do', () => {
  const { status, stderr } = run('citylayers', [
    'clock',
    '--server',
    '127.0.0.1:1',
    '--timeout',
    '1',
  ]);
  assert.equal(status, 1);
  assert.match(stderr, /127\.0\.0\.1:1/);
});

test('the admin port shows the configuration and the modules', async () => {
  const ask = async (path) => {
    const response = await fetch(`http://${city.of('traffic').admin}${path}`);
    assert.equal(response.status, 200, path);
    return response.text();
  };
  const config = await ask('/debug/config');
  assert.match(config, /^\[server\]$/m);
  assert.match(config, /^# Lowest level that is logged\..*\nlog = "info"$/m);
  assert.match(await ask('/debug/modules'), /traffic/);
});
