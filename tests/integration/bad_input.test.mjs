// Invalid input: each gets an error with the reason and the position, and the city continues to work.

import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { Code } from './support/api.mjs';
import { columns } from './support/driver.mjs';
import { useCity } from './support/suite.mjs';
import { fetchTile, kBenThanh } from './support/tiles.mjs';

const here = useCity('2022-10-13T09:00:00Z');
const kPhuAn = 'stations/phu-an/measures/water_level';

const write = (values, timeMs = here.driver.timeMs) =>
  here.api.call('ReadingService.WriteReadings', { readings: columns(values, timeMs) });
const json = (path, body) =>
  fetch(`${here.city.url}/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
const latest = async () => {
  const request = { measures: [kPhuAn] };
  const { readings } = await here.api.call('ReadingService.GetLatestReadings', request);
  return readings[0]?.value;
};

afterEach(async () => {
  assert.equal((await fetchTile(here.city, 'traffic', kBenThanh)).status, 200, 'tiles go on');
  await here.driver.step(1);
  const value = Math.round(Math.random() * 1000) / 1000;
  assert.equal((await write({ [kPhuAn]: value })).accepted_count, 1, 'readings go on');
  assert.equal(await latest(), value);
  for (const daemon of here.city.processes.values()) assert.equal(daemon.child.exitCode, null);
});

test('a reading that is no number is refused by row, the others of its batch are kept', async () => {
  for (const bad of [NaN, Infinity, -Infinity]) {
    await here.driver.step(1);
    const result = await write({ [kPhuAn]: 0.5, 'stations/nha-be/measures/water_level': bad });
    assert.equal(result.accepted_count, 1);
    assert.equal(result.rejected_count, 1);
    const [refused] = result.rejections;
    assert.equal(refused.row, 1);
    assert.equal(refused.reason, 'REJECT_REASON_NOT_FINITE');
    assert.match(refused.message, /finite/);
    assert.equal(await latest(), 0.5);
  }
});

test('readings that cannot be are refused with a reason', async () => {
  const dayMs = 86_400_000;
  const now = here.driver.timeMs;
  const cases = [
    [{ 'stations/atlantis/measures/water_level': 1 }, now, 'UNKNOWN_MEASURE', /ListStations/],
    [{ 'segments/1/measures/speed': 30 }, now, 'UNKNOWN_MEASURE', /no such measure/],
    [{ [kPhuAn]: 1 }, now + 30 * dayMs, 'FAR_FUTURE', /ahead of the city clock/],
    [{ [kPhuAn]: 1 }, now - 3000 * dayMs, 'TOO_OLD', /older than the retention/],
    [{ [kPhuAn]: 99 }, now, 'OUT_OF_RANGE', /99 m lies outside -4 to 5/],
  ];
  for (const [values, timeMs, reason, message] of cases) {
    const result = await write(values, timeMs);
    assert.equal(result.accepted_count, 0, reason);
    assert.equal(result.rejections[0].reason, `REJECT_REASON_${reason}`);
    assert.match(result.rejections[0].message, message);
  }
});

test('a batch that is too large is refused as a whole, with what to do', async () => {
  const rows = 20_001;
  const readings = {
    measures: [kPhuAn],
    measure_indexes: new Array(rows).fill(0),
    time_deltas_ms: new Array(rows).fill(0).fill(here.driver.timeMs, 0, 1),
    values: new Array(rows).fill(1),
  };
  await assert.rejects(here.api.call('ReadingService.WriteReadings', { readings }), (error) => {
    assert.equal(error.code, Code.RESOURCE_EXHAUSTED);
    assert.match(
      error.details,
      /20001 rows exceeds readings.batch_rows_max = 20000: send it in parts/,
    );
    return true;
  });
});

test('columns that do not fit together are refused', async () => {
  const readings = { ...columns({ [kPhuAn]: 1 }, here.driver.timeMs), values: [1, 2] };
  await assert.rejects(here.api.call('ReadingService.WriteReadings', { readings }), (error) => {
    assert.equal(error.code, Code.INVALID_ARGUMENT);
    assert.match(error.details, /columns differ in length/);
    return true;
  });
});

test('a message that is not protobuf is refused', async () => {
  const path = 'citylayers.readings.v1.ReadingService/WriteReadings';
  const broken = Buffer.from([0x22, 0xff, 0xff, 0xff, 0xff, 0x07, 1, 2, 3]);
  const http = await fetch(`${here.city.url}/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/proto' },
    body: broken,
  });
  assert.equal(http.status, 400, await http.clone().text());
  assert.equal((await http.json()).code, 'invalid_argument');
  const half = await json(path, '{"readings": {"measures": [');
  assert.equal(half.status, 400);
  assert.equal((await half.json()).code, 'invalid_argument');
  const client = here.api.clients.ReadingService;
  const error = await new Promise((resolve) => {
    const raw = (bytes) => bytes;
    client.makeUnaryRequest(`/${path}`, raw, raw, broken, resolve);
  });
  assert.equal(error.code, Code.INVALID_ARGUMENT);
  assert.match(error.details, /WriteReadings/);
});

