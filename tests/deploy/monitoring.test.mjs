// Prometheus rules and Grafana dashboards against a real daemon: each metric in them exists, each rule has a runbook.

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';
import { parse } from 'yaml';
import { kDashboards } from '../../deploy/grafana/panels.mjs';
import { files } from '../../deploy/grafana/generate.mjs';
import { Api } from '../integration/support/api.mjs';
import { Driver, stages } from '../integration/support/driver.mjs';
import { City, kRoot, until } from '../support/daemon.mjs';

const kFolder = join(kRoot, 'deploy/prometheus');
const kPromtool = process.env.CITYLAYERS_PROMTOOL ?? 'promtool';
const skipPromtool = spawnSync(kPromtool, ['--version']).status === 0 ? false : 'promtool is not there';
const { groups } = parse(readFileSync(join(kFolder, 'citylayers.rules.yml'), 'utf8'));
const rules = groups.flatMap((group) => group.rules);

/** Counters that a daemon first has when something is refused or too slow. The sources register them. */
const kOfFaults = ['citylayers_http_timeouts_total', 'citylayers_http_connections_refused_total', 'citylayers_grpc_connections_refused_total'];

const namesIn = (query) => [...new Set(query.match(/\b(?:citylayers|grpc)_[a-z_]+[a-z]\b/g) ?? [])].filter(
  (name) => !['grpc_method', 'grpc_code'].includes(name),
);

let city;
let metrics;

before(async () => {
  city = await City.start({ split: false });
  const api = new Api(city.grpc);
  try {
    const driver = new Driver(api, '2022-10-10T09:00:00Z');
    await driver.step();
    await driver.write(stages(1));
    await api.call('LayerService.GetLayer', { name: 'layers/traffic' });
    await fetch(`${city.url}/tiles/base/12/3261/1924.mvt`);
    await fetch(`${city.url}/none`);
    await fetch(`${city.url}/tiles/base.json`, { headers: { 'x-api-key': 'clk_none' } });
    const socket = connect(new URL(city.url).port, '127.0.0.1');
    socket.on('error', () => {});
    socket.end('NONSENSE\r\n\r\n');
    await until('the server has counted all of it', async () => {
      metrics = await (await fetch(`http://${city.of('all').admin}/metrics`)).text();
      return /^citylayers_http_bad_requests_total/m.test(metrics) && /^citylayers_alerts_evaluation_seconds_count [1-9]/m.test(metrics);
    });
  } finally {
    api.close();
  }
});
after(() => city?.stop());

/** Fails unless the daemon exports the metric, or registers it when a fault occurs. */
function assertExists(name, where) {
  if (kOfFaults.includes(name)) {
    execFileSync('grep', ['-rqF', `"${name}"`, '--include=*.cc', join(kRoot, 'services')]);
    return;
  }
  assert.match(metrics, new RegExp(`^${name}(?:\\{| )`, 'm'), `${where}: the daemon has no metric ${name}`);
}

test('each metric of the rules and of the dashboards exists in a daemon', () => {
  assert.throws(() => assertExists('citylayers_none_total', 'test'));
  for (const { alert, expr } of rules) {
    if (alert === 'CitylayersDown') continue; // `up` is Prometheus's own
    const names = namesIn(expr);
    assert.ok(names.length > 0, alert);
    for (const name of names) assertExists(name, alert);
  }
  for (const { title, panels } of kDashboards) {
    for (const { queries, title: panel } of panels) {
      for (const { query } of queries) for (const name of namesIn(query)) assertExists(name, `${title}, ${panel}`);
    }
  }
});

test('labels in queries are labels of these metrics', () => {
  const queries = [...rules.map(({ expr }) => expr), ...kDashboards.flatMap(({ panels }) => panels.flatMap((panel) => panel.queries.map(({ query }) => query)))];
  let checked = 0;
  for (const query of queries) {
    for (const [, name, labels] of query.matchAll(/\b((?:citylayers|grpc)_[a-z_]+)\{([^}]*)\}/g)) {
      if (kOfFaults.includes(name)) continue;
      for (const [, label] of labels.matchAll(/(\w+)(?:=~|!=|=)/g)) {
        if (['instance', 'job'].includes(label)) continue; // Prometheus adds them
        assert.match(metrics, new RegExp(`^${name}\\{[^}]*\\b${label}="`, 'm'), `${name} has no label ${label}`);
        checked++;
      }
    }
  }
  assert.ok(checked > 5);
});

test('each rule has a severity and a runbook that exists, and each runbook a rule', () => {
  const page = readFileSync(join(kRoot, 'docs/operate/monitor.md'), 'utf8');
  const sections = [...page.matchAll(/^### (Citylayers\w+)\n([^]*?)(?=^#)/gm)].map(([, name, text]) => ({ name, text }));
  assert.deepEqual(sections.map(({ name }) => name).sort(), rules.map(({ alert }) => alert).sort());
  for (const { alert, labels, annotations } of rules) {
    assert.ok(['critical', 'warning'].includes(labels.severity), alert);
    assert.equal(annotations.runbook, `docs/operate/monitor.md#${alert.toLowerCase()}`);
    assert.ok(annotations.summary.length > 10);
  }
  for (const { name, text } of sections) {
    for (const word of ['Meaning', 'Check', 'Action']) assert.match(text, new RegExp(`\\*\\*${word}\\.?\\*\\*`), `${name}: ${word}`);
  }
});

test('promtool accepts configuration and rules, and each rule fires and is silent as its test describes', { skip: skipPromtool }, () => {
  const promtool = (...args) => execFileSync(kPromtool, args, { cwd: kFolder, encoding: 'utf8', stdio: 'pipe' });
  promtool('check', 'config', 'prometheus.yml');
  assert.match(promtool('check', 'rules', 'citylayers.rules.yml'), new RegExp(`SUCCESS: ${rules.length} rules found`));
  assert.match(promtool('test', 'rules', 'citylayers.rules.test.yml'), /SUCCESS/);
});

test('each rule has a test', () => {
  const { tests } = parse(readFileSync(join(kFolder, 'citylayers.rules.test.yml'), 'utf8'));
  const tested = new Set(tests.flatMap(({ alert_rule_test = [] }) => alert_rule_test).filter(({ exp_alerts }) => exp_alerts.length > 0).map(({ alertname }) => alertname));
  assert.deepEqual([...tested].sort(), rules.map(({ alert }) => alert).sort());
});

test('the files of the dashboards are those that the script writes', () => {
  assert.equal(files.length, 5);
  for (const { name, text } of files) {
    const file = join(kRoot, 'deploy/grafana/dashboards', name);
    assert.ok(existsSync(file), name);
    assert.equal(readFileSync(file, 'utf8'), text, `${name}: run deploy/grafana/generate.mjs`);
    const { uid, panels } = JSON.parse(text);
    assert.equal(name, `${uid}.json`);
    const places = panels.map(({ gridPos: { x, y } }) => `${x} ${y}`);
    assert.equal(new Set(places).size, panels.length, 'no panel covers another');
  }
});
