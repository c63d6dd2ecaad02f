// What the page knows of the city besides the map: clock, alerts, gauges, jams, notices. Filled by the
// pollers and feeds, read by the panels; every change calls the listeners.

import type { Alert, Jam, Stage } from './connect/messages.js';
import { CityClock } from './city_clock.js';
import type { Sample } from './ui/chart_scale.js';

export type Connection = 'starting' | 'live' | 'lost';
export type Change = 'clock' | 'alerts' | 'stages' | 'history' | 'jams' | 'notices' | 'connection';

export class CityState {
  readonly clock = new CityClock();
  alerts: Alert[] = [];
  stages: Stage[] = [];
  jams: Jam[] = [];
  /** Water level of the last 24 hours by station name. */
  readonly history = new Map<string, Sample[]>();
  notices: string[] = [];
  connection: Connection = 'starting';
  /** City time of the newest data of the live layers in ms; NaN when there are none. */
  dataTimeMs: () => number = () => NaN;
  /** True when the server says that a layer's inputs are silent. */
  stale: () => boolean = () => false;

  private readonly listeners: [Set<Change>, () => void][] = [];

  on(changes: Change[], listener: () => void): void {
    this.listeners.push([new Set(changes), listener]);
  }

  changed(change: Change): void {
    for (const [changes, listener] of this.listeners) if (changes.has(change)) listener();
  }
}
