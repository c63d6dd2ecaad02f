// The kiosk (services/web/kiosk) in front of the server: every fault of its picture is repaired without a hand.
//
// CITYLAYERS_KIOSK_SOAK_S=3600 runs it for that long with a fault every CITYLAYERS_KIOSK_FAULT_S (180) seconds.

import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, skip, test, until } from './checks.mjs';
import { kHeapMib, KioskProgram, kProgram, kSoftware, kWeb } from './kiosk_program.mjs';
import { freePort } from './server.mjs';
import { noControl } from './visit.mjs';

/** From a fault to a picture with live data. */
const kBackMs = 10_000;
const kOutageMs = 20_000;
const kSoakMs = 1000 * Number(process.env.CITYLAYERS_KIOSK_SOAK_S ?? 0);
const kFaultEveryMs = 1000 * Number(process.env.CITYLAYERS_KIOSK_FAULT_S ?? 180);
/** The heap of the last round of a soak over that of the first. */
const kHeapGrowthMax = 1.5;

/** Runs `body` with a kiosk whose picture is live. */
async function withKiosk(server, body, more) {
  if (!existsSync(kProgram)) return skip(`${kProgram} is not built (npm run build in services/web)`);
  const kiosk = await KioskProgram.start(server.url, more);
  try {
    await kiosk.live(Date.now());
    await body(kiosk);
  } finally {
    await kiosk.stop();
  }
}

function back(what, tookMs) {
  console.log(`     ${what}: live again after ${tookMs} ms`);
  expect(tookMs <= kBackMs, `${what}: live again after ${tookMs} ms`);
}

test('kiosk: shows its own screen before the server is there, and then the picture', async ({ server }) => {
  if (!server) return noControl;
  if (!existsSync(kProgram)) return skip('the kiosk is not built');
  await server.kill();
  const kiosk = await KioskProgram.start(server.url);
  try {
    await until('the screen is shown', async () => (await kiosk.state())?.finding?.shown === 'no-server');
    const words = await kiosk.withPage((page) => page.textContent('.cover'));
    expect(/Chưa kết nối được máy chủ/.test(words) && /The server cannot be reached/.test(words), words);
    expect(kiosk.told().includes('READY=1'), 'systemd waits for READY=1');
    await server.resume();
    back('a server that starts late', await kiosk.live(Date.now()));
    expect((await kiosk.stop()) === 0, 'SIGTERM ends it with 0');
  } finally {
    await kiosk.stop();
  }
});

const repairs = async (kiosk, action) => (await kiosk.state()).repairs[action] ?? 0;
const isNewPage = (kiosk) => kiosk.inPage(() => !window.marked).catch(() => false);

/** Causes a fault in the page, and waits until the supervisor has loaded another one. Returns the time of the fault. */
async function faultInPage(kiosk, cause) {
  await kiosk.inPage(() => (window.marked = true));
  const startMs = Date.now();
  await kiosk.inPage(cause);
  await until('the supervisor has loaded the page again', () => isNewPage(kiosk));
  return startMs;
}

/** The faults by name. Each is caused, waits until it was noticed, and returns the time from which the repair counts. */
const kFaults = {
  'killed renderer': async (kiosk) => {
    const before = await repairs(kiosk, 'open');
    const startMs = Date.now();
    expect(kiosk.killRenderers() > 0, 'a renderer was killed');
    await until('the kiosk has noticed', async () => (await repairs(kiosk, 'open')) > before);
    return startMs;
  },
  'lost graphics context': (kiosk) =>
    faultInPage(kiosk, () => {
      const gl = window.citylayers.map.getCanvas().getContext('webgl2');
      gl.getExtension('WEBGL_lose_context').loseContext(); // and never restored
    }),
  'frozen page': async (kiosk) => {
    const before = await repairs(kiosk, 'kill');
    const startMs = Date.now();
    await kiosk.inPage(() => void setTimeout(() => { for (;;); }));
    await until('the kiosk has noticed', async () => (await repairs(kiosk, 'kill')) > before);
    return startMs;
  },
  'full heap': async (kiosk) => {
    const startMs = await faultInPage(kiosk, () => {
      window.hoard = [];
      setInterval(() => window.hoard.push(new Array(2e6).fill(Math.random())), 50);
    });
    const small = async () => (await kiosk.state()).finding.heapBytes < kHeapMib * 2 ** 20;
    await until('the heap is small again', small);
    return startMs;
  },
  'server gone for 20 s': async (kiosk, server) => {
    await server.kill();
    const endMs = Date.now() + kOutageMs;
    await until('it covers the picture', async () => (await kiosk.state()).finding.shown === 'no-server');
    await until('the outage is over', () => Date.now() >= endMs);
    await server.resume();
    return Date.now();
  },
  'closed browser': async (kiosk) => {
    const count = () => kiosk.log.split('started again').length;
    const before = count();
    const startMs = Date.now();
    await kiosk.withPage(async (page) => (await page.context().browser().newBrowserCDPSession()).send('Browser.close'));
    await until('the browser is another one', () => count() > before);
    return startMs;
  },
};

