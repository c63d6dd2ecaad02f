// The single event stream for all pages of a browser. A browser has six connections to a server for all its tabs: with
// one or more streams per page, two windows would leave none for tiles and calls. The hub runs in a shared worker, in
// the leading page, or in a single page, and forwards the events of its stream.

import { mergeAlerts } from '../alert_list.js';
import type { Alert } from '../connect/messages.js';
import { serverUrl } from '../server_url.js';
import { EventStream } from './event_stream.js';
import { HistoryFeed } from './history_feed.js';
import { LayerReplica } from './layer_replica.js';
import {
  kBeatMs,
  kPageGoneMs,
  type FromHub,
  type LayerEvent,
  type LiveEventName,
  type LiveEvents,
  type ToHub,
} from './live_protocol.js';
import { covers, hullOf, query, type Followed } from './viewport.js';

/** A visit to another tab is short; a page that was left is hidden for longer. */
export const kAwayAfterMs = 10_000;
/** The columns used by the style and by the card of a street; flooding of streets comes with traffic. */
const kTrafficColumns = 'level,age_class,source,flood_class,speed_kmh';
/** Maximum number of jams in a page's list. */
const kJamsMax = 30;
/** Feeds whose last event has the complete state; the others are kept in replicas and lists. */
const kWholeFeeds = ['clock', 'stages', 'jams', 'notices'] as const;

interface Page {
  followed: Followed | undefined;
  visible: boolean;
  /** Hidden for so long that it receives nothing. */
  away: boolean;
  /** Time of its last message: that it is alive, or that it is hidden. */
  changedMs: number;
}

interface StreamHeartbeat {
  lost?: { feed?: string; reason?: string }[];
}

export class LiveHub {
  private readonly pages = new Map<string, Page>();
  private readonly layers = {
    traffic: new LayerReplica('traffic', 'traffic'),
    flood: new LayerReplica('flood', undefined),
  };
  private readonly whole = new Map<LiveEventName, LiveEvents[LiveEventName]>();
  private alerts: Alert[] | undefined;
  private stream: EventStream | undefined;
  private streamed: Followed | undefined;
  private connected = false;
  private lost: string[] = [];
  private readonly history = new HistoryFeed((history) => this.hand('history', history));
  private readonly beatTimer: ReturnType<typeof setInterval>;

  /** `post` sends a message to the page of that id. */
  constructor(private readonly post: (page: string, message: FromHub) => void) {
    this.beatTimer = setInterval(() => this.beat(), kBeatMs);
  }

  /** Processes a message of the page of that id. */
  receive(id: string, message: ToHub): void {
    if (message.kind === 'bye') {
      this.pages.delete(id);
      return this.adjust();
    }
    const page = this.pages.get(id);
    if (message.kind === 'hello') {
      const { followed } = message;
      this.pages.set(id, { followed, visible: true, away: false, changedMs: Date.now() });
      this.adjust();
      return this.tellAll(id);
    }
    // A page that was considered gone, or that belongs to an earlier hub: it receives no beats and sends hello.
    if (!page) return;
    page.changedMs = Date.now();
    if (message.kind === 'hidden') page.visible = false;
    if (message.kind === 'follow') {
      page.followed = message.followed;
      this.adjust();
    }
  }

  /** Ends all activity: another hub takes over. */
  stop(): void {
    clearInterval(this.beatTimer);
    this.pages.clear();
    this.adjust();
  }

  /** Sends the complete state to a page. */
  private tellAll(id: string): void {
    this.post(id, { kind: 'beat', health: this.health() });
    for (const layer of Object.values(this.layers)) {
      const event = layer.snapshot();
      if (event) this.post(id, { kind: 'event', name: 'layer', data: event });
    }
    if (this.alerts) {
      const data = { snapshot: true, alerts: this.alerts };
      this.post(id, { kind: 'event', name: 'alerts', data });
    }
    for (const [name, data] of this.whole) this.post(id, { kind: 'event', name, data } as FromHub);
  }

  private health(): { connected: boolean; lost: string[] } {
    return { connected: this.connected, lost: [...this.lost, ...this.history.lost] };
  }

  private beat(): void {
    const nowMs = Date.now();
    let changed = false;
    for (const [id, page] of this.pages) {
      if (page.visible && nowMs - page.changedMs > kPageGoneMs) {
        this.pages.delete(id);
        changed = true;
      } else if (!page.visible && !page.away && nowMs - page.changedMs >= kAwayAfterMs) {
        page.away = true;
        changed = true;
      }
    }
    if (changed) this.adjust();
    for (const id of this.looking()) this.post(id, { kind: 'beat', health: this.health() });
  }

  private looking(): string[] {
    return [...this.pages].filter(([, page]) => !page.away).map(([id]) => id);
  }

  /** Opens the stream for the visible pages; closes it when there are none. */
  private adjust(): void {
    const pages = [...this.pages.values()].filter((page) => !page.away);
    if (pages.length === 0) return this.close();
    const wanted = hullOf(pages.flatMap((page) => page.followed ?? []));
    if (this.stream) {
      if (!wanted || (this.streamed && covers(this.streamed, wanted.box, wanted.zoom))) return;
      this.streamed = wanted;
      return this.stream.restart();
    }
    this.streamed = wanted;
    this.stream = new EventStream({
      url: () => this.url(),
      on: {
        layer: (data) => this.takeLayer(data as LayerEvent),
        alerts: (data) => this.takeAlerts(data as LiveEvents['alerts']),
        heartbeat: (data) => this.takeHeartbeat(data as StreamHeartbeat),
        ...Object.fromEntries(
          kWholeFeeds.map((name) => [name, (data: unknown) => this.takeWhole(name, data)]),
        ),
      },
      onState: (open) => this.setConnected(open),
    });
  }

  private close(): void {
    this.history.stop();
    this.stream?.close();
    this.stream = undefined;
    this.streamed = undefined;
  }

  private url(): string {
    const live = this.streamed
      ? `layers=traffic,flood&${query(this.streamed)}&traffic.columns=${kTrafficColumns}&flood.tiles_only=1&`
      : '';
    return serverUrl(`live?${live}alerts=1&clock=1&stages=1&jams=${kJamsMax}&notices=1`);
  }

  private setConnected(connected: boolean): void {
    if (connected === this.connected) return;
    this.connected = connected;
    if (!connected) this.lost = [];
    this.beat();
  }

  private takeLayer(event: LayerEvent): void {
    const layer = this.layers[event.layer as keyof typeof this.layers];
    if (!layer) return;
    // An intermediate delta is missing: a new stream begins with a snapshot.
    if (!layer.take(event)) return this.stream?.restart();
    this.hand('layer', event);
  }

  private takeAlerts(message: LiveEvents['alerts']): void {
    this.alerts = mergeAlerts(this.alerts ?? [], message);
    this.hand('alerts', message);
  }

  private takeHeartbeat({ lost }: StreamHeartbeat): void {
    const before = this.lost.join();
    this.lost = (lost ?? []).map((one) => one.feed ?? '');
    if (this.lost.join() !== before) this.beat();
  }

  private takeWhole(name: (typeof kWholeFeeds)[number], data: unknown): void {
    this.whole.set(name, data as LiveEvents[typeof name]);
    this.hand(name, data as LiveEvents[typeof name]);
    if (name === 'stages') this.history.follow((data as LiveEvents['stages']).stages ?? []);
  }

  private hand<Name extends LiveEventName>(name: Name, data: LiveEvents[Name]): void {
    if (name === 'history') this.whole.set(name, data);
    for (const id of this.looking()) this.post(id, { kind: 'event', name, data } as FromHub);
  }
}
