// Tests of the booth page: both layers drawn on the map, both languages, recovery after failures. The README's pictures
// come from here.

import { join } from 'node:path';
import { axeSource, jumpTo, launch, openPage, probe, untilDrawn, untilReady } from './browser.mjs';
import { expect, runTests, skip, test, until } from './checks.mjs';
import { Server } from './server.mjs';
import {
  boothScreenshot,
  kCentre,
  kCityZoom,
  kDesk,
  kEvening,
  kHighWaterM,
  kJammedStreet,
  kLowWaterM,
  kPhone,
  kPhuAn,
  kThaoDien,
  middleOf,
  noControl,
  screenshot,
  setSpeed,
  switchTheme,
  text,
} from './visit.mjs';

/** The stage rule's `hold` plus one minute. */
const kAlertHoldMs = 11 * 60_000;
const kTouchTargetPx = 44;
const kBoothTextPx = 15;

test('the page is drawn, with its first data, without errors', async (context) => {
  if (context.server) {
    await context.server.driveClock(kEvening);
    await context.server.write({ [kPhuAn]: kLowWaterM });
  }
  const startMs = Date.now();
  Object.assign(context, await openPage(context.browser, context.url, kDesk));
  await untilReady(context.page);
  // Without a limit: with WebGL in software it depends on the machine more than on the page.
  console.log(`     first map after ${Date.now() - startMs} ms`);
  expect(context.problems.length === 0, context.problems.join('\n'));
});

