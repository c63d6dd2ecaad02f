// Only measured readings count for the alert rules: typical ones of a profile neither raise nor end an alert.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../support/daemon.mjs';
import { stages } from './support/driver.mjs';
import { gaugesRead, rulesEvaluated, useCity } from './support/suite.mjs';

const here = useCity('2022-11-10T03:00:00Z');
const alerts = (filter) => here.api.list('AlertService.ListAlerts', 'alerts', { filter });

test('profile readings raise no alert, through the depth of streets either, and end none', async () => {
  await here.driver.write(stages(0.2));
  const streets = (state) => alerts(`kind = STREET_DEPTH AND ${state}`);
  const before = (await streets('state:*')).length;
  const bring = async (stage_m, quality) => {
    await here.driver.step(10);
    await here.driver.write(stages(stage_m), { quality });
    await gaugesRead(here);
    await here.city.published('flood');
    await rulesEvaluated(here.city);
  };
  for (let i = 0; i < 4; ++i) await bring(2.2, 'QUALITY_PROFILE');
  assert.equal((await streets('state:*')).length, before, 'typical water raises nothing');
  const { segments } = await here.api.call('FloodService.ListFloodedSegments', { page_size: 1 });
  assert.ok(segments.length > 0, 'the map shows it');
  for (let i = 0; i < 4; ++i) await bring(1.9);
  const standing = await until('street alerts', async () => {
    const found = await streets('state != RESOLVED');
    return found.length > 0 && found;
  });
  for (let i = 0; i < 5; ++i) await bring(0.1, 'QUALITY_PROFILE');
  const after = await streets('state != RESOLVED');
  assert.deepEqual(
    after.map(({ name }) => name),
    standing.map(({ name }) => name),
    'a typical low ends nothing',
  );
  for (let i = 0; i < 5; ++i) await bring(0.1);
  await until('measured low water ends them', async () => (await streets('state != RESOLVED')).length === 0);
});
