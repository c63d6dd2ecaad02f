// One Chromium in full screen, controlled over pipes.

import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import type { Report } from '../page/main.js';
import { CdpPipe, CdpTimeout } from './cdp_pipe.js';
import type { Finding } from './watchdog.js';

/** Flags of a screen without keyboard: no bubbles, no updates, no gestures that leave the page; exact heap sizes. */
const kFlags = [
  '--kiosk',
  '--noerrdialogs',
  '--disable-session-crashed-bubble',
  '--hide-crash-restore-bubble',
  '--disable-infobars',
  '--no-first-run',
  '--no-default-browser-check',
  '--disable-component-update',
  '--check-for-update-interval=31536000',
  '--disable-background-networking',
  '--disable-extensions',
  '--disable-translate',
  '--disable-features=Translate,OverscrollHistoryNavigation',
  '--disable-pinch',
  '--overscroll-history-navigation=0',
  '--autoplay-policy=no-user-gesture-required',
  '--enable-precise-memory-info',
  '--password-store=basic',
];
const kNoticedMs = 2000;

/** Marks a folder as a profile of the kiosk, which may be emptied. */
const kMark = '.citylayers-kiosk';

/**
 * Makes an empty profile: nothing of a former run can show a bubble, and nothing grows. Throws for a folder with other
 * content, which a wrong --profile would otherwise delete.
 */
export function emptyProfile(folder: string): void {
  if (existsSync(folder) && readdirSync(folder).length > 0 && !existsSync(join(folder, kMark))) {
    throw new Error(`--profile ${folder}: has files of others; choose a folder that does not exist`);
  }
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(join(folder, kMark), '');
}

export interface BrowserOptions {
  command: string[];
  profile: string;
  flags: string[];
  url: string;
}

export class Browser {
  /** Resolves when the process has ended. */
  readonly ended: Promise<void>;
  private readonly child: ChildProcess;
  private readonly cdp: CdpPipe;
  private session: string | undefined;
  private target: string | undefined;
  private crashed = false;
  private onCrash: () => void = () => {};

  constructor(private readonly options: BrowserOptions) {
    emptyProfile(options.profile);
    const [program, ...first] = options.command;
    const flags = [...kFlags, `--user-data-dir=${options.profile}`, '--remote-debugging-pipe', ...options.flags];
    this.child = spawn(program!, [...first, ...flags, options.url], {
      stdio: ['ignore', 'inherit', 'inherit', 'pipe', 'pipe'],
      detached: true, // a process group, which is killed as a whole
    });
    const [, , , out, input] = this.child.stdio;
    this.cdp = new CdpPipe(out as Writable, input as Readable);
    this.cdp.onEvent = (method, params) => {
      if (method === 'Target.targetCrashed' && params['targetId'] === this.target) {
        this.crashed = true;
        this.onCrash();
      }
      if (method === 'Target.targetDestroyed' && params['targetId'] === this.target) this.forget();
    };
    this.ended = new Promise((resolve) => {
      this.child.once('exit', () => resolve());
      this.child.once('error', (error) => {
        console.error(`citylayers-kiosk: cannot start ${program}: ${error.message}`);
        resolve();
      });
    });
  }

  /** What the supervisor page reports, or why it reports nothing. @param frozenMs time that it has to answer */
  async find(frozenMs: number): Promise<Finding> {
    try {
      await this.attach();
      if (this.crashed) return 'crashed';
      const params = {
        expression: 'globalThis.citylayersKiosk ? citylayersKiosk.report() : null',
        returnByValue: true,
      };
      // A crashed page leaves the call without an answer.
      const crash = new Promise<never>((_, reject) => (this.onCrash = () => reject(new Error('crashed'))));
      const answer = this.cdp.send('Runtime.evaluate', params, this.session, frozenMs);
      answer.catch(() => {});
      const { result } = await Promise.race([answer, crash]);
      return (result as { value?: Report | null }).value ?? 'elsewhere';
    } catch (error) {
      if (this.crashed) return 'crashed';
      if (error instanceof CdpTimeout && this.session) return 'frozen';
      this.forget();
      return 'elsewhere';
    }
  }

  /** Opens the supervisor page. */
  async open(): Promise<void> {
    this.crashed = false;
    await this.attach();
    await this.cdp.send('Page.navigate', { url: this.options.url }, this.session);
  }

  /** Kills the processes of all pages: a frozen one answers nothing else. Waits until the browser has noticed. */
  async killPages(): Promise<void> {
    const noticed = new Promise<void>((resolve) => (this.onCrash = resolve));
    const { processInfo } = await this.cdp.send('SystemInfo.getProcessInfo');
    for (const { id, type } of processInfo as { id: number; type: string }[]) {
      if (type === 'renderer') kill(id);
    }
    await Promise.race([noticed, new Promise((resolve) => setTimeout(resolve, kNoticedMs))]);
  }

  /** Ends the browser with all its processes. */
  async end(): Promise<void> {
    if (this.child.pid) kill(-this.child.pid);
    await this.ended;
  }

  private async attach(): Promise<void> {
    if (this.session) return;
    await this.cdp.send('Target.setDiscoverTargets', { discover: true });
    const { targetInfos } = await this.cdp.send('Target.getTargets');
    const page = (targetInfos as { type: string; targetId: string }[]).find(({ type }) => type === 'page');
    if (!page) throw new Error('the browser has no page yet');
    const { sessionId } = await this.cdp.send('Target.attachToTarget', {
      targetId: page.targetId,
      flatten: true,
    });
    this.target = page.targetId;
    this.session = sessionId as string;
  }

  private forget(): void {
    this.session = this.target = undefined;
    this.crashed = false;
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}
