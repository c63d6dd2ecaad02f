// State of the city outside the map: clock, alerts, gauges, jams, notices. Written by the feeds, read by the panels;
// every change calls the listeners.

import type { Alert, Jam, Stage } from './connect/messages.js';
import { CityClock } from './city_clock.js';
import { DataAge } from './data_age.js';
import type { Sample } from './ui/chart_scale.js';

export type Connection = 'starting' | 'live' | 'lost';
export type Change = 'clock' | 'alerts' | 'stages' | 'history' | 'jams' | 'notices' | 'connection';

export class CityState {
  readonly clock = new CityClock();
  alerts: Alert[] = [];
  /** False until the first message of the alerts: an empty list then does not mean that there are none. */
  alertsKnown = false;
  stages: Stage[] = [];
  jams: Jam[] = [];
  /** Water level of the last 24 hours by station name. */
  readonly history = new Map<string, Sample[]>();
  notices: string[] = [];
  connection: Connection = 'starting';
  /** Feeds that are unavailable although the connection is open. */
  lost: readonly string[] = [];
  /** Age of the newest data of the live layers. */
  readonly dataAge = new DataAge();
  /** True when the server reports that a layer's inputs have stopped. */
  stale = false;

  private readonly listeners: [Set<Change>, () => void][] = [];

  on(changes: Change[], listener: () => void): void {
    this.listeners.push([new Set(changes), listener]);
  }

  changed(change: Change): void {
    for (const [changes, listener] of this.listeners) if (changes.has(change)) listener();
  }
}
