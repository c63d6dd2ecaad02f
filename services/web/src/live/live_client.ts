// The page's side of the live hub: what the page shows goes there, what happens in the city comes from
// there. A hub that dies, or hangs, is replaced by another one.

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
  /** When the hub last said something, and when the way to it was last opened. */
  private heardMs = Date.now();
  private openedMs = Date.now();
  private checkedMs = Date.now();
  private aliveMs = 0;
  private left = false;
  /** How many times a way to the hub was opened. */
  openings = 0;

  constructor(private readonly choose: (tries: Tries) => OpenLink = chooseLink) {
    document.addEventListener('visibilitychange', () => this.onVisibility());
    // A page may come back from the browser's cache as it was.
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

  /** Called with each beat of the hub, and when it falls silent. */
  onHealth(take: (health: LiveHealth) => void): void {
    this.healthListener = take;
  }

  get health(): LiveHealth {
    return this.healthNow;
  }

  /** What part of the layers the page shows from now on. */
  follow(followed: Followed): void {
    const first = this.followed === undefined;
    this.followed = followed;
    // Who listens to the layers has just come: what was said of them before is asked for once more.
    if (first) this.resync();
    else this.send({ kind: 'follow', followed });
  }

  /** Asks for everything once more: something got lost on the way. */
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
      // Messages of a hub that was given up must not mix with those of the next.
      const link = this.choose(this.tries)((message) => this.link === link && this.take(message), {
        ...this.tries,
      });
      this.link = link;
    } catch {
      return; // this browser refuses that way: check() tries another one
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
    // After a pause of the page's thread the hub's messages wait behind this check.
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
