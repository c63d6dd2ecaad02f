// Tests of taps on streets, and of a graphics context that is lost and restored.

import { jumpTo, openPage, probe, untilReady } from './browser.mjs';
import { expect, skip, test, until } from './checks.mjs';
import {
  kCentre,
  kCityZoom,
  kDesk,
  kJammedStreet,
  longestOf,
  middleOf,
  noControl,
  setSpeed,
  text,
} from './visit.mjs';

const kTaps = 10;

/**
 * Places on drawn streets, free of other elements: each on the drawn line of one street, with no other street's line
 * within reach. Computed independently of the page's code, by walking along the lines in small steps.
 */
function tapTargets(page, count) {
  return page.evaluate((wanted) => {
    const { map } = window.citylayers;
    const clearPx = 7;
    const lines = map.queryRenderedFeatures({ layers: ['traffic-line', 'road', 'road-bridge'] });
    const streets = lines
      .filter(({ geometry }) => geometry.type === 'LineString')
      .map(({ geometry, properties, layer, state }) => ({
        name: properties.name,
        traffic: layer.id === 'traffic-line',
        lit: (state.level ?? properties.level) >= 2,
        points: geometry.coordinates.map((at) => map.project(at)),
      }));
    const stepped = streets.map(({ points, ...street }) => {
      const steps = [];
      for (let i = 1; i < points.length; i++) {
        const [a, b] = [points[i - 1], points[i]];
        const count = Math.ceil(Math.hypot(b.x - a.x, b.y - a.y) / 2);
        for (let s = 0; s <= count; s++)
          steps.push({ x: a.x + ((b.x - a.x) * s) / count, y: a.y + ((b.y - a.y) * s) / count });
      }
      return { ...street, steps };
    });
    const others = (at, name) =>
      stepped.some(
        (street) =>
          street.name !== name &&
          street.steps.some((step) => Math.hypot(step.x - at.x, step.y - at.y) < clearPx),
      );
    const free = ({ x, y }) =>
      document.elementFromPoint(x, y) === map.getCanvas() &&
      map.queryRenderedFeatures(
        [
          [x - 24, y - 24],
          [x + 24, y + 24],
        ],
        { layers: ['alert', 'gauge'] },
      ).length === 0;
    const targets = [];
    const names = new Set();
    for (const { name, traffic, lit, steps } of stepped) {
      if (!traffic || !name || names.has(name)) continue;
      const at = steps.find((step) => free(step) && !others(step, name));
      if (!at) continue;
      names.add(name);
      targets.push({ ...at, name, lit });
    }
    // Dark streets among the lit ones.
    const dark = targets.filter((one) => !one.lit).slice(0, wanted / 2);
    return [...dark, ...targets.filter((one) => one.lit), ...targets]
      .filter((one, i, all) => all.indexOf(one) === i)
      .slice(0, wanted);
  }, count);
}

for (const zoom of [kCityZoom, 15.2]) {
  test(`a tap shows the street that was tapped, at zoom ${zoom}`, async ({ page, server }) => {
    if (!server) return noControl;
    await setSpeed(server, kJammedStreet, 3);
    await jumpTo(page, kCentre, zoom);
    const targets = await tapTargets(page, kTaps);
    expect(targets.length >= 5, `only ${targets.length} streets to tap`);
    const wrong = [];
    for (const { x, y, name } of targets) {
      await page.mouse.click(x, y);
      const shown = (await page.isVisible('[data-testid=street-card]'))
        ? await page.textContent('[data-testid=street-card] h2')
        : 'nothing';
      if (shown !== name) wrong.push(`${name}: ${shown}`);
    }
    console.log(`     ${targets.length - wrong.length} of ${targets.length} taps`);
    expect(wrong.length === 0, wrong.join(', '));
    await page.keyboard.press('Escape');
    expect(!(await page.isVisible('[data-testid=street-card]')), 'Escape leaves the card');
  });
}

test('a dry, jammed street has a card and stands out', async ({ page, server }) => {
  if (!server) return noControl;
  const segments = await setSpeed(server, kJammedStreet, 3);
  const place = middleOf(longestOf(segments));
  await jumpTo(page, place, 16);
  await until('the street is lit', async () => (await probe(page, place, 14)).warm > 40);
  const at = await page.evaluate((where) => window.citylayers.map.project(where), place);
  await page.mouse.click(at.x, at.y);
  const card = await until('the card is there', async () => {
    const shown = await page.isVisible('[data-testid=street-card]');
    return shown && text(page, 'street-card');
  });
  expect(card.includes(kJammedStreet), card);
  expect(/kẹt cứng|ùn ứ/.test(card) && /3 km\/h/.test(card), card);
  expect(/ngập|nước/.test(card), `nothing about water: ${card}`);
  const picked = await page.evaluate(
    () =>
      window.citylayers.map
        .queryRenderedFeatures({ layers: ['picked-segment'] })
        .filter((feature) => feature.state.picked).length,
  );
  expect(picked > 0, 'the street does not stand out');
  await page.click('[data-testid=street-card] button');
  await jumpTo(page, kCentre, kCityZoom);
});

test('a lost graphics context is told, throws nothing, and comes back', async (context) => {
  const { server, browser, url } = context;
  if (!server) return noControl;
  const segments = await setSpeed(server, kJammedStreet, 3);
  const place = middleOf(longestOf(segments));
  const { page, problems } = await openPage(browser, url, kDesk);
  await untilReady(page);
  await jumpTo(page, place, 15);
  await until('the street is lit', async () => (await probe(page, place, 14)).warm > 40);
  const can = await page.evaluate(() => {
    const canvas = window.citylayers.map.getCanvas();
    const gl = canvas.getContext('webgl2') ?? canvas.getContext('webgl');
    window.losing = gl.getExtension('WEBGL_lose_context');
    window.losing?.loseContext();
    return !!window.losing;
  });
  if (!can) return skip('this browser cannot lose a context on demand');
  await until('the page shows the note', () => page.isVisible('[data-testid=map-note]'));
  expect(/dựng lại bản đồ/.test(await text(page, 'map-note')), await text(page, 'map-note'));
  // Input and changes of the city during the loss.
  await page.mouse.move(400, 300);
  await page.mouse.click(420, 320);
  await page.mouse.wheel(0, -200);
  await page.click('[data-testid=lang-en]');
  await page.click('[data-testid=lang-vi]');
  await page.click('[data-testid=theme]');
  await setSpeed(server, kJammedStreet, 4);
  await until('the list goes on', async () => (await text(page, 'connection')) === 'trực tiếp');
  await page.waitForTimeout(1500); // several frames, beats and chevron steps
  await page.evaluate(() => window.losing.restoreContext());
  await until('the note is gone', async () => !(await page.isVisible('[data-testid=map-note]')));
  await page.click('[data-testid=theme]');
  await jumpTo(page, place, 15);
  await until('the street is lit again', async () => (await probe(page, place, 14)).warm > 40);
  const serious = problems.filter((problem) => !/WebGL|CONTEXT_LOST/i.test(problem));
  expect(serious.length === 0, serious.join('\n'));
  await page.context().close();
});