test('tiles that do not exist are 400 with what exists, and INVALID_ARGUMENT', async () => {
  const cases = ['14/16384/0', '14/0/16384', '23/0/0', '14/-1/0', '14/x/0', '2/4/0'];
  for (const tile of cases) {
    const reply = await fetchTile(here.city, 'traffic', tile);
    assert.equal(reply.status, 400, tile);
    const { detail, title } = JSON.parse(reply.bytes.toString());
    assert.match(`${title} ${detail}`, /does not exist|is not a number/, tile);
  }
  for (const tile of [
    { z: 14, x: 16384, y: 0 },
    { z: 23, x: 0, y: 0 },
    { z: 99, x: 0, y: 0 },
  ]) {
    await assert.rejects(
      here.api.call('LayerService.GetTile', { name: 'layers/traffic', tile }),
      (error) => {
        assert.equal(error.code, Code.INVALID_ARGUMENT, JSON.stringify(tile));
        assert.ok(error.details.length > 10);
        return true;
      },
    );
  }
  assert.equal((await fetchTile(here.city, 'fog', kBenThanh)).status, 404);
  assert.equal((await fetch(`${here.city.url}/tiles/traffic/14/13047/7698.gif`)).status, 400);
});

test('filters, pages and views that make no sense say where', async () => {
  const cases = [
    ['AlertService.ListAlerts', { filter: 'severity >>= SEVERE' }],
    ['AlertService.ListAlerts', { filter: 'colour = 3' }],
    ['AlertService.ListAlerts', { page_size: -1 }],
    ['AlertService.ListAlerts', { page_token: 'not a token' }],
    ['FloodService.GetDepth', { points: [] }],
    ['TrafficService.ListSegments', { page_size: -1 }],
    [
      'ClockService.SetClock',
      { mode: 'CLOCK_MODE_REPLAY', speed: 1e9, city_time: { seconds: 2e9 } },
    ],
  ];
  for (const [method, request] of cases) {
    await assert.rejects(
      here.api.call(method, request),
      (error) => {
        assert.equal(
          error.code,
          Code.INVALID_ARGUMENT,
          `${method} ${JSON.stringify(request)}: ${error.message}`,
        );
        assert.ok(error.details.length > 10, error.details);
        return true;
      },
      `${method} ${JSON.stringify(request)}`,
    );
  }
  for (const query of ['bbox=1,2,3', 'zoom=banana', 'tick_ms=soon', 'resume=x']) {
    const reply = await fetch(`${here.city.url}/live/traffic?${query}`);
    assert.equal(reply.status, 400, query);
    assert.ok((await reply.text()).includes(query.split('=')[0]), query);
  }
});

test('the city clock does not run backwards, and has one driver', async () => {
  const set = (request) =>
    here.api.call('ClockService.SetClock', { mode: 'CLOCK_MODE_REPLAY', speed: 1, ...request });
  const now = Math.floor(here.driver.timeMs / 1000);
  const failed = (pattern) => (error) => {
    assert.equal(error.code, Code.FAILED_PRECONDITION);
    assert.match(error.details, pattern);
    return true;
  };
  await assert.rejects(
    set({ city_time: { seconds: now - 86_400 }, driver_id: 'integration-test' }),
    failed(/the city has reached/),
  );
  await assert.rejects(
    set({ city_time: { seconds: now + 60 }, driver_id: 'somebody-else' }),
    failed(/driven by another replay/),
  );
});

test('HTTP that is not HTTP', async () => {
  const { connect } = await import('node:net');
  const [host, port] = here.city.url.slice('http://'.length).split(':');
  const cases = ['\u0000\u0001\u0002\r\n\r\n', 'GET / HTTP/9.9\r\n\r\n'];
  cases.push(`GET /${'a'.repeat(100_000)} HTTP/1.1\r\nHost: x\r\n\r\n`);
  for (const text of cases) {
    const answer = await new Promise((resolve) => {
      const socket = connect(Number(port), host, () => socket.write(text));
      let got = '';
      socket.on('data', (bytes) => (got += bytes)).on('error', () => {});
      socket.on('close', () => resolve(got));
    });
    assert.match(answer, /^HTTP\/1\.1 (4\d\d|505) /, JSON.stringify(text.slice(0, 20)));
  }
});
