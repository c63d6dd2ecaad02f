// Headless Chromium with WebGL in software, and helpers of the tests for a page in it.

import { createRequire } from 'node:module';
import { kPatienceMs, until } from './checks.mjs';

// The driver is in the page's own package; this folder has no package.
const require = createRequire(new URL('../../services/web/package.json', import.meta.url));
const { chromium } = require('playwright-core');

/** Duration of the style's transitions and of the fading in of names. */
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

/** @param args further ones of the command line */
export async function launch(args = []) {
  const executablePath = process.env.CITYLAYERS_CHROMIUM;
  return chromium.launch({ executablePath, args: [...kArguments, ...args] });
}

/** Connects to a browser that another program runs; close() only ends the connection. */
export async function connectTo(url) {
  return chromium.connectOverCDP(url);
}

/** Source of axe-core, to be run in a page. */
export function axeSource() {
  return require('axe-core').source;
}

/**
 * Opens the booth page. `problems` collects errors and requests to other servers. Without motion by default, because
 * WebGL in software is slow. `before` runs in the page before its scripts.
 */
export async function openPage(
  browser,
  url,
  { width, height, query = '', reducedMotion = 'reduce', before },
) {
  const context = await newContext(browser, { width, height, reducedMotion });
  return openWindow(context, url, { query, before });
}

/** A separate browser: its windows share connections and workers. */
export async function newContext(browser, { width, height, reducedMotion = 'reduce' }) {
  return browser.newContext({ viewport: { width, height }, locale: 'vi-VN', reducedMotion });
}

/** Opens another window of a browser, like openPage. */
export async function openWindow(context, url, { query = '', before } = {}) {
  const page = await context.newPage();
  page.setDefaultTimeout(kPatienceMs);
  if (before) await page.addInitScript(before);
  const problems = [];
  page.on('pageerror', (error) => problems.push(`exception: ${error.message}`));
  // The browser reports violations of the page's policy as errors on the console.
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(`console: ${message.text().slice(0, 300)}`);
  });
  page.on('request', (request) => {
    if (!/^(blob|data):/.test(request.url()) && !request.url().startsWith(url)) {
      problems.push(`request to another server: ${request.url()}`);
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
 * Waits until all tiles in view are drawn and have faded in. It does not wait for "idle": with one change per second
 * and frames of about that duration, a map in software is never idle.
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
 * Counts the pixels within `radius` px of a place by colour family, read from the map's canvas right after drawing:
 * "warm" is a lit traffic line, "cool" flood water (brighter and bluer than the river), "other" the rest.
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
