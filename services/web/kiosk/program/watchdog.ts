// Decides from what the browser answers whether the picture lives, and what to do if not. Pure logic; times are those of one
// monotonic clock, in milliseconds.

import type { Report } from '../page/main.js';

/** One look into the browser: the supervisor's report, or why there is none. */
export type Finding = Report | 'crashed' | 'frozen' | 'elsewhere';

/**
 * `feed`: all is well, tell systemd; `wait`: not yet; `open`: open the supervisor page; `kill`: kill the processes of the
 * page, then open it; `relaunch`: start another browser.
 */
export type Action = 'feed' | 'wait' | 'open' | 'kill' | 'relaunch';

/** Each pulse of the page requests a frame; a reload by the supervisor takes some seconds. */
const kFramesMs = 15_000;
/** Time for a page to appear after it was opened. */
const kOpenMs = 10_000;
/**
 * A page that does not answer for this time is frozen; the longer one while it is being opened, when a weak machine is busy.
 * Both double with each kill that did not help, so that a machine which is only slow is left in peace.
 */
const kFrozenMs = 3000;
const kFrozenOpeningMs = 10_000;
const kFrozenMsMax = 60_000;
/** The supervisor repairs what it can within this time; then the browser itself is replaced. */
const kRepairMs = 90_000;
/** A browser that cannot draw a map: its graphics process has ended too often. */
const kNoMapMs = 60_000;
/** Where another browser did not help there may be no graphics at all, and the page is shown without a map. */
const kNoMapPauseMs = 600_000;

export class Watchdog {
  private frames = -1;
  private framesMs: number;
  private openedMs: number;
  private shownMs: number;
  private shown = '';
  /** Kills since the picture lived. */
  private kills = 0;
  private noMapMs: number | undefined;
  private noMapRelaunchMs = -Infinity;

  constructor(nowMs: number) {
    this.framesMs = this.openedMs = this.shownMs = nowMs;
  }

  decide(finding: Finding, nowMs: number): Action {
    if (typeof finding === 'string') {
      this.shown = '';
      if (finding === 'frozen') return this.opened('kill', nowMs);
      if (finding === 'crashed') return this.opened('open', nowMs);
      return nowMs - this.openedMs > kOpenMs ? this.opened('open', nowMs) : 'wait';
    }
    const { shown, frames, canDraw, serverUp } = finding;
    if (frames !== this.frames) this.framesMs = nowMs;
    this.frames = frames;
    const state = `${shown} ${serverUp}`;
    if (state !== this.shown) this.shownMs = nowMs;
    this.shown = state;
    if (canDraw) this.noMapMs = undefined;
    else this.noMapMs ??= nowMs;

    if (shown === 'no-server') return 'feed'; // for as long as it takes: another browser would not help
    if (shown !== 'picture') {
      if (serverUp && nowMs - this.shownMs > kRepairMs) return this.relaunched(nowMs);
      return 'feed';
    }
    if (this.noMapMs !== undefined) {
      const late = nowMs - this.noMapMs > kNoMapMs;
      if (!late || nowMs - this.noMapRelaunchMs < kNoMapPauseMs) return 'feed';
      this.noMapRelaunchMs = nowMs;
      return this.relaunched(nowMs);
    }
    if (nowMs - this.framesMs > kFramesMs) return this.opened('open', nowMs);
    if (nowMs - this.openedMs > kOpenMs) this.kills = 0;
    return 'feed';
  }

  /** Time that the page has to answer. */
  frozenMs(nowMs: number): number {
    const firstMs = nowMs - this.openedMs < kOpenMs ? kFrozenOpeningMs : kFrozenMs;
    return Math.min(firstMs * 2 ** Math.max(0, this.kills - 1), kFrozenMsMax);
  }

  private opened(action: 'open' | 'kill', nowMs: number): Action {
    this.openedMs = this.framesMs = nowMs;
    if (action === 'kill') this.kills++;
    return action;
  }

  /** Another browser has been started, for this reason or because the former one ended. */
  relaunched(nowMs: number): Action {
    this.openedMs = this.framesMs = this.shownMs = nowMs;
    this.shown = '';
    this.noMapMs = undefined;
    return 'relaunch';
  }
}
