// The kiosk (services/web/kiosk) in front of the server: every fault of its picture is repaired without a hand. It runs with
// its own Chromium, because it controls it over pipes; the tests cause the faults through a debugging port.

import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectTo } from './browser.mjs';
import { expect, skip, test, until } from './checks.mjs';
import { freePort } from './server.mjs';
import { noControl } from './visit.mjs';

const kWeb = new URL('../../services/web', import.meta.url).pathname;
const kProgram = join(kWeb, 'dist-kiosk/citylayers-kiosk.mjs');
/** From a fault to a picture with live data. */
const kBackMs = 10_000;
const kOutageMs = 20_000;
const kHeapMib = 300;
const kSoftware = ['--no-sandbox', '--use-angle=swiftshader', '--enable-unsafe-swiftshader', '--ignore-gpu-blocklist'];
const kFlags = [
  '--headless=new',
  ...kSoftware,
  '--window-size=800,600',
  '--force-prefers-reduced-motion',
];

class KioskProgram {
  /** Starts it; `notify`: a stand-in for systemd-notify writes its messages to a file. */
  static async start(serverUrl, more = []) {
    const kiosk = new KioskProgram();
    kiosk.folder = mkdtempSync(join(tmpdir(), 'citylayers-kiosk-'));
    kiosk.messages = join(kiosk.folder, 'messages');
    writeFileSync(join(kiosk.folder, 'systemd-notify'), `#!/bin/sh\necho "$1" >>${kiosk.messages}\n`, { mode: 0o755 });
    const [port, debugging] = [await freePort(), await freePort()];
    Object.assign(kiosk, { port, debugging, log: '' });
    const args = [kProgram, '--server', serverUrl, '--listen', `127.0.0.1:${port}`, '--web', join(kWeb, 'dist')];
    args.push('--profile', join(kiosk.folder, 'profile'), '--heap-mib', `${kHeapMib}`);
    args.push('--browser', process.env.CITYLAYERS_CHROMIUM, ...more);
    args.push('--', ...kFlags, `--remote-debugging-port=${debugging}`);
    kiosk.child = spawn(process.execPath, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, PATH: `${kiosk.folder}:${process.env.PATH}`, NOTIFY_SOCKET: 'stand-in' },
    });
    for (const stream of [kiosk.child.stdout, kiosk.child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => (kiosk.log += text));
    }
    kiosk.ended = new Promise((resolve) => kiosk.child.once('exit', (code) => resolve(code)));
    process.on('exit', () => kiosk.child.kill('SIGKILL'));
    return kiosk;
  }

  /** The state that it answers; undefined before it listens. */
  async state() {
    const reply = await fetch(`http://127.0.0.1:${this.port}/kiosk/state`).catch(() => undefined);
    return reply?.json();
  }

  /** The messages to systemd so far. */
  told() {
    return existsSync(this.messages) ? readFileSync(this.messages, 'utf8').trim().split('\n') : [];
  }

  /** Waits until the picture is shown and drawn with data of the server, and returns the time since `startMs`. */
  async live(startMs) {
    let state;
    let page;
    const isLive = async () => {
      state = await this.state();
      if (state?.finding?.shown !== 'picture') return false;
      page = await this.inPage(() => {
        const { map, stats } = window.citylayers;
        const roads = map.queryRenderedFeatures({ layers: ['road'] }).length;
        return { roads, snapshots: stats().snapshots, connection: document.documentElement.dataset.connection };
      }).catch((error) => ({ error: error.message }));
      return page.roads > 0 && page.snapshots > 0 && page.connection === 'live';
    };
    await until('the picture is live', isLive).catch((error) => {
      throw new Error([error.message, JSON.stringify(state), JSON.stringify(page), this.log.slice(-1500)].join('\n'));
    });
    return Date.now() - startMs;
  }

  /** Runs a function in the booth page. */
  async inPage(body, argument) {
    return this.withPage((page) => {
      const frame = page.frames().find((one) => one !== page.mainFrame() && !one.url().includes('/kiosk/'));
      if (!frame) throw new Error('there is no booth page');
      return frame.evaluate(body, argument);
    });
  }

  /** Calls `body` with the supervisor page, over a new connection: a former one may be to a page that crashed. */
  async withPage(body) {
    const browser = await connectTo(`http://127.0.0.1:${this.debugging}`);
    try {
      return await body(browser.contexts()[0].pages()[0]);
    } finally {
      await browser.close();
    }
  }

  /** Kills the processes that draw pages. */
  killRenderers() {
    const own = `--user-data-dir=${join(this.folder, 'profile')}`;
    let killed = 0;
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      try {
        const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
        if (!line.includes('--type=renderer') || !line.includes(own)) continue;
        process.kill(Number(pid), 'SIGKILL');
        killed++;
      } catch {
        // It has ended.
      }
    }
    return killed;
  }

  async stop() {
    this.child.kill('SIGTERM');
    const code = await this.ended;
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
    return code;
  }
}

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

test('kiosk: repairs a killed renderer, a lost context, a frozen page, a full heap', async ({ server }) => {
  if (!server) return noControl;
  return withKiosk(server, async (kiosk) => {
    let startMs = Date.now();
    expect(kiosk.killRenderers() > 0, 'a renderer was killed');
    await until('the kiosk has noticed', async () => (await kiosk.state()).repairs.open === 1);
    back('killed renderer', await kiosk.live(startMs));

    const mark = () => kiosk.inPage(() => (window.marked = true));
    const isNew = () => kiosk.inPage(() => !window.marked).catch(() => false);
    await mark();
    startMs = Date.now();
    await kiosk.inPage(() => {
      const gl = window.citylayers.map.getCanvas().getContext('webgl2');
      gl.getExtension('WEBGL_lose_context').loseContext(); // and never restored
    });
    await until('the supervisor has loaded the page again', isNew);
    back('lost graphics context', await kiosk.live(startMs));

    startMs = Date.now();
    await kiosk.inPage(() => void setTimeout(() => { for (;;); }));
    await until('the kiosk has noticed', async () => (await kiosk.state()).repairs.kill === 1);
    back('frozen page', await kiosk.live(startMs));

    await mark();
    startMs = Date.now();
    await kiosk.inPage(() => {
      window.hoard = [];
      setInterval(() => window.hoard.push(new Array(2e6).fill(Math.random())), 50);
    });
    await until('the supervisor has loaded the page again', isNew);
    back('full heap', await kiosk.live(startMs));
    await until('the heap is small again', async () => (await kiosk.state()).finding.heapBytes < kHeapMib * 2 ** 20);

    const told = kiosk.told();
    expect(told[0] === 'READY=1' && told.includes('WATCHDOG=1'), told.join());
  });
});

test('kiosk: survives an outage of the server, and a browser that ends', async ({ server }) => {
  if (!server) return noControl;
  return withKiosk(server, async (kiosk) => {
    await server.kill();
    const endMs = Date.now() + kOutageMs;
    await until('it covers the picture', async () => (await kiosk.state()).finding.shown === 'no-server');
    await until('the outage is over', () => Date.now() >= endMs);
    await server.resume();
    back('server gone for 20 s', await kiosk.live(Date.now()));

    const startMs = Date.now();
    await kiosk.withPage((page) => page.context().browser().newBrowserCDPSession().then((cdp) => cdp.send('Browser.close')));
    await until('the browser is another one', () => kiosk.log.includes('started again'));
    back('closed browser', await kiosk.live(startMs));
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
