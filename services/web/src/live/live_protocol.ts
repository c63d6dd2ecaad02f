// Messages between a page and the live hub, which has the single event stream of all pages of a browser.

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

/** Events that pages receive, by event name. */
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

/** State of the hub's stream. */
export interface LiveHealth {
  /** The stream is open and has sent events recently. */
  connected: boolean;
  /** Feeds that the server, or the hub for its own calls, cannot read at present. */
  lost: string[];
}

/** From a page to the hub. */
export type ToHub =
  /** A visible page has opened, or is visible again: the hub answers with its complete state. */
  | { kind: 'hello'; followed: Followed | undefined }
  /** The part of the layers that the page shows. */
  | { kind: 'follow'; followed: Followed }
  | { kind: 'hidden' }
  /** Keep-alive of a visible page, sent every few seconds. */
  | { kind: 'alive' }
  | { kind: 'bye' };

/** From the hub to a page. */
export type FromHub =
  | { kind: 'beat'; health: LiveHealth }
  | { [Name in LiveEventName]: { kind: 'event'; name: Name; data: LiveEvents[Name] } }[LiveEventName];

/** Time between two beats of a hub. */
export const kBeatMs = 500;
/** Without a beat for this time a page sends hello again: the hub may not know it. */
export const kHubSilentMs = 1000;
/** Without a beat for this time it considers the hub dead or hanging, and opens another link. */
export const kHubDeadMs = 2000;
/** Time that a new hub has for its start: if it were abandoned too early, pages would split over two hubs. */
export const kHubStartMs = 8000;
/** Without a beat for this time the connection counts as lost. */
export const kHubLostMs = 4000;
/** Period of the keep-alive messages of a visible page. */
export const kAliveMs = 5000;
/** Time without a keep-alive after which a page counts as crashed. */
export const kPageGoneMs = 20_000;
