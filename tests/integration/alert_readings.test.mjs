// Readings are evaluated by the alert rules one by one in their order, however they are batched.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../support/daemon.mjs';
import { stages } from './support/driver.mjs';
import { gaugesRead, rulesEvaluated, useCity } from './support/suite.mjs';

const here = useCity('2022-11-10T03:00:00Z');
const kPhuAn = 'stations/phu-an';
const kMeasure = `${kPhuAn}/measures/water_level`;
const kMinuteMs = 60_000;
const alerts = (filter) => here.api.list('AlertService.ListAlerts', 'alerts', { filter });
const atPhuAn = () => alerts(`subject = "${kPhuAn}" AND kind = STAGE`);
const types = async ({ name }) =>
  (await here.api.call('AlertService.ListAlertEvents', { parent: name })).events.map(({ type }) =>
    type.replace('ALERT_EVENT_TYPE_', ''),
  );

/** Readings of the gauge at Phú An in one batch, as [minutes before the driver's time, stage in metres]. */
async function writeBatch(rows, quality) {
  const timesMs = rows.map(([minutesAgo]) => here.driver.timeMs - minutesAgo * kMinuteMs);
  const reply = await here.api.call('ReadingService.WriteReadings', {
    readings: {
      measures: [kMeasure],
      measure_indexes: rows.map(() => 0),
      time_deltas_ms: timesMs.map((time, i) => (i === 0 ? time : time - timesMs[i - 1])),
      values: rows.map(([, stage]) => stage),
      qualities: quality ? rows.map(() => quality) : [],
    },
  });
  assert.equal(reply.rejected_count ?? 0, 0, JSON.stringify(reply));
}

/** Writes low water at every gauge until no gauge has an alert. */
async function calm() {
  for (let i = 0; i < 3; ++i) {
    await here.driver.step(10);
    await here.driver.write(stages(0.2));
    await gaugesRead(here);
    await rulesEvaluated(here.city);
  }
  await until('no alert at Phú An', async () =>
    (await atPhuAn()).every((alert) => alert.state === 'ALERT_STATE_RESOLVED'),
  );
}

test('three readings over level III in one batch raise, with the highest as the peak', async () => {
  await calm();
  await here.driver.step(11);
  await writeBatch([
    [10, 1.62],
    [6, 1.67],
    [2, 1.65],
  ]);
  const [alert] = await until('an alert', async () => {
    const found = await atPhuAn();
    return found.length > 0 && found;
  });
  assert.equal(alert.level, 3);
  await rulesEvaluated(here.city);
  assert.equal((await atPhuAn())[0].peak_value, 1.67);
});

test('a tide that rose and fell within one batch leaves an alert that was raised and resolved', async () => {
  await calm();
  const before = (await atPhuAn()).length;
  await here.driver.step(45);
  await writeBatch([
    [40, 1.62],
    [36, 1.66],
    [30, 1.66],
    [24, 1.64],
    [12, 0.9],
    [2, 0.8],
  ]);
  const [alert] = await until('a second alert', async () => {
    const found = await atPhuAn();
    return found.length > before && found[0].state === 'ALERT_STATE_RESOLVED' && found;
  });
  assert.equal(alert.peak_value, 1.66);
  assert.deepEqual(await types(alert), ['RAISED', 'RESOLVED']);
});

test('a restart in between counts no reading twice and forgets none', async () => {
  await calm();
  const before = (await atPhuAn()).length;
  await here.driver.step(10);
  await writeBatch([[0, 1.65]]);
  await gaugesRead(here);
  await rulesEvaluated(here.city);
  assert.equal((await atPhuAn()).length, before, 'one reading raises nothing');
  await here.restart('SIGKILL');
  await rulesEvaluated(here.city);
  assert.equal((await atPhuAn()).length, before, 'seen again after a restart it is still one');
  await here.driver.step(10);
  await writeBatch([[0, 1.65]]);
  await until('an alert', async () => (await atPhuAn()).length > before);
  await here.restart('SIGTERM');
  await rulesEvaluated(here.city);
  assert.equal((await atPhuAn()).length, before + 1);
});
