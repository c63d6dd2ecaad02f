// A city, its API and its driver for one file of tests, which run in order on it.

import { after, before } from 'node:test';
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
  after(async () => {
    context.api?.close();
    await context.city?.stop();
  });
  /** Stops and starts it again on the same data. */
  context.restart = async (signal) => {
    context.api.close();
    await context.city.stop(signal);
    await context.city.resume();
    context.api = new Api(context.city.grpc);
    context.driver.api = context.api;
  };
  return context;
}

/** Waits until the alert rules have looked at the city twice: what was there before has been seen. */
export async function lookedTwice(city) {
  const count = () => city.of('alerts').metric('citylayers_alerts_look_seconds_count');
  const before = await count();
  await until('alerts look at the city', async () => (await count()) >= before + 2);
}
