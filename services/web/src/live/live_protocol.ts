// Messages between a page and the live hub: the hub has the one event stream of all pages of a browser.

import type {
  CityClock,
  Delta,
  Heartbeat,
  LayerNotices,
  ListJamsResponse,
  ListStagesResponse,
  Snapshot,
  WatchAlertsResponse,
} from '../connect/messages.js';
import type { Followed } from './viewport.js';
import type { Sample } from '../ui/chart_scale.js';

/** A change of one layer: exactly one of the three is set. */
export interface LayerEvent {
  layer: string;
  snapshot?: Snapshot;
  delta?: Delta;
  heartbeat?: Heartbeat;
}

export interface ClockEvent {
  clock?: CityClock;
  /** The server's wall clock when it read the city clock. */
  serverTime?: string;
}

/** State of every layer by its id. */
export interface NoticesEvent {
  layers?: Record<string, LayerNotices>;
}

/** Water level of the last 24 hours by station. */
export type HistoryEvent = Record<string, Sample[]>;

/** What pages receive, by the name of the event. */
export interface LiveEvents {
  layer: LayerEvent;
  alerts: WatchAlertsResponse;
  clock: ClockEvent;
  stages: ListStagesResponse;
  jams: ListJamsResponse;
  notices: NoticesEvent;
  history: HistoryEvent;
}
export type LiveEventName = keyof LiveEvents;

/** How the hub's stream is. */
export interface LiveHealth {
  /** The stream is up and not silent. */
  connected: boolean;
  /** Feeds that the server, or the hub for its own calls, cannot get at present. */
  lost: string[];
}

/** From a page to the hub. */
export type ToHub =
  /** A visible page is there, or is visible again: the hub answers with all that it holds. */
  | { kind: 'hello'; followed: Followed | undefined }
  /** What part of the layers the page shows. */
  | { kind: 'follow'; followed: Followed }
  | { kind: 'hidden' }
  /** A sign of life of a visible page, every few seconds. */
  | { kind: 'alive' }
  | { kind: 'bye' };

/** From the hub to a page. */
export type FromHub =
  | { kind: 'beat'; health: LiveHealth }
  | { [Name in LiveEventName]: { kind: 'event'; name: Name; data: LiveEvents[Name] } }[LiveEventName];

/** Time between two beats of a hub. */
export const kBeatMs = 500;
/** After a silence of this length a page says hello again: the hub may not know it … */
export const kHubSilentMs = 1000;
/** … after this one it takes the hub for dead, or hanging, and looks for another one … */
export const kHubDeadMs = 2000;
/** A hub that has just been asked for has to start: given up too early, pages would end at two of them. */
export const kHubStartMs = 8000;
/** … and when that takes longer than this the connection counts as lost. */
export const kHubLostMs = 4000;
/** A visible page says this often that it is there … */
export const kAliveMs = 5000;
/** … and counts as gone when it has not for this long: it crashed. */
export const kPageGoneMs = 20_000;
