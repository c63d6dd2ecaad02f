// Layout tests: on no screen size do elements overlap, leave the screen or get cut off.

import { newContext, openPage, openWindow, untilReady } from './browser.mjs';
import { expect, test, until } from './checks.mjs';
import { kDesk } from './visit.mjs';

const kSizes = [
  [320, 568],
  [360, 640],
  [390, 844],
  [430, 932],
  [568, 320],
  [844, 390],
  [600, 960],
  [768, 1024],
  [860, 700],
  [861, 700],
  [1024, 600],
  [1024, 768],
  [1100, 800],
  [1101, 800],
  [1280, 600],
  [1280, 720],
  [1281, 720],
  [1366, 768],
  [1440, 900],
  [1441, 900],
  [1536, 864],
  [1920, 1080],
  [2560, 1080],
  [2560, 1440],
  [3440, 1440],
  [3840, 2160],
  [1080, 1920],
  [2160, 3840],
];
/** Minimum text height on a booth, as a share of the screen's height. */
const kBoothTextShare = 0.014;

/** Runs in the page: lists elements that overlap, are out of sight or are cut off. */
function faults() {
  const parts = {
    bar: '.bar',
    badges: '.badges',
    caption: '.caption',
    alerts: '.alerts-panel',
    legend: '.legend',
    water: '.water-panel',
    card: '.street-card',
    buttons: '.map-buttons',
    tabs: '.phone-tabs',
    sources: '.maplibregl-ctrl-attrib',
  };
  const boxes = Object.entries(parts).flatMap(([name, selector]) => {
    const element = document.querySelector(selector);
    const box = element?.getBoundingClientRect();
    return box && box.width > 0 && box.height > 0 ? [{ name, element, box }] : [];
  });
  const found = [];
  for (const { name, box } of boxes) {
    const out = box.left < -0.5 || box.top < -0.5;
    if (out || box.right > innerWidth + 0.5 || box.bottom > innerHeight + 0.5)
      found.push(`${name} is out of sight: ${[box.left, box.top, box.right, box.bottom].map(Math.round)}`);
    if (box.width < 40 && name !== 'sources') found.push(`${name} is ${box.width} px wide`);
  }
  for (const [i, a] of boxes.entries()) {
    for (const b of boxes.slice(i + 1)) {
      if (a.element.contains(b.element) && b.name !== 'badges') continue;
      if (a.name === 'bar' && b.name === 'badges') continue;
      const width = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left);
      const height = Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top);
      if (width > 0.5 && height > 0.5)
        found.push(`${a.name} lies on ${b.name} by ${Math.round(width)} x ${Math.round(height)} px`);
    }
  }
  // Within the bar: title, clock and switches are side by side.
  const inBar = [...document.querySelectorAll('.bar h1, .bar .now > *, .switches button')]
    .map((element) => ({ element, box: element.getBoundingClientRect() }))
    .filter(({ box }) => box.width > 0);
  for (const [i, a] of inBar.entries()) {
    for (const b of inBar.slice(i + 1)) {
      const width = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left);
      const height = Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top);
      if (width > 1 && height > 3)
        found.push(`in the bar "${a.element.textContent}" lies on "${b.element.textContent}"`);
    }
  }
  for (const selector of ['.legend li', '.phone-tabs button', '.reading', '.tabs button']) {
    for (const element of document.querySelectorAll(selector)) {
      if (element.clientWidth > 0 && element.scrollWidth > element.clientWidth + 1)
        found.push(`"${element.textContent}" is cut off`);
    }
  }
  const wide = document.documentElement.scrollWidth - innerWidth;
  if (wide > 0) found.push(`the page is ${wide} px too wide`);
  return found;
}

/** Fills the page with all elements that can be visible together. */
async function fill(page) {
  await page.evaluate(() => {
    const caption = document.querySelector('.caption');
    caption.textContent = 'Mực nước tại Nhà Bè lên báo động III, đường Huỳnh Tấn Phát ngập sâu';
    const card = document.querySelector('.street-card');
    card.querySelector('h2').textContent = 'Cao tốc Thành phố Hồ Chí Minh – Long Thành – Dầu Giây';
    card.lastElementChild.innerHTML =
      '<p>kẹt cứng · 3 km/h</p><p>ngập sâu · nước sâu 62 cm</p><dl><dt>Xe máy</dt><dd>không đi được' +
      '</dd><dt>Xe buýt, xe tải</dt><dd>không đi được</dd></dl><p>cập nhật 12 giây trước</p>';
    caption.hidden = card.hidden = false;
  });
}

