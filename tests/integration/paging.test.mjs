// A page token is valid only for the method and the arguments for which it was issued.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../support/daemon.mjs';
import { Code } from './support/api.mjs';
import { columns, stages } from './support/driver.mjs';
import { gaugesRead, useCity } from './support/suite.mjs';

const here = useCity('2022-12-10T03:00:00Z');
const kBounds = { west_deg: 106, south_deg: 10, east_deg: 107.5, north_deg: 11.5 };
// Every list method, with different arguments for the second page.
const kLists = {
  'StationService.ListStations': [{ kind: 'water_level' }, { bounds: kBounds }],
  'TrafficService.ListSegments': [{ street: 'le loi' }, { min_level: 'TRAFFIC_LEVEL_FREE' }, { bounds: kBounds }],
  'TrafficService.ListJams': [{ min_length_m: 1 }, { bounds: kBounds }],
  'FloodService.ListFloodedSegments': [{ min_depth_m: 0.2 }, { measured_only: true }, { bounds: kBounds }],
  'AlertService.ListAlerts': [{ filter: 'state = OPEN' }],
  'ReadingService.ListRejectedReadings': [],
};
const tokens = {};

async function refused(method, request) {
  await assert.rejects(here.api.call(method, request), (error) => {
    assert.equal(error.code, Code.INVALID_ARGUMENT, `${method} ${JSON.stringify(request)}: ${error}`);
    const details = error.metadata.get('grpc-status-details-bin').map(String).join('');
    assert.match(details, /BAD_PAGE_TOKEN/);
    return true;
  });
}

test('lists have a second page', async () => {
  for (let i = 0; i < 2; ++i) {
    await here.driver.step(10);
    await here.driver.write(stages(1.7));
    await gaugesRead(here);
  }
  const segments = await here.api.list('TrafficService.ListSegments', 'segments');
  for (let i = 0; i < 4; ++i) {
    await here.driver.step(4);
    await here.driver.writeSpeeds(segments, () => 2);
  }
  const rejected = columns({ 'segments/1/measures/speed': 30, 'segments/2/measures/speed': 30 }, here.driver.timeMs);
  await here.api.call('ReadingService.WriteReadings', { readings: rejected });
  for (const method of Object.keys(kLists)) {
    tokens[method] = await until(`${method} has a second page`, async () => {
      const { next_page_token } = await here.api.call(method, { page_size: 1 });
      return next_page_token;
    });
  }
});

test('a token of another method is refused', async () => {
  for (const method of Object.keys(kLists)) {
    for (const [other, page_token] of Object.entries(tokens)) {
      if (other !== method) await refused(method, { page_size: 1, page_token });
    }
  }
});

test('a token of other arguments, and what is no token, are refused', async () => {
  for (const [method, others] of Object.entries(kLists)) {
    for (const other of others) await refused(method, { ...other, page_size: 1, page_token: tokens[method] });
    for (const page_token of ['x', tokens[method].slice(1), `${tokens[method]}AAAA`, '\u0000']) {
      await refused(method, { page_size: 1, page_token });
    }
  }
});

test('a token goes on with another page size', async () => {
  for (const [method, page_token] of Object.entries(tokens)) {
    await here.api.call(method, { page_size: 7, page_token });
  }
});
