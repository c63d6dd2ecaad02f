// The city clock, extrapolated between updates: the page shows every second without a request for each.

import type { CityClock as Message } from './connect/messages.js';

/** Beyond this difference from the server's Date header the page's own wall clock is not trusted. */
const kWallSkewMaxMs = 2500;

/** Time past its hold time after which a clock counts as held. */
const kHoldToleranceMs = 4000;

export interface ClockState {
  replay: boolean;
  cityTimeMs: number;
  /** By the page's wall clock. */
  asOfMs: number;
  speed: number;
  /** Maximum city time; Infinity when none is given. */
  holdMs: number;
  held: boolean;
  scenario: string;
}

/**
 * Reads a clock message. `serverTimeMs` is the server's wall clock at about the page's `nowMs` (NaN when unknown), so
 * that a booth whose own clock is wrong still shows the city's time. Undefined: unusable.
 */
export function readClock(
  message: Message | undefined,
  serverTimeMs: number,
  nowMs: number,
): ClockState | undefined {
  const cityTimeMs = Date.parse(message?.cityTime ?? '');
  if (!message || Number.isNaN(cityTimeMs)) return undefined;
  const skewMs = serverTimeMs - nowMs;
  const ourSkewMs = Math.abs(skewMs) > kWallSkewMaxMs ? skewMs : 0;
  const asOfMs = Date.parse(message.asOfTime ?? '');
  const holdMs = Date.parse(message.holdTime ?? '');
  return {
    replay: message.mode === 'CLOCK_MODE_REPLAY',
    cityTimeMs,
    asOfMs: Number.isNaN(asOfMs) ? nowMs : asOfMs - ourSkewMs,
    speed: message.speed || 1,
    holdMs: Number.isNaN(holdMs) ? Infinity : holdMs,
    held: message.held ?? false,
    scenario: message.scenario ?? '',
  };
}

/** City time at `nowMs` of the page's wall clock. */
export function cityTimeAt(state: ClockState, nowMs: number): number {
  if (state.held) return state.cityTimeMs;
  const elapsedMs = Math.max(0, nowMs - state.asOfMs);
  return Math.min(
    state.cityTimeMs + state.speed * elapsedMs,
    Math.max(state.holdMs, state.cityTimeMs),
  );
}

/** Holds the last clock message. Without one, the city time is the wall time. */
export class CityClock {
  private state: ClockState | undefined;
  /** The page's wall clock at the last message; 0: none yet. */
  updatedMs = 0;

  update(message: Message | undefined, serverTimeMs: number, nowMs = Date.now()): void {
    this.state = readClock(message, serverTimeMs, nowMs) ?? this.state;
    this.updatedMs = nowMs;
  }

  get known(): boolean {
    return this.state !== undefined;
  }

  get replay(): boolean {
    return this.state?.replay ?? false;
  }

  /**
   * True when a replay is held because its driver has stopped. The driver moves the hold time every second and the page
   * polls every few seconds, so that a moment past it does not count.
   */
  held(nowMs = Date.now()): boolean {
    if (!this.state?.replay) return false;
    const { held, holdMs, cityTimeMs, asOfMs, speed } = this.state;
    const holdReachedMs = asOfMs + (holdMs - cityTimeMs) / speed;
    return held || nowMs > holdReachedMs + kHoldToleranceMs;
  }

  get speed(): number {
    return this.state?.speed ?? 1;
  }

  now(nowMs = Date.now()): number {
    return this.state ? cityTimeAt(this.state, nowMs) : nowMs;
  }
}