const settled = (page) =>
  page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));

test('nothing lies on anything else, from 320 to 3840 px', async ({ browser, url }) => {
  const context = await newContext(browser, kDesk);
  // The map is the same at every size; without it the largest sizes are laid out as fast as the others.
  const before = () => {
    const getContext = HTMLCanvasElement.prototype.getContext;
    HTMLCanvasElement.prototype.getContext = function (type, ...rest) {
      return type.includes('webgl') ? null : getContext.call(this, type, ...rest);
    };
  };
  const wrong = [];
  for (const query of ['', '?lang=en', '?kiosk=1']) {
    const { page } = await openWindow(context, url, { query, before });
    await page.waitForSelector('[data-testid=no-map]');
    await page.evaluate(() => document.querySelector('[data-testid=no-map]').remove());
    await page.evaluate(() => (document.querySelector('.map-buttons').hidden = false));
    await until('the gauges are there', () => page.isVisible('.gauges .reading, .phone-tabs'));
    for (const [width, height] of kSizes) {
      await page.setViewportSize({ width, height });
      await fill(page);
      const tabs = (await page.isVisible('.phone-tabs')) ? 4 : 1;
      for (let tab = 0; tab < tabs; tab++) {
        if (tabs > 1) {
          const button = page.locator('.phone-tabs button').nth(tab);
          if ((await button.getAttribute('aria-pressed')) !== 'true') await button.click();
        }
        await settled(page);
        for (const fault of await page.evaluate(faults))
          wrong.push(`${width}x${height} ${query} ${tabs > 1 ? `tab ${tab}` : ''}: ${fault}`);
      }
    }
    await page.close();
  }
  await context.close();
  expect(wrong.length === 0, `${wrong.length} faults\n${wrong.slice(0, 40).join('\n')}`);
});

test('the sources of the map stay in sight, beside everything else', async ({ browser, url }) => {
  const wrong = [];
  const { page } = await openPage(browser, url, kDesk);
  await untilReady(page);
  for (const [width, height] of [
    [320, 568],
    [390, 844],
    [844, 390],
    [1024, 768],
    [1366, 768],
    [1440, 900],
  ]) {
    await page.setViewportSize({ width, height });
    await fill(page);
    await settled(page);
    const sources = await page.evaluate(() => {
      const box = document.querySelector('.maplibregl-ctrl-attrib').getBoundingClientRect();
      const at = document.elementFromPoint(box.right - 10, box.top + box.height / 2);
      return at?.closest('.maplibregl-ctrl-attrib') ? '' : `covered by ${at?.className}`;
    });
    if (sources) wrong.push(`${width}x${height}: sources ${sources}`);
    for (const fault of await page.evaluate(faults)) wrong.push(`${width}x${height}: ${fault}`);
  }
  await page.context().close();
  expect(wrong.length === 0, wrong.join('\n'));
});

test('in the booth text is at least 1.4 % of the height, on a wall of 3840 px too', async ({
  browser,
  url,
}) => {
  const context = await newContext(browser, kDesk);
  const { page } = await openWindow(context, url, { query: '?kiosk=1' });
  await untilReady(page);
  for (const [width, height] of [
    [1920, 1080],
    [3840, 2160],
  ]) {
    await page.setViewportSize({ width, height });
    const small = await page.evaluate((least) => {
      const leaf = [...document.querySelectorAll('#page *')].filter(
        (element) =>
          element.getClientRects().length > 0 &&
          !element.closest('svg') &&
          [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim()),
      );
      return leaf
        .filter((element) => parseFloat(getComputedStyle(element).fontSize) < least - 0.01)
        .map((element) => `${element.textContent}: ${getComputedStyle(element).fontSize}`);
    }, height * kBoothTextShare);
    expect(small.length === 0, `${width}x${height}: ${small.slice(0, 8).join(', ')}`);
  }
  await context.close();
});

test("the page's policy allows nothing inline and no data: or blob:", async ({ url }) => {
  const policy = (await fetch(`${url}/`)).headers.get('content-security-policy') ?? '';
  expect(/default-src 'self'/.test(policy), policy);
  expect(!/unsafe|data:|blob:/.test(policy), policy);
});