test('kiosk: repairs a killed renderer, a lost context, a frozen page, a full heap, an outage, a closed browser', async ({ server }) => {
  if (!server) return noControl;
  return withKiosk(server, async (kiosk) => {
    for (const [name, fault] of Object.entries(kFaults)) back(name, await kiosk.live(await fault(kiosk, server)));
    const told = kiosk.told();
    expect(told[0] === 'READY=1' && told.includes('WATCHDOG=1'), told.join());
  });
});

test('kiosk: soak', async ({ server }) => {
  if (!server) return noControl;
  if (kSoakMs === 0) return skip('CITYLAYERS_KIOSK_SOAK_S is not set');
  return withKiosk(server, async (kiosk) => {
    const endMs = Date.now() + kSoakMs;
    const names = Object.keys(kFaults);
    const took = [];
    const heaps = [];
    for (let round = 0; Date.now() < endMs; round++) {
      const nextMs = Date.now() + kFaultEveryMs;
      const name = names[round % names.length];
      const tookMs = await kiosk.live(await kFaults[name](kiosk, server));
      console.log(`     ${name}: live again after ${tookMs} ms`);
      took.push(tookMs);
      const samples = [];
      const due = async () => {
        samples.push((await kiosk.state()).finding.heapBytes ?? 0);
        return Date.now() >= Math.min(nextMs, endMs);
      };
      await until('the next fault is due', due, kFaultEveryMs + 10_000);
      heaps.push(samples.sort((one, other) => one - other)[Math.floor(samples.length / 2)]);
    }
    console.log(kiosk.reports().replace(/^/gm, '     '));
    const late = took.filter((ms) => ms > kBackMs).length;
    // The median heap after each fault, largest of a round of all faults: the page that was loaded last differs by fault.
    const rounds = [];
    for (let i = 0; i + names.length <= heaps.length; i += names.length) rounds.push(Math.max(...heaps.slice(i, i + names.length)));
    console.log(`     ${took.length} faults, slowest ${Math.max(...took)} ms; heap by round ${rounds.join(', ')} bytes`);
    expect(late === 0, `${late} of ${took.length} faults took more than ${kBackMs} ms`);
    expect(rounds.length < 2 || rounds.at(-1) < kHeapGrowthMax * rounds[0], `the heap grew: ${rounds.join(', ')} bytes`);
  });
});

/** A user without rights: cage refuses to run as root. */
const kNobody = process.getuid() === 0 ? { uid: 65534, gid: 65534 } : {};

test('kiosk: in cage, the compositor of a booth, on a screen without hardware', async ({ server }) => {
  if (!server) return noControl;
  if (!existsSync(kProgram)) return skip('the kiosk is not built');
  if (spawnSync('cage', ['-v']).status !== 0) return skip('cage is not installed');
  const folder = mkdtempSync(join(tmpdir(), 'citylayers-kiosk-'));
  chmodSync(folder, 0o755);
  cpSync(kProgram, join(folder, 'bin/citylayers-kiosk.mjs'));
  cpSync(join(kWeb, 'dist/kiosk'), join(folder, 'web/kiosk'), { recursive: true });
  const run = join(folder, 'run');
  mkdirSync(run, { mode: 0o700 });
  if (kNobody.uid) chownSync(run, kNobody.uid, kNobody.gid);
  const port = await freePort();
  const args = [join(folder, 'bin/citylayers-kiosk.mjs'), '--server', server.url, '--listen', `127.0.0.1:${port}`];
  const child = spawn(process.execPath, [...args, '--', ...kSoftware], {
    ...kNobody,
    stdio: 'ignore',
    env: {
      PATH: process.env.PATH,
      HOME: run,
      RUNTIME_DIRECTORY: run,
      XDG_RUNTIME_DIR: run,
      WLR_BACKENDS: 'headless',
      WLR_LIBINPUT_NO_DEVICES: '1',
      WLR_RENDERER: 'pixman',
    },
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  try {
    await until('the picture is shown, and its frames rise', async () => {
      const state = await fetch(`http://127.0.0.1:${port}/kiosk/state`).then((reply) => reply.json(), () => undefined);
      return state?.finding?.shown === 'picture' && state.finding.frames > 3;
    });
  } finally {
    child.kill('SIGTERM');
    await ended;
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
});

test('kiosk: two screens have two pages, each with its language', async ({ server }) => {
  if (!server) return noControl;
  const languages = ['vi', 'en'];
  return withKiosk(
    server,
    async (kiosk) => {
      const shown = await kiosk.withPage((page) =>
        Promise.all(page.frames().slice(1).map((frame) => frame.evaluate(() => window.citylayers?.lang()))),
      );
      expect(shown.join() === languages.join(), shown.join());
    },
    languages.flatMap((language) => ['--view', `lang=${language}`]),
  );
});
