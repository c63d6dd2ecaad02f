// Tests for operators of alerts: outages, comments, escalations, the worst level of a tide, and taking over the city
// clock.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run, until } from '../support/daemon.mjs';
import { Code } from './support/api.mjs';
import { columns, stages } from './support/driver.mjs';
import { gaugesRead, rulesEvaluated, useCity } from './support/suite.mjs';

const here = useCity('2023-01-10T03:00:00Z');
const kPhuAn = 'stations/phu-an';
const alerts = (filter) => here.api.list('AlertService.ListAlerts', 'alerts', { filter });
const cli = (...args) => run('citylayers', [...args, '--server', here.city.grpc]);

async function bring(stage_m) {
  for (let i = 0; i < 2; ++i) {
    await here.driver.step(10);
    await here.driver.write(stages(stage_m));
    await gaugesRead(here);
    await rulesEvaluated(here.city);
  }
}
const tide = async () => (await alerts(`subject = "${kPhuAn}" AND kind = STAGE`))[0];

test('a city without data does not say that there are no alerts', async () => {
  await rulesEvaluated(here.city);
  const { alerts: none, data_gaps } = await here.api.call('AlertService.ListAlerts', {
    filter: 'kind != OUTAGE',
  });
  assert.deepEqual(none, []);
  assert.ok(data_gaps.some((gap) => gap.subject === kPhuAn && /never read/.test(gap.reason)));
  const { stdout, stderr } = cli('alerts', 'list', '--filter', 'kind != OUTAGE');
  assert.match(stdout + stderr, /not evaluated: stations\/phu-an: the gauge was never read/);
  assert.match(cli('flood', 'stages').stdout, /never read/);
});

test('an escalation opens an acknowledged alert again, and every comment is kept', async () => {
  await bring(1.42);
  const { name } = await until('an alert', tide);
  const ack = (comment) =>
    here.api.call('AlertService.AcknowledgeAlert', { name, actor: 'lan', comment });
  await ack('one');
  await ack('two');
  await bring(1.66);
  await until('open again', async () => (await tide()).state === 'ALERT_STATE_OPEN', 2_000);
  assert.equal((await alerts(`state = OPEN AND place = "phu an" AND kind = (STAGE OR JAM)`)).length, 1);
  const { events } = await here.api.call('AlertService.ListAlertEvents', { parent: name });
  assert.deepEqual(
    events.map((e) => [e.type.replace('ALERT_EVENT_TYPE_', ''), e.actor]),
    [['RAISED', 'system'], ['ACKNOWLEDGED', 'lan'], ['COMMENTED', 'lan'], ['ESCALATED', 'system']],
  );
  await assert.rejects(
    here.api.call('AlertService.AcknowledgeAlert', { name, actor: 'x'.repeat(101) }),
    (error) => error.code === Code.INVALID_ARGUMENT && /101 characters/.test(error.details),
  );
});

test('the worst of the tide is kept', async () => {
  await bring(1.42);
  await until('eased', async () => (await tide()).level === 1);
  const [alert] = await alerts('worst_severity >= SEVERE AND kind = STAGE');
  assert.equal(alert.worst_level, 3);
  assert.equal(alert.severity, 'SEVERITY_MINOR');
});

test('a gauge that is silent marks its alert and becomes an alert', async () => {
  await here.driver.step(31);
  await until('marked', async () => (await tide()).silent_since_time);
  assert.match(cli('alerts', 'get', (await tide()).name).stdout, /no data since/);
  await here.driver.step(11);
  await until('an outage', async () =>
    (await alerts(`kind = OUTAGE AND subject = "${kPhuAn}" AND state = OPEN`)).length === 1,
  );
  assert.match(cli('flood', 'stages').stdout, /stale: nothing since/);
  await here.driver.write(stages(1.42));
  await until('the outage is over', async () =>
    (await alerts(`kind = OUTAGE AND subject = "${kPhuAn}" AND state = OPEN`)).length === 0,
  );
  await until('unmarked', async () => !(await tide()).silent_since_time);
});

test('only its driver takes the clock from a running replay', async () => {
  const before = await alerts('state != RESOLVED');
  assert.ok(before.length > 0);
  for (const driver_id of ['', 'somebody-else']) {
    await assert.rejects(
      here.api.call('ClockService.SetClock', { mode: 'CLOCK_MODE_WALL', driver_id }),
      (error) => error.code === Code.FAILED_PRECONDITION && /driven by another/.test(error.details),
    );
  }
  await rulesEvaluated(here.city);
  assert.equal((await alerts('state != RESOLVED')).length, before.length);
});

test('no client uses up the sequences of a source', async () => {
  const write = (sequence) =>
    here.api.call('ReadingService.WriteReadings', {
      source: 'gateway',
      epoch: 1,
      sequence,
      readings: columns({ [`${kPhuAn}/measures/water_level`]: 1.42 }, here.driver.timeMs),
    });
  await write(1);
  for (const sequence of ['18446744073709551615', 5_000_000]) {
    await assert.rejects(write(sequence), (error) => {
      assert.equal(error.code, Code.INVALID_ARGUMENT);
      assert.match(error.details, /greatest that is accepted/);
      return true;
    });
  }
  await write(2);
});

test('an operator gives the clock back by force, and the exercise ends', async () => {
  const refused = cli('clock', '--release');
  assert.equal(refused.status, 1);
  assert.match(refused.stderr, /force/);
  const { status, stdout, stderr } = cli('clock', '--release', '--force');
  assert.equal(status, 0, stderr);
  assert.match(stdout, /wall clock/);
  await until('its alerts are over', async () =>
    (await alerts('state != RESOLVED AND exercise = true')).length === 0,
  );
});
