// The page's side of the live hub: reports what the page shows, and receives the city's events. A hub that stops or
// hangs is replaced by another one.

import { chooseLink, type LiveLink, type OpenLink, type Tries } from './live_link.js';
import {
  kAliveMs,
  kBeatMs,
  kHubDeadMs,
  kHubLostMs,
  kHubSilentMs,
  kHubStartMs,
  type FromHub,
  type LiveEventName,
  type LiveEvents,
  type LiveHealth,
  type ToHub,
} from './live_protocol.js';
import type { Followed } from './viewport.js';

type Listener = (data: unknown) => void;
const kSilent: LiveHealth = { connected: false, lost: [] };

export class LiveClient {
  private link: LiveLink | undefined;
  private readonly tries: Tries = { failures: 0, generation: 0 };
  private answered = true;
  private followed: Followed | undefined;
  private readonly listeners = new Map<LiveEventName, Listener[]>();
  private healthListener: (health: LiveHealth) => void = () => {};
  private healthNow = kSilent;
  /** Time of the hub's last message, or of the last opening of a link to it. */
  private heardMs = Date.now();
  private openedMs = Date.now();
  private checkedMs = Date.now();
  private aliveMs = 0;
  private left = false;
  /** Number of links to a hub that were opened. */
  openings = 0;

  constructor(private readonly choose: (tries: Tries) => OpenLink = chooseLink) {
    document.addEventListener('visibilitychange', () => this.onVisibility());
    // The browser may restore the page from its cache with its former state.
    addEventListener('pagehide', () => this.leave());
    addEventListener('pageshow', () => {
      if (!this.left) return;
      this.left = false;
      this.open();
    });
    setInterval(() => this.check(), kBeatMs);
    this.open();
  }

  on<Name extends LiveEventName>(name: Name, take: (data: LiveEvents[Name]) => void): void {
    const listeners = this.listeners.get(name) ?? [];
    listeners.push(take as Listener);
    this.listeners.set(name, listeners);
  }

  /** Called with each beat of the hub, and when the beats stop. */
  onHealth(take: (health: LiveHealth) => void): void {
    this.healthListener = take;
  }

  get health(): LiveHealth {
    return this.healthNow;
  }

  /** Sets the part of the layers that the page shows. */
  follow(followed: Followed): void {
    const first = this.followed === undefined;
    this.followed = followed;
    // The first listener of the layers has just been added: earlier events are requested again.
    if (first) this.resync();
    else this.send({ kind: 'follow', followed });
  }

  /** Requests all state again: an event was lost. */
  resync(): void {
    this.send({ kind: 'hello', followed: this.followed });
  }

  private send(message: ToHub): void {
    this.aliveMs = Date.now();
    this.link?.send(message);
  }

  private open(): void {
    this.link?.close();
    this.link = undefined;
    this.openedMs = Date.now();
    this.answered = false;
    this.openings++;
    try {
      // Messages of a former hub must not mix with those of the next.
      const link = this.choose(this.tries)((message) => this.link === link && this.take(message), {
        ...this.tries,
      });
      this.link = link;
    } catch {
      return; // this browser does not support that link: check() tries another one
    }
    if (document.hidden) this.send({ kind: 'hidden' });
    else this.resync();
  }

  private leave(): void {
    this.left = true;
    this.send({ kind: 'bye' });
    this.link?.close();
    this.link = undefined;
  }

  private onVisibility(): void {
    this.heardMs = Date.now();
    if (document.hidden) this.send({ kind: 'hidden' });
    else this.resync();
  }

  private take(message: FromHub): void {
    this.heardMs = Date.now();
    this.answered = true;
    this.tries.failures = 0;
    if (message.kind === 'beat') return this.setHealth(message.health);
    for (const take of this.listeners.get(message.name) ?? []) take(message.data);
  }

  private setHealth(health: LiveHealth): void {
    this.healthNow = health;
    this.healthListener(health);
  }

  private check(): void {
    const nowMs = Date.now();
    // After a pause of the page's thread the hub's messages are queued behind this check.
    const late = nowMs - this.checkedMs > 2 * kBeatMs;
    this.checkedMs = nowMs;
    if (document.hidden || this.left || late) return;
    if (nowMs - this.heardMs >= kHubLostMs && this.healthNow.connected) this.setHealth(kSilent);
    const silentMs = nowMs - Math.max(this.heardMs, this.openedMs);
    const deadMs = this.link?.silenceMaxMs ?? kHubDeadMs;
    if (silentMs >= (this.link && !this.answered ? kHubStartMs : deadMs)) return this.reopen();
    if (silentMs >= kHubSilentMs) this.resync();
    else if (nowMs - this.aliveMs >= kAliveMs) this.send({ kind: 'alive' });
  }

  private reopen(): void {
    if (!this.answered) {
      this.tries.failures++;
      this.tries.generation++;
    }
    this.open();
  }
}
