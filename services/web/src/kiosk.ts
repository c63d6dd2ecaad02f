// Kiosk mode: without input, returns to the home view, then shows the city's hot spots in turn until the next input.

import type { Point } from './connect/messages.js';

export interface Stop {
  place: Point;
  caption: string;
  zoom: number;
  /** The alert of the stop, to be opened in the list; empty: none. */
  alert: string;
}

export interface KioskOptions {
  tour: boolean;
  stops: () => Stop[];
  fly: (stop: Stop) => void;
  home: () => void;
  caption: (text: string) => void;
}

const kIdleMs = 60_000;
const kHomeStayMs = 12_000;
const kStopStayMs = 10_000;
const kTourStopsMax = 6;

export class Kiosk {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private touchedMs = Date.now();
  private stop = -1;

  constructor(private readonly options: KioskOptions) {
    for (const type of ['pointerdown', 'wheel', 'keydown']) {
      addEventListener(type, () => this.touched(), { passive: true, capture: true });
    }
    this.wait();
  }

  /** Milliseconds since the last input. */
  get idleMs(): number {
    return Date.now() - this.touchedMs;
  }

  private touched(): void {
    this.touchedMs = Date.now();
    this.options.caption('');
    this.wait();
  }

  private wait(): void {
    this.stop = -1;
    this.next(kIdleMs, () => this.goHome());
  }

  private goHome(): void {
    this.options.home();
    this.options.caption('');
    this.stop = -1;
    if (this.options.tour) this.next(kHomeStayMs, () => this.goOn());
  }

  private goOn(): void {
    const stops = this.options.stops().slice(0, kTourStopsMax);
    this.stop++;
    const stop = stops[this.stop];
    if (!stop) return this.goHome();
    this.options.fly(stop);
    this.options.caption(stop.caption);
    this.next(kStopStayMs, () => this.goOn());
  }

  private next(waitMs: number, then: () => void): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(then, waitMs);
  }
}