test('the bundled font is there, Vietnamese letters included', async ({ page }) => {
  const loaded = await page.evaluate(() =>
    [...document.fonts]
      .filter((face) => face.status === 'loaded')
      .map((face) => face.family.replace(/"/g, '')),
  );
  for (const family of ['Be Vietnam Pro', 'Be Vietnam Pro SemiBold', 'Be Vietnam Pro Italic']) {
    expect(loaded.includes(family), `${family} is not loaded: ${loaded}`);
  }
  expect(
    await page.evaluate(() => document.fonts.check("16px 'Be Vietnam Pro'", 'ếữợẵ')),
    'no Vietnamese letters',
  );
});

test('the base map has streets, water and names', async ({ page }) => {
  const found = await page.evaluate(() => {
    const { map } = window.citylayers;
    const count = (layers) => map.queryRenderedFeatures({ layers }).length;
    return {
      roads: count(['road']),
      water: count(['water']),
      names: count(['label-district', 'label-waterway']),
    };
  });
  for (const [what, count] of Object.entries(found)) expect(count > 0, `no ${what} on the map`);
});

test('a free street is dark, a jammed one is lit', async ({ page, server }) => {
  if (!server) return noControl;
  const segments = await setSpeed(server, kJammedStreet, 50);
  const place = middleOf(segments[Math.floor(segments.length / 2)]);
  await jumpTo(page, place, 15);
  await until('the street is dark', async () => (await probe(page, place, 14)).warm === 0);
  await setSpeed(server, kJammedStreet, 3);
  await until('the street is lit', async () => (await probe(page, place, 14)).warm > 40);
});

test('Thảo Điền is dry at low water and wet at high water', async ({ page, server }) => {
  if (!server) return noControl;
  await jumpTo(page, kThaoDien, 14);
  const dry = await probe(page, kThaoDien, 60);
  await server.write({ [kPhuAn]: kHighWaterM });
  const wet = await until('flood water is drawn', async () => {
    const seen = await probe(page, kThaoDien, 60);
    return seen.cool > dry.cool + 2000 && seen;
  });
  console.log(`     cool pixels: ${dry.cool} at low water, ${wet.cool} at high water`);
});

test('the flood is there from afar, too, where dry tiles were seen before', async ({
  page,
  server,
}) => {
  if (!server) return noControl;
  await jumpTo(page, kCentre, kCityZoom);
  await until('flood water is drawn', async () => (await probe(page, kThaoDien, 40)).cool > 150);
});

test('a touch on a street under water says how deep it is and who gets through', async (context) => {
  const { page, server } = context;
  if (!server) return noControl;
  const flooded = await server.floodedSegments();
  expect(flooded.length > 0, 'no street is flooded');
  const worst = flooded.reduce((a, b) => (b.depthM > a.depthM ? b : a));
  const { lonDeg, latDeg } = worst.location;
  await jumpTo(page, [lonDeg, latDeg], 16);
  const at = await page.evaluate((place) => window.citylayers.map.project(place), [lonDeg, latDeg]);
  await page.mouse.click(at.x, at.y);
  // The card appears at once with the map's state; the depth comes from the server.
  let card;
  await until('the card shows the depth', async () => {
    if (!(await page.isVisible('[data-testid=street-card]'))) return false;
    card = await text(page, 'street-card');
    return /nước sâu \d+ cm/.test(card);
  });
  expect(/Xe máy(đi được|khó đi|không đi được)/.test(card), card);
  await screenshot(context, 'street-card');
  await page.click('[data-testid=street-card] button');
  expect(!(await page.isVisible('[data-testid=street-card]')), 'the card stays');
  await jumpTo(page, kCentre, kCityZoom);
});

test('the gauge shows its level, and the alert of báo động III stands in the list', async ({
  page,
  server,
}) => {
  if (!server) return noControl;
  await until('the gauge reads 1,70 m', async () =>
    (await text(page, 'gauge-reading')).includes('1,70'),
  );
  // The rule requires the level to last: a second reading, after that time has passed in the city.
  await server.driveClock(server.cityTimeMs() + kAlertHoldMs);
  await server.write({ [kPhuAn]: kHighWaterM });
  await until('the alert is listed', async () =>
    /Phú An.*báo động III/.test(await text(page, 'alerts')),
  );
  expect((await page.$('[data-testid=gauge-chart]')) !== null, 'no chart');
});

test('a tap on an alert flies to its place and opens its details', async ({ page }) => {
  if (!(await page.$('[data-testid=alert]'))) return skip('no alert at present');
  const before = await page.evaluate(() => window.citylayers.map.getCenter().toArray());
  await page.click('[data-testid=alert]');
  expect((await text(page, 'alert-details')).length > 10, 'no details');
  await until('the camera has arrived', () =>
    page.evaluate(([lon, lat]) => {
      const { map } = window.citylayers;
      const now = map.getCenter();
      return !map.isMoving() && Math.hypot(now.lng - lon, now.lat - lat) > 0.001;
    }, before),
  );
});

test('badges say what is not real', async ({ page, server }) => {
  const badges = await text(page, 'badges');
  if (!server) return badges ? undefined : skip('this server has no notices');
  expect(badges.includes('Phát lại'), `no replay badge in "${badges}"`);
  expect(badges.includes('Địa hình mô phỏng'), `no synthetic terrain badge in "${badges}"`);
});

test("city time is shown in the city's zone", async ({ page }) => {
  const shown = await text(page, 'city-time');
  const city = await page.evaluate(() => window.citylayers.clock.now());
  const minutes = (Math.floor(city / 60_000) + 7 * 60) % (24 * 60);
  const [hour, minute] = shown.split(':').map(Number);
  const off = Math.abs(hour * 60 + minute - minutes);
  // Within a few minutes: a replay at speed 60 advances between the two requests.
  expect(Math.min(off, 1440 - off) <= 5, `shows ${shown}`);
});

test('English beside Vietnamese, on the page and on the map', async (context) => {
  const { page } = context;
  await page.click('[data-testid=lang-en]');
  expect((await page.title()).includes('Ho Chi Minh City'), await page.title());
  expect((await page.getAttribute('html', 'lang')) === 'en', 'html lang');
  expect((await text(page, 'legend')).includes('stationary'), 'legend is not English');
  await boothScreenshot(context, 'booth-night-en');
  await page.click('[data-testid=lang-vi]');
  expect((await text(page, 'legend')).includes('kẹt cứng'), 'legend is not Vietnamese again');
});

test('names change their language at once, while tiles are still loading', async ({ page }) => {
  const names = () =>
    page.evaluate(() =>
      JSON.stringify(window.citylayers.map.getLayoutProperty('label-ward', 'text-field')),
    );
  await page.evaluate((at) => window.citylayers.map.jumpTo({ center: at, zoom: 14 }), kThaoDien);
  await page.click('[data-testid=lang-en]');
  expect((await names()).includes('name_en'), await names());
  await page.click('[data-testid=lang-vi]');
  expect(!(await names()).includes('name_en'), await names());
  await jumpTo(page, kCentre, kCityZoom);
});

test('two quick taps on the theme leave page and map alike', async ({ page }) => {
  const themes = () =>
    page.evaluate(() => [
      document.documentElement.dataset.theme,
      window.citylayers.map.getStyle().name.replace('citylayers ', ''),
    ]);
  for (let tap = 0; tap < 3; tap++) await page.click('[data-testid=theme]');
  await until(
    'the map is light, as the page is',
    async () => (await themes()).join() === 'day,day',
  );
  for (let tap = 0; tap < 3; tap++) await page.click('[data-testid=theme]');
  await until('both are dark again', async () => (await themes()).join() === 'night,night');
});

test('both themes keep the traffic that is on the map', async (context) => {
  const { page } = context;
  const lit = () => page.evaluate(() => window.citylayers.stats().rows);
  const before = await lit();
  await switchTheme(page, 'day');
  await boothScreenshot(context, 'booth-day-vi');
  await switchTheme(page, 'night');
  expect((await lit()) >= before, 'rows were lost');
  await boothScreenshot(context, 'booth-night-vi');
});

test('the list of jams is there for those who do not read maps', async ({ page }) => {
  await page.click('[data-testid=tab-jams]');
  const jams = await text(page, 'jams');
  await page.click('[data-testid=tab-gauges]');
  expect(jams.length > 0, 'neither jams nor a word that there are none');
});

test('a jam keeps its button while its numbers change', async ({ page, server }) => {
  if (!server) return noControl;
  await page.click('[data-testid=tab-jams]');
  const line = `.jam-line:has(strong:text-is("${kJammedStreet}"))`;
  await page.waitForSelector(line);
  const button = await page.$(line);
  const before = await button.textContent();
  await setSpeed(server, kJammedStreet, 5);
  await until('its numbers have changed', async () => (await button.textContent()) !== before);
  expect(await button.evaluate((one) => one.isConnected), 'the button was replaced');
  await page.click('[data-testid=tab-gauges]');
});

test('tabs go by arrow keys', async ({ page }) => {
  const chosen = () => page.getAttribute('[role=tab][aria-selected=true]', 'data-testid');
  await page.focus('[data-testid=tab-gauges]');
  await page.keyboard.press('ArrowRight');
  expect((await chosen()) === 'tab-jams', await chosen());
  await page.keyboard.press('ArrowRight');
  expect((await chosen()) === 'tab-gauges', await chosen());
});

test('a thumb that misses a gauge a little still opens it', async ({ page }) => {
  await jumpTo(page, kCentre, 11);
  // A gauge with no other symbol near it.
  const gauge = await page.evaluate(() => {
    const { map } = window.citylayers;
    const found = map.queryRenderedFeatures({ layers: ['gauge', 'alert'] }).map((feature) => ({
      station: feature.properties.station,
      ...map.project(feature.geometry.coordinates),
    }));
    const alone = (one) =>
      found.every(
        ({ station, x, y }) => station === one.station || Math.hypot(x - one.x, y - one.y) > 60,
      );
    const free = (one) => document.elementFromPoint(one.x - 14, one.y + 10) === map.getCanvas();
    return found.find((one) => one.station && alone(one) && free(one));
  });
  if (!gauge) return skip('no gauge stands alone');
  await page.mouse.click(gauge.x - 14, gauge.y + 10);
  const name = await page.evaluate(() => document.querySelector('.reading .station').textContent);
  expect(await page.isVisible(`.stations button[aria-pressed=true]:text-is("${name}")`), name);
  const label = await page.evaluate(
    (station) =>
      window.citylayers.map
        .queryRenderedFeatures({ layers: ['gauge'] })
        .find((feature) => feature.properties.station === station).properties.label,
    gauge.station,
  );
  expect(label.startsWith(name), `tapped ${label}, opened ${name}`);
  await jumpTo(page, kCentre, kCityZoom);
});

test('nothing on the page fails the accessibility rules of WCAG 2.2 AA', async ({ page }) => {
  // Not addScriptTag: the page's policy forbids foreign scripts, as it should.
  await page.evaluate(axeSource());
  const violations = await page.evaluate(async () => {
    const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
    const result = await window.axe.run(document, { runOnly: rules });
    return result.violations.map(
      (v) =>
        `${v.id}: ${v.nodes
          .slice(0, 3)
          .map((n) => n.html.slice(0, 160))
          .join(' | ')}`,
    );
  });
  expect(violations.length === 0, violations.join('\n'));
});

test('the page comes back by itself when the server does', async (context) => {
  const { page, server } = context;
  if (!server) return noControl;
  const marker = await page.evaluate(() => (window.marker = Math.random()));
  const snapshots = await page.evaluate(() => window.citylayers.stats().snapshots);
  await server.kill();
  await until('the page shows that the connection is lost', async () =>
    (await text(page, 'connection')).includes('mất kết nối'),
  );
  await screenshot(context, 'booth-connection-lost');
  await server.resume();
  await server.driveClock(server.cityTimeMs() + 5000);
  await until('the page is live again', async () =>
    (await text(page, 'connection')).includes('trực tiếp'),
  );
  await until('data flow again', () =>
    page.evaluate(
      (n) => window.citylayers.stats().snapshots + window.citylayers.stats().deltas > n,
      snapshots,
    ),
  );
  expect((await page.evaluate(() => window.marker)) === marker, 'the page was reloaded');
  const [segment] = await setSpeed(server, kJammedStreet, 2);
  const { lonDeg, latDeg } = segment.geometry.points[0];
  await jumpTo(page, [lonDeg, latDeg], 15);
  await until(
    'traffic is lit again',
    async () => (await probe(page, [lonDeg, latDeg], 40)).warm > 40,
  );
});

test('on a phone everything has its place', async ({ browser, url }) => {
  const phone = await openPage(browser, url, kPhone);
  const { page } = phone;
  await untilReady(page);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  expect(wide <= 0, `the page is ${wide} px wider than the phone`);
  await screenshot(phone, 'phone-night-vi');
  expect(phone.problems.length === 0, phone.problems.join('\n'));
  await page.close();
});

test('without WebGL, alerts and gauges are there, and a word about the map', async ({
  browser,
  url,
}) => {
  const { page } = await openPage(browser, url, {
    ...kDesk,
    before: () => {
      const getContext = HTMLCanvasElement.prototype.getContext;
      HTMLCanvasElement.prototype.getContext = function (type, ...rest) {
        return type.includes('webgl') ? null : getContext.call(this, type, ...rest);
      };
    },
  });
  const note = await page.waitForSelector('[data-testid=no-map]');
  expect(/bản đồ.*map/.test(await note.textContent()), 'not in both languages');
  await until('gauges are shown', async () => (await text(page, 'gauge-reading')).length > 0);
  await until('the page is live', async () => (await text(page, 'connection')) === 'trực tiếp');
  await page.close();
});

test('tiles that failed are asked for again', async ({ browser, url }) => {
  const { page } = await openPage(browser, url, {
    ...kDesk,
    before: () => {
      // The TileJSON of the sources fails at first, as behind a server that is starting.
      const fetch = window.fetch;
      window.fetch = (asked, ...rest) =>
        /tiles\/\w+\.json/.test(asked.url ?? asked) && performance.now() < 4000
          ? Promise.resolve(new Response('', { status: 503 }))
          : fetch(asked, ...rest);
    },
  });
  await until('roads are there after all', () =>
    page.evaluate(
      () => window.citylayers?.map.queryRenderedFeatures({ layers: ['road'] }).length > 0,
    ),
  );
  await page.close();
});

test('in the booth, nothing is too small to read, and no browser menu comes up', async ({
  browser,
  url,
}) => {
  const { page } = await openPage(browser, url, { ...kDesk, query: '?kiosk=1' });
  await untilReady(page);
  const small = await page.evaluate((least) => {
    const texts = [...document.querySelectorAll('#page *')].filter((element) =>
      [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim()),
    );
    return texts
      .filter((element) => element.getClientRects().length > 0)
      .filter((element) => parseFloat(getComputedStyle(element).fontSize) < least)
      .map((element) => `${element.textContent}: ${getComputedStyle(element).fontSize}`);
  }, kBoothTextPx);
  expect(small.length === 0, small.join(', '));
  const menu = await page.evaluate(() =>
    document.body.dispatchEvent(new MouseEvent('contextmenu', { bubbles: true, cancelable: true })),
  );
  expect(!menu, "a long press opens the browser's menu");
  await page.close();
});

test('in the booth, everything to touch is large enough for a thumb', async ({ browser, url }) => {
  const { page } = await openPage(browser, url, { ...kDesk, query: '?kiosk=1' });
  await untilReady(page);
  const small = await page.evaluate((least) => {
    const sized = [...document.querySelectorAll('#page button')].map((b) => [
      b,
      b.getBoundingClientRect(),
    ]);
    return sized
      .filter(
        ([b, box]) =>
          box.width > 0 &&
          !b.closest('.maplibregl-ctrl') &&
          (box.width < least || box.height < least),
      )
      .map(
        ([b, box]) =>
          `${b.className || b.textContent}: ${Math.round(box.width)}x${Math.round(box.height)}`,
      );
  }, kTouchTargetPx);
  expect(small.length === 0, small.join(', '));
  await page.close();
});

// Registered after the tests above, in this order.
await import('./map_tests.mjs');
await import('./layout_tests.mjs');
await import('./live_tests.mjs');
await import('./kiosk_tests.mjs');

const url = process.env.CITYLAYERS_URL?.replace(/\/$/, '');
const server = url ? undefined : await Server.start();
if (!url && !server) {
  console.log(`no citylayersd in ${process.env.CITYLAYERS_BIN_DIR}: tests skipped`);
  console.log('browser: 0 passed, 0 failed, 1 skipped');
  process.exit(0);
}
const context = { server, url: url ?? server.url };
context.onFailure = async (name) => {
  const file = join(
    process.env.CITYLAYERS_SCREENSHOTS,
    `failed-${name.replace(/[^a-z0-9]+/gi, '-').slice(0, 60)}.png`,
  );
  await context.page?.screenshot({ path: file }).catch(() => {});
  if (server) console.log(`     the server's log ends:\n${server.log().slice(-1500)}`);
};
// Windows left open by a test, even by a failed one, would affect the next one.
context.afterEach = async () => {
  for (const left of context.browser.contexts()) {
    if (left !== context.page?.context()) await left.close();
  }
};
let failures = 1;
try {
  context.browser = await launch();
  failures = await runTests(context);
} finally {
  await context.browser?.close();
  await server?.stop();
}
process.exit(failures > 0 ? 1 : 0);
