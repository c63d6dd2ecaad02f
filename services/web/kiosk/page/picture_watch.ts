// Judges one embedded booth page by its pulses: whether a viewer sees a live picture, what to show meanwhile, and when to
// load the page again. Pure logic; times are those of one monotonic clock, in milliseconds.

import type { Pulse } from '../../src/pulse.js';

/** `picture`: the page itself; otherwise a screen over it. */
export type Shown = 'picture' | 'starting' | 'no-server' | 'restoring';

/** Why the page has to be loaded again; `first`: it was not loaded yet. */
export type Fault = 'first' | 'silent' | 'context' | 'frames' | 'map' | 'heap' | 'age';

export interface Limits {
  /** Heap above which an idle page is loaded again; half as much again also interrupts a visitor. */
  heapBytesMax: number;
  /** Age above which an idle page is loaded again: a bound for leaks that no number shows. */
  ageMsMax: number;
}

export interface Judgement {
  shown: Shown;
  /** Load the page now, for this reason. */
  load?: Fault;
}

/** Without a pulse for this time the page does not run. */
const kSilentMs = 4000;
/** Time that the first pulse may take: a slow machine that starts. */
const kFirstPulseMs = 20_000;
/** The map restores a lost context itself within a second, or does not. */
const kContextMs = 3000;
/** Each pulse requests a frame. */
const kFramesMs = 5000;
/** A page whose server answers has a map after this time. */
const kMapMs = 40_000;
/** The page shows for itself that the connection is lost, and the age of its data; after this time it is covered. */
const kConnectionMs = 15_000;
const kIdleMs = 30_000;
/** After a load for its sake: the memory of the former page, in the same process, is free some time later. */
const kHeapMs = 30_000;
/** Pause between loads that did not help: doubled each time. */
const kPauseMs = 8000;
const kPauseMsMax = 60_000;
/** A picture that has lived for this time has recovered. */
const kRecoveredMs = 10_000;

export class PictureWatch {
  private loadedMs: number | undefined;
  private pulse: Pulse | undefined;
  private pulseMs = 0;
  /** Start of the present value of each: a new frame, a state of the map, a state of the connection. */
  private framesMs = 0;
  private mapMs = 0;
  private connectionMs = 0;
  /** Loads since the picture lived. */
  private loads = 0;
  private goodMs: number | undefined;
  /** The latest load because of the heap. */
  private heapMs = -Infinity;

  constructor(private readonly limits: Limits) {}

  /** The page begins to load, for this reason. */
  loading(fault: Fault, nowMs: number): void {
    if (fault === 'heap') this.heapMs = nowMs;
    this.loadedMs = this.pulseMs = this.framesMs = this.mapMs = this.connectionMs = nowMs;
    this.pulse = undefined;
    this.goodMs = undefined;
    this.loads++;
  }

  received(pulse: Pulse, nowMs: number): void {
    if (pulse.frames !== this.pulse?.frames) this.framesMs = nowMs;
    if (pulse.map !== this.pulse?.map) this.mapMs = nowMs;
    if (pulse.connection !== this.pulse?.connection) this.connectionMs = nowMs;
    this.pulse = pulse;
    this.pulseMs = nowMs;
  }

  /** For `ms` this page did not run itself: what happened then cannot be judged. */
  skip(ms: number): void {
    this.pulseMs += ms;
    this.framesMs += ms;
    this.mapMs += ms;
    this.connectionMs += ms;
  }

  get frames(): number {
    return this.pulse?.frames ?? 0;
  }

  get heapBytes(): number {
    return this.pulse?.heapBytes ?? 0;
  }

  /** False while the browser cannot draw a map at all: loading the page again does not help. */
  get canDraw(): boolean {
    return this.pulse?.map !== 'none';
  }

  judge(serverUp: boolean, nowMs: number): Judgement {
    const meanwhile = serverUp ? 'restoring' : 'no-server';
    const fault = this.fault(serverUp, nowMs);
    if (fault) {
      this.goodMs = undefined;
      const kept = fault === 'heap' || fault === 'age'; // the picture is alive until it is loaded again
      if (!serverUp) return { shown: kept ? 'picture' : 'no-server' };
      if (this.paused(nowMs)) return { shown: kept ? 'picture' : meanwhile };
      return { shown: fault === 'first' ? 'starting' : meanwhile, load: fault };
    }
    if (!this.pulse || this.pulse.map === 'starting') {
      return { shown: serverUp ? 'starting' : 'no-server' };
    }
    if (this.pulse.connection === 'lost' && nowMs - this.connectionMs > kConnectionMs) {
      return { shown: 'no-server' };
    }
    if (this.pulse.map === 'lost') return { shown: 'restoring' };
    this.goodMs ??= nowMs;
    if (nowMs - this.goodMs >= kRecoveredMs) this.loads = 0;
    return { shown: 'picture' };
  }

  private fault(serverUp: boolean, nowMs: number): Fault | undefined {
    if (this.loadedMs === undefined) return 'first';
    if (!this.pulse) return nowMs - this.pulseMs > kFirstPulseMs ? 'silent' : undefined;
    if (nowMs - this.pulseMs > kSilentMs) return 'silent';
    const { map, heapBytes, idleMs } = this.pulse;
    if (map === 'lost' && nowMs - this.mapMs > kContextMs) return 'context';
    if (map === 'drawn' && nowMs - this.framesMs > kFramesMs) return 'frames';
    if (map === 'starting' && serverUp && nowMs - this.mapMs > kMapMs) return 'map';
    const idle = idleMs >= kIdleMs;
    const { heapBytesMax, ageMsMax } = this.limits;
    const ageMs = nowMs - this.loadedMs;
    const full = heapBytes > heapBytesMax && (idle || heapBytes > 1.5 * heapBytesMax);
    if (full && nowMs - this.heapMs > kHeapMs) return 'heap';
    if (ageMs > ageMsMax && idle) return 'age';
    return undefined;
  }

  private paused(nowMs: number): boolean {
    if (this.loadedMs === undefined || this.loads <= 1) return false;
    const pauseMs = Math.min(kPauseMs * 2 ** (this.loads - 2), kPauseMsMax);
    return nowMs - this.loadedMs < pauseMs;
  }
}
