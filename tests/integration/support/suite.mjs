// A city, its API and its driver for one file of tests, which run on it in order.

import { after, before } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { City, until } from '../../support/daemon.mjs';
import { Api } from './api.mjs';
import { Driver } from './driver.mjs';

/** Starts a city before the tests of the file and stops it after them. */
export function useCity(startTime, options) {
  const context = {};
  before(async () => {
    context.city = await City.start(options);
    context.api = new Api(context.city.grpc);
    context.driver = new Driver(context.api, startTime);
    await context.driver.step();
  });
  const ending = new AbortController();
  const background = [];
  after(async () => {
    // Background calls end before the city does. Hooks run in the order of their registration, so that a hook of the
    // file would run too late.
    ending.abort();
    const results = await Promise.allSettled(background);
    // node:test sets the exit code when a test has failed; the city's log may have the reason.
    const failed = process.exitCode || results.some(({ reason }) => reason);
    if (failed && context.city) {
      console.log(`the city's log ends:\n${context.city.log()}`.replaceAll('\n', '\n    | '));
    }
    context.api?.close();
    await context.city?.stop();
    for (const { reason } of results) if (reason) throw reason;
  });
  /** Runs `action` every `periodMs`, one after the other, until the tests are over; the file fails when it throws. */
  context.meanwhile = (periodMs, action) => {
    const repeat = async () => {
      while (!ending.signal.aborted) {
        await action();
        await setTimeout(periodMs, undefined, { signal: ending.signal }).catch(() => {});
      }
    };
    const running = repeat();
    running.catch(() => {}); // the error is reported at the end
    background.push(running);
  };
  /** Stops the city and starts it again with the same data. */
  context.restart = async (signal) => {
    context.api.close();
    await context.city.stop(signal);
    await context.city.resume();
    context.api = new Api(context.city.grpc);
    context.driver.api = context.api;
  };
  return context;
}

/** Waits until the alert rules have been evaluated with all data that the layers have read so far. */
export async function rulesEvaluated(city) {
  // A publication that was under way need not have the latest data, so that the next one counts.
  await Promise.all(['flood', 'traffic'].map((layer) => rises(city.of(layer), kPublications, `layer="${layer}"`)));
  await rises(city.of('alerts'), 'citylayers_alerts_evaluation_seconds_count');
}

const kPublications = 'citylayers_layer_publish_seconds_count';

/** Waits until a counter has risen by two. */
async function rises(daemon, name, labels) {
  const before = await daemon.metric(name, labels);
  await until(`${name} rises`, async () => (await daemon.metric(name, labels)) >= before + 2);
}

/** Waits until the flood service has the reading at Phú An of the driver's time. */
export async function gaugesRead({ api, driver }) {
  await until('the gauges have the reading', async () => {
    const { stages } = await api.call('FloodService.ListStages');
    const phuAn = stages.find((stage) => stage.station === 'stations/phu-an');
    return phuAn.read_time?.seconds === Math.floor(driver.timeMs / 1000);
  });
}
