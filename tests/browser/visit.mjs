// Shared parts of the page tests: screen sizes, places of the embedded city, and small steps.

import { join } from 'node:path';
import { jumpTo, untilDrawn } from './browser.mjs';
import { expect, skip, until } from './checks.mjs';

/** For checks: half the pixels of the booth, because WebGL in software costs time per pixel. */
export const kDesk = { width: 1280, height: 720 };
export const kBooth = { width: 1920, height: 1080 };
export const kPhone = { width: 390, height: 844 };
export const kCentre = [106.706, 10.781];
export const kCityZoom = 12.6;
export const kThaoDien = [106.7345, 10.8045];
export const kJammedStreet = 'Nguyễn Hữu Cảnh';
export const kPhuAn = 'stations/phu-an/measures/water_level';
/** Friday of the spring tide, evening rush. */
export const kEvening = Date.parse('2026-10-23T10:30:00Z');
export const kLowWaterM = -0.8;
export const kHighWaterM = 1.7;

export const noControl = skip('the server at CITYLAYERS_URL must not be controlled');

export async function text(page, id) {
  return (await page.textContent(`[data-testid=${id}]`)) ?? '';
}

export async function untilLive(page) {
  await until('the page is live', async () => (await text(page, 'connection')) === 'trực tiếp');
}

export async function screenshot({ page }, name) {
  await page.screenshot({ path: join(process.env.CITYLAYERS_SCREENSHOTS, `${name}.png`) });
}

/** A screenshot of the whole city at the booth's size. */
export async function boothScreenshot(context, name) {
  const { page } = context;
  await page.setViewportSize(kBooth);
  await jumpTo(page, kCentre, kCityZoom);
  await screenshot(context, name);
  await page.setViewportSize(kDesk);
}

export async function switchTheme(page, theme) {
  await page.click('[data-testid=theme]');
  await until(`the map has the ${theme} style`, () =>
    page.evaluate((name) => window.citylayers.map.getStyle().name.includes(name), theme),
  );
  expect((await page.getAttribute('html', 'data-theme')) === theme, `the page is not ${theme}`);
  await untilDrawn(page);
}

/** Writes a speed to every segment of a street. */
export async function setSpeed(server, street, speed) {
  const segments = await server.segments(street);
  expect(segments.length > 0, `no segments of ${street}`);
  await server.write(Object.fromEntries(segments.map((s) => [`${s.name}/measures/speed`, speed])));
  return segments;
}

/** A place within a segment, not near its ends, where other streets begin. */
export function middleOf({ geometry: { points } }) {
  const after = Math.floor(points.length / 2);
  const [a, b] = [points[after - 1], points[after]];
  return [(a.lonDeg + b.lonDeg) / 2, (a.latDeg + b.latDeg) / 2];
}

/** The longest of the segments: the least likely to consist only of a crossing. */
export function longestOf(segments) {
  return segments.reduce((a, b) => (b.lengthM > a.lengthM ? b : a));
}
