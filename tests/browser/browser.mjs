// Headless Chromium with WebGL in software, and what the tests ask of a page in it.

import { createRequire } from 'node:module';
import { kPatienceMs, until } from './checks.mjs';

// The page's own package has the driver; this folder needs none of its own.
const require = createRequire(new URL('../../services/web/package.json', import.meta.url));
const { chromium } = require('playwright-core');

/** The style's transitions and the fading in of names. */
const kFadeMs = 700;

const kArguments = [
  '--no-sandbox',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  '--ignore-gpu-blocklist',
  '--disable-background-networking',
  '--disable-component-update',
  '--no-first-run',
];

export async function launch() {
  return chromium.launch({ executablePath: process.env.CITYLAYERS_CHROMIUM, args: kArguments });
}

/** Source of axe-core, to be run in a page. */
export function axeSource() {
  return require('axe-core').source;
}

/**
 * A page of the booth. `problems` gathers errors and requests to anybody but the server. No motion unless
 * asked for: WebGL in software is slow enough. `before` runs in the page before its own scripts.
 */
export async function openPage(
  browser,
  url,
  { width, height, query = '', reducedMotion = 'reduce', before },
) {
  const context = await newContext(browser, { width, height, reducedMotion });
  return openWindow(context, url, { query, before });
}

/** A browser of its own: its windows share connections and workers. */
export async function newContext(browser, { width, height, reducedMotion = 'reduce' }) {
  return browser.newContext({ viewport: { width, height }, locale: 'vi-VN', reducedMotion });
}

/** One more window of a browser, as openPage. */
export async function openWindow(context, url, { query = '', before } = {}) {
  const page = await context.newPage();
  page.setDefaultTimeout(kPatienceMs);
  if (before) await page.addInitScript(before);
  const problems = [];
  page.on('pageerror', (error) => problems.push(`exception: ${error.message}`));
  // What the page's policy forbids is in the console as an error.
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(`console: ${message.text().slice(0, 300)}`);
  });
  page.on('request', (request) => {
    if (!/^(blob|data):/.test(request.url()) && !request.url().startsWith(url)) {
      problems.push(`asked a stranger: ${request.url()}`);
    }
  });
  await page.goto(`${url}/${query}`);
  return { page, problems };
}

export async function untilReady(page) {
  await until('the page is ready (map drawn, first snapshot on it)', () =>
    page.evaluate(() => window.citylayers?.ready() ?? false),
  );
}

/**
 * Waits until all tiles in view are drawn and have faded in. Not for "idle": with a change a second and
 * frames that take as long, a map in software is never idle.
 */
export async function untilDrawn(page) {
  await untilReady(page);
  await until('the tiles in view are there', () =>
    page.evaluate(() => window.citylayers.map.areTilesLoaded()),
  );
  await page.waitForTimeout(kFadeMs);
  await page.evaluate(async () => {
    const { map } = window.citylayers;
    for (let frame = 0; frame < 2; frame++) {
      const drawn = new Promise((resolve) => map.once('render', resolve));
      map.triggerRepaint();
      await drawn;
    }
  });
}

export async function jumpTo(page, [lon, lat], zoom) {
  await page.evaluate(
    ([center, at]) => window.citylayers.map.jumpTo({ center, zoom: at, pitch: 0 }),
    [[lon, lat], zoom],
  );
  await untilDrawn(page);
}

/**
 * Counts the pixels within `radius` px of a place by the family of their colour, read from the map's own
 * canvas right after it was drawn: "warm" is a lit traffic line, "cool" flood water (brighter and bluer
 * than the river), "other" the rest.
 */
export async function probe(page, [lon, lat], radius) {
  return page.evaluate(
    ([place, r]) =>
      new Promise((resolve) => {
        const { map } = window.citylayers;
        map.once('render', () => {
          const canvas = map.getCanvas();
          const gl = canvas.getContext('webgl2') ?? canvas.getContext('webgl');
          const scale = canvas.width / canvas.clientWidth;
          const at = map.project(place);
          const side = Math.round(2 * r * scale);
          const pixels = new Uint8Array(side * side * 4);
          gl.readPixels(
            Math.round((at.x - r) * scale),
            Math.round(canvas.height - (at.y + r) * scale),
            side,
            side,
            gl.RGBA,
            gl.UNSIGNED_BYTE,
            pixels,
          );
          const counts = { warm: 0, cool: 0, other: 0 };
          for (let i = 0; i < pixels.length; i += 4) {
            const [red, green, blue] = pixels.subarray(i, i + 3);
            if (red > 150 && red > blue + 60 && red >= green) counts.warm++;
            else if (blue > 95 && blue > red + 25) counts.cool++;
            else counts.other++;
          }
          resolve(counts);
        });
        map.triggerRepaint();
      }),
    [[lon, lat], radius],
  );
}
