// citylayers-kiosk with its own Chromium, which the program controls over pipes; the tests cause faults through a debugging port.

import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectTo } from './browser.mjs';
import { until } from './checks.mjs';
import { freePort } from './server.mjs';

export const kWeb = new URL('../../services/web', import.meta.url).pathname;
export const kProgram = join(kWeb, 'dist-kiosk/citylayers-kiosk.mjs');
export const kHeapMib = 300;
/** WebGL without hardware. */
export const kSoftware = ['--no-sandbox', '--use-angle=swiftshader', '--enable-unsafe-swiftshader', '--ignore-gpu-blocklist'];
const kFlags = ['--headless=new', ...kSoftware, '--window-size=800,600', '--force-prefers-reduced-motion'];

export class KioskProgram {
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
      throw new Error([error.message, JSON.stringify(state), JSON.stringify(page), this.reports()].join('\n'));
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

  /** What it has reported: each repair with its reason. */
  reports() {
    return this.log.split('\n').filter((line) => line.startsWith('citylayers-kiosk: ')).join('\n');
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
