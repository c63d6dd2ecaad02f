// citylayers-kiosk: runs the booth's browser, watches its picture, and feeds systemd's watchdog while it lives. See
// docs/operate/kiosk.md.

import { execFile } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Browser } from './browser.js';
import { LocalServer } from './local_server.js';
import { kUsage, readOptions, type Options } from './options.js';
import { Watchdog, type Action, type Finding } from './watchdog.js';

const kPeriodMs = 1000;
const kRestartPauseMs = 1000;
/** systemd expects a message every 30 s (WatchdogSec). */
const kFeedMs = 5000;

function readKey(file: string): string {
  if (!file) return '';
  if (statSync(file).mode & 0o077) {
    throw new Error(`--key-file ${file}: others can read it; run chmod 600 ${file}`);
  }
  return readFileSync(file, 'utf8').split('\n')[0]!.trim();
}

/** Sends a message to systemd, if it started this program. Node has no datagram sockets of that kind. */
function notify(message: string): void {
  if (!process.env['NOTIFY_SOCKET']) return;
  execFile('systemd-notify', [message], (error) => {
    if (error) console.error(`citylayers-kiosk: systemd-notify ${message}: ${error.message}`);
  });
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** The address of the supervisor page with its parameters. */
function supervisorUrl(origin: string, { views, heapMib }: Options): string {
  const query = new URLSearchParams([['heap_mib', String(heapMib)]]);
  for (const view of views) query.append('view', view);
  return `${origin}/kiosk/?${query}`;
}

class Kiosk {
  private readonly dog = new Watchdog(performance.now());
  private stopping = false;
  private fedMs = -Infinity;
  private browser: Browser | undefined;
  private last: { finding: Finding; action: Action } | undefined;
  private readonly repairs: Record<string, number> = {};

  constructor(private readonly options: Options) {}

  /** The latest finding, and how often each repair was needed. */
  state(): unknown {
    return { ...this.last, repairs: this.repairs };
  }

  /** Shows the supervisor page at `url` until stop(). */
  async run(url: string): Promise<void> {
    this.browser = this.launch(url);
    while (!this.stopping) {
      await pause(kPeriodMs);
      const browser: Browser = this.browser;
      const finding = await browser.find(this.dog.frozenMs(performance.now()));
      if (this.stopping) return;
      if (browser !== this.browser) continue;
      const action = this.dog.decide(finding, performance.now());
      this.last = { finding, action };
      if (action === 'feed') this.feed();
      if (action === 'wait' || action === 'feed') continue;
      const why = typeof finding === 'string' ? finding : `${finding.shown}, ${finding.frames} frames`;
      console.warn(`citylayers-kiosk: ${action}: ${why}`);
      this.repairs[action] = (this.repairs[action] ?? 0) + 1;
      try {
        if (action === 'kill') await browser.killPages();
        if (action === 'relaunch') await browser.end();
        else await browser.open();
      } catch (error) {
        console.warn(`citylayers-kiosk: another browser, because ${(error as Error).message}`);
        await browser.end();
      }
    }
  }

  async stop(): Promise<void> {
    this.stopping = true;
    await this.browser?.end();
  }

  private launch(url: string): Browser {
    const { browser: command, profile, flags } = this.options;
    const browser = new Browser({ command, profile, flags, url });
    void browser.ended.then(async () => {
      if (this.stopping) return;
      console.warn('citylayers-kiosk: the browser has ended, and is started again');
      await pause(kRestartPauseMs);
      if (this.stopping) return;
      this.dog.relaunched(performance.now());
      this.browser = this.launch(url);
    });
    return browser;
  }

  private feed(): void {
    const nowMs = performance.now();
    if (nowMs - this.fedMs < kFeedMs) return;
    notify(this.fedMs === -Infinity ? 'READY=1' : 'WATCHDOG=1');
    this.fedMs = nowMs;
  }
}

async function main(): Promise<void> {
  const args = process.argv.slice(2);
  if (args.includes('--help')) {
    console.log(kUsage);
    return;
  }
  const options = readOptions(args, dirname(fileURLToPath(import.meta.url)), process.env);
  const { server, web, listen } = options;
  const kiosk = new Kiosk(options);
  const state = () => kiosk.state();
  const local = new LocalServer({ server, web, key: readKey(options.keyFile), state });
  const origin = await local.listen(listen.host, listen.port);
  const url = supervisorUrl(origin, options);
  console.log(`citylayers-kiosk: ${url} shows ${server.origin}`);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      void kiosk.stop().then(() => {
        local.close();
        process.exit(0);
      });
    });
  }
  await kiosk.run(url);
}

main().catch((error: Error) => {
  console.error(`citylayers-kiosk: ${error.message}`);
  process.exit(2);
});
