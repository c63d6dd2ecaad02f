// Tests of the live connection: one stream for all windows of a browser, and its state on the page.

import { createServer, request as httpRequest } from 'node:http';
import { newContext, openPage, openWindow, untilReady } from './browser.mjs';
import { expect, skip, test, until } from './checks.mjs';
import { kDesk, kEvening, kHighWaterM, kPhuAn, noControl, text, untilLive } from './visit.mjs';

/** Several maps are drawn in software at the same time. */
const kSmall = { width: 480, height: 400 };
const kWatchMs = 12_000;
const kBackMs = 5000;
const kLostMs = 10_000;
/** Time after which the hub gives up the stream of a hidden page. */
const kAwayMs = 10_000;
/** `./run test --full`: also what takes tens of seconds and has unit tests. */
const kFull = process.env.CITYLAYERS_FULL === '1';
const kRestarts = kFull ? 20 : 2;
const kWindowCounts = kFull ? [2, 4] : [2];
const kLateMs = 5000;

/** Samples the state of every window for a while. Returns the defects found. */
async function watchWindows(windows, forMs) {
  const wrong = [];
  const before = await Promise.all(windows.map(({ page }) => clockOf(page)));
  const endMs = Date.now() + forMs;
  while (Date.now() < endMs) {
    for (const [i, { page }] of windows.entries()) {
      const connection = await text(page, 'connection');
      if (connection !== 'trực tiếp') wrong.push(`window ${i}: ${connection}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  for (const [i, { page }] of windows.entries()) {
    const movedMs = (await clockOf(page)) - before[i];
    if (movedMs < forMs / 2) wrong.push(`window ${i}: its clock moved by ${movedMs} ms`);
  }
  return wrong;
}

/** Until the pages of earlier tests have closed their streams. */
const untilNoStreams = (server) =>
  until('there is no stream', async () => (await server.streams()) === 0);

const clockOf = (page) => page.evaluate(() => window.citylayers.clock.now());

/** Runs `body` with several windows of one browser, and closes them even after a failure. */
async function withWindows({ browser, url }, count, options, body) {
  const context = await newContext(browser, kSmall);
  try {
    await body(await openWindows(context, url, count, options), context);
  } finally {
    await context.close();
  }
}

async function openWindows(context, url, count, options) {
  const windows = [];
  for (let i = 0; i < count; i++) windows.push(await openWindow(context, url, options));
  // Does not wait until all is drawn: several maps in software are never idle at the same time.
  for (const { page, problems } of windows) {
    const ready = until('the window has roads and its first snapshot', () =>
      page.evaluate(
        () =>
          window.citylayers?.stats().snapshots > 0 &&
          window.citylayers.map.queryRenderedFeatures({ layers: ['road'] }).length > 0,
      ),
    );
    await ready.catch(async (error) => {
      const shown = await page.evaluate(() => [
        document.querySelector('[data-testid=no-map]') ? 'no map' : 'a map',
        JSON.stringify(window.citylayers?.stats()),
      ]);
      throw new Error([error.message, ...shown, ...problems].join('\n'));
    });
    await untilLive(page);
  }
  return windows;
}

for (const count of kWindowCounts) {
  test(`${count} windows stay live, with one stream`, async (all) => {
    const { server } = all;
    if (!server) return noControl;
    await all.page?.context().close(); // the tests before no longer need it
    await untilNoStreams(server);
    await withWindows(all, count, {}, async (windows) => {
      const wrong = await watchWindows(windows, kWatchMs);
      expect(wrong.length === 0, wrong.join('\n'));
      await until('there is one stream', async () => (await server.streams()) === 1);
      // The other five connections are free: every window gets an answer at the same time.
      const waited = await Promise.all(
        windows.map(({ page }) =>
          page.evaluate(async () => {
            const startMs = performance.now();
            await (await fetch('/tiles/base.json', { cache: 'no-store' })).text();
            return performance.now() - startMs;
          }),
        ),
      );
      console.log(`     answers after ${waited.map(Math.round).join(', ')} ms`);
    });
    await untilNoStreams(server);
  });
}

/** Ends the shared worker like a crash. False: this browser does not list shared workers. */
async function killWorker(browser) {
  const session = await browser.newBrowserCDPSession();
  const { targetInfos } = await session.send('Target.getTargets', {
    filter: [{ type: 'shared_worker' }],
  });
  if (targetInfos.length === 0) return false;
  await session.send('Target.closeTarget', { targetId: targetInfos[0].targetId });
  return true;
}

test('a shared worker that is killed is replaced within five seconds', async (all) => {
  const { server, browser } = all;
  if (!server) return noControl;
  let skipped;
  await withWindows(all, 2, {}, async (windows) => {
    const startMs = Date.now();
    if (!(await killWorker(browser))) {
      skipped = skip('this browser shows no shared worker');
      return;
    }
    // The age of the data shows that the connection was lost and is open again.
    await until('all windows have another hub and are live', async () => {
      const states = await Promise.all(
        windows.map(({ page }) => page.evaluate(() => window.citylayers.stats())),
      );
      const words = await Promise.all(windows.map(({ page }) => text(page, 'connection')));
      return states.every(({ hubs }) => hubs > 1) && words.every((word) => word === 'trực tiếp');
    });
    const tookMs = Date.now() - startMs;
    console.log(`     live again after ${tookMs} ms`);
    expect(tookMs <= kBackMs, `live again after ${tookMs} ms`);
    await until('there is one stream', async () => (await server.streams()) === 1);
  });
  return skipped;
});

test('without shared workers one window leads, and another one when it closes', async (all) => {
  const { server } = all;
  if (!server) return noControl;
  const before = () => delete window.SharedWorker;
  await withWindows(all, 3, { before }, async ([leader, ...others]) => {
    await until('there is one stream', async () => (await server.streams()) === 1);
    await leader.page.close();
    const closedMs = Date.now();
    await until('the others receive events again', async () => {
      const clocks = await Promise.all(
        others.map(({ page }) => page.evaluate(() => window.citylayers.stats().lastClockMs)),
      );
      return clocks.every((ms) => ms > closedMs + 100);
    });
    const tookMs = Date.now() - closedMs;
    console.log(`     live again after ${tookMs} ms`);
    expect(tookMs <= kBackMs, `live again after ${tookMs} ms`);
    const wrong = await watchWindows(others, 4000);
    expect(wrong.length === 0, wrong.join('\n'));
    expect((await server.streams()) === 1, `${await server.streams()} streams`);
  });
});

test('hidden windows have no stream, and one when they are visible again', async (all) => {
  const { server } = all;
  if (!server) return noControl;
  const hide = (page, hidden) =>
    page.evaluate((value) => {
      Object.defineProperty(document, 'hidden', { configurable: true, get: () => value });
      document.dispatchEvent(new Event('visibilitychange'));
    }, hidden);
  await untilNoStreams(server);
  await withWindows(all, 2, {}, async (windows) => {
    const asked = [];
    for (const { page } of windows) {
      await hide(page, true);
      page.on('request', (request) => asked.push(request.url()));
    }
    await until('the stream is closed', async () => (await server.streams()) === 0);
    asked.length = 0;
    await new Promise((resolve) => setTimeout(resolve, kAwayMs));
    expect(asked.length === 0, `hidden windows asked for ${asked.join(', ')}`);
    await hide(windows[0].page, false);
    await untilLive(windows[0].page);
    await until('there is one stream', async () => (await server.streams()) === 1);
  });
});

test('a server that hangs is told within ten seconds, and the age goes on', async (context) => {
  const { browser, url, server } = context;
  if (!server) return noControl;
  const { page } = await openPage(browser, url, kSmall);
  await untilReady(page);
  await untilLive(page);
  await server.write({ [kPhuAn]: kHighWaterM });
  const age = () => text(page, 'data-age');
  await until('the data are seconds old', async () => /\d+ giây/.test(await age()));
  server.freeze();
  try {
    const frozenMs = Date.now();
    await until('the page shows that the connection is lost', async () =>
      (await text(page, 'connection')).includes('mất kết nối'),
    );
    const tookMs = Date.now() - frozenMs;
    console.log(`     told after ${tookMs} ms`);
    expect(tookMs <= kLostMs, `told after ${tookMs} ms`);
    const seconds = async () => {
      const [, number, unit] = /(\d+) (giây|phút)/.exec(await age()) ?? [];
      return Number(number) * (unit === 'phút' ? 60 : 1);
    };
    const first = await seconds();
    await until('the age has grown', async () => (await seconds()) > first + 2);
  } finally {
    server.thaw();
  }
  await untilLive(page);
  await page.context().close();
});

/** A proxy in front of the server: calls are answered late, streams and files at once. */
async function lateProxy(target) {
  const proxy = createServer((request, response) => {
    const up = httpRequest(`${target}${request.url}`, {
      method: request.method,
      headers: { ...request.headers, host: new URL(target).host },
    });
    const late = request.method === 'POST' ? kLateMs : 0;
    up.on('response', (answer) =>
      setTimeout(() => {
        response.writeHead(answer.statusCode, answer.headers);
        answer.pipe(response);
      }, late),
    );
    up.on('error', () => setTimeout(() => response.destroy(), late));
    response.on('close', () => up.destroy());
    request.pipe(up);
  });
  await new Promise((listening) => proxy.listen(0, '127.0.0.1', listening));
  return proxy;
}

test(`no ghost alert after ${kRestarts} restarts with late answers`, async ({ browser, server }) => {
  if (!server) return noControl;
  // Alerts are raised and ended: the river is high for a long time.
  await server.driveClock(Math.max(kEvening, server.cityTimeMs()));
  const proxy = await lateProxy(server.url);
  const url = `http://127.0.0.1:${proxy.address().port}`;
  const { page } = await openPage(browser, url, kDesk);
  await untilReady(page);
  const shown = () =>
    page.evaluate(() =>
      [...document.querySelectorAll('[data-alert]')].map((one) => one.dataset.alert).sort(),
    );
  let ghosts = 0;
  for (let restart = 0; restart < kRestarts; restart++) {
    await server.kill();
    await server.resume();
    await server.driveClock(server.cityTimeMs());
    const [first] = await server.standingAlerts();
    if (first) await server.resolveAlert(first);
    else await raiseAlert(server);
    await untilLive(page);
    await until('page and server have the same alerts', async () => {
      const [here, there] = [await shown(), await server.standingAlerts()];
      ghosts = here.filter((name) => !there.includes(name)).length;
      return here.join() === there.join();
    });
  }
  // All requests have been answered by then.
  const endMs = Date.now() + kLateMs + 1000;
  while (Date.now() < endMs) {
    const [here, there] = [await shown(), await server.standingAlerts()];
    const now = here.filter((name) => !there.includes(name));
    if (now.length > 0) {
      await new Promise((resolve) => setTimeout(resolve, 1000)); // an event may be under way
      const again = (await shown()).filter((name) => now.includes(name));
      expect(again.length === 0, `ghosts: ${again.join(', ')}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  console.log(`     ghosts at the end: ${ghosts}`);
  await page.context().close();
  await new Promise((closed) => {
    proxy.close(closed);
    proxy.closeAllConnections();
  });
});

/** The stage rule requires the level to last. */
async function raiseAlert(server) {
  await server.write({ [kPhuAn]: kHighWaterM });
  await server.driveClock(server.cityTimeMs() + 11 * 60_000);
  await server.write({ [kPhuAn]: kHighWaterM });
}
