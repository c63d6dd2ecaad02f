// An idle city: no reading arrives, one page is open. Data flow in streams; nothing polls.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sleep, until } from '../support/daemon.mjs';
import { openEvents } from './support/events.mjs';
import { stages } from './support/driver.mjs';
import { gaugesRead, useCity } from './support/suite.mjs';

const kQuietMs = 10_000;
const kFeeds = '/live?layers=traffic,flood&alerts=1&clock=1&stages=1&jams=30&notices=1';

const here = useCity('2026-11-21T10:00:00Z');

/** Number of calls that have begun in all processes: unary ones and streams. */
async function callsBegun() {
  let begun = 0;
  for (const daemon of here.city.processes.values()) {
    begun += await daemon.metric('grpc_server_started_total');
  }
  return begun;
}

test('with one viewer no call begins while nothing changes', async () => {
  await here.driver.write(stages(0.3));
  await gaugesRead(here);
  const events = await openEvents(`${here.city.url}${kFeeds}`);
  const open = new Set(['clock', 'stages', 'jams', 'notices']);
  while (open.size > 0) open.delete((await events.next()).event);
  await until('every stream is open', async () => {
    const before = await callsBegun();
    await sleep(3000);
    return (await callsBegun()) === before;
  });
  const before = await callsBegun();
  await sleep(kQuietMs);
  assert.equal(await callsBegun(), before, 'calls in ten seconds without a change');
  // The same streams bring the next change.
  await here.driver.step(1);
  await here.driver.write(stages(0.9));
  await until('the change arrives', async () => {
    const { data } = await events.next('stages');
    const phuAn = JSON.parse(data).stages.find((stage) => stage.station === 'stations/phu-an');
    return phuAn.stageM === 0.9;
  });
  events.close();
});
