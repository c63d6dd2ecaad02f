import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeDocument } from './fake_event_source.js';
import { LiveClient } from './live_client.js';
import type { LiveLink, OpenLink, Tries } from './live_link.js';
import { kBeatMs, kHubDeadMs, kHubLostMs, kHubStartMs, type FromHub, type LiveHealth, type ToHub } from './live_protocol.js';

const followed = { box: { west: 1, south: 2, east: 3, north: 4 }, zoom: 12 };
const kLive: LiveHealth = { connected: true, lost: [] };

/** A hub that sends beats while it lives. */
class FakeHub implements LiveLink {
  static all: FakeHub[] = [];
  /** Behaviour of the hubs created next. */
  static deaf = false;
  sent: ToHub[] = [];
  alive = !FakeHub.deaf;
  private readonly timer = setInterval(() => this.beat(), kBeatMs);

  constructor(
    private readonly onMessage: (message: FromHub) => void,
    readonly tries: Tries,
  ) {
    FakeHub.all.push(this);
  }

  static get last(): FakeHub {
    return FakeHub.all.at(-1)!;
  }

  send(message: ToHub): void {
    this.sent.push(message);
  }

  close(): void {
    clearInterval(this.timer);
  }

  beat(): void {
    if (this.alive) this.onMessage({ kind: 'beat', health: kLive });
  }

  say(name: string): void {
    this.onMessage({ kind: 'event', name: 'alerts', data: { alerts: [{ name }] } });
  }

  get kinds(): string[] {
    return this.sent.map((message) => message.kind);
  }
}

describe('LiveClient', () => {
  let page: FakeDocument;
  let client: LiveClient;
  let health: LiveHealth[];
  let alerts: unknown[];

  beforeEach(() => {
    vi.useFakeTimers();
    page = new FakeDocument();
    vi.stubGlobal('document', page);
    vi.stubGlobal('addEventListener', () => {});
    FakeHub.all = [];
    FakeHub.deaf = false;
    health = [];
    alerts = [];
    const open: OpenLink = (onMessage, tries) => new FakeHub(onMessage, tries);
    client = new LiveClient(() => open);
    client.onHealth((now) => health.push(now));
    client.on('alerts', (message) => alerts.push(...(message.alerts ?? []).map((a) => a.name)));
  });
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });

  it('says hello, and hands on what comes', () => {
    expect(FakeHub.last.sent).toEqual([{ kind: 'hello', followed: undefined }]);
    FakeHub.last.say('x');
    expect(alerts).toEqual(['x']);
    vi.advanceTimersByTime(60_000);
    expect(FakeHub.all).toHaveLength(1);
    expect(health.at(-1)).toEqual(kLive);
  });

  it('is live again within five seconds after its hub was killed', () => {
    vi.advanceTimersByTime(10_000);
    FakeHub.last.alive = false;
    const beats = health.length;
    vi.advanceTimersByTime(5000);
    expect(FakeHub.all).toHaveLength(2);
    expect(health.length).toBeGreaterThan(beats);
    expect(health.at(-1)).toEqual(kLive);
    expect(FakeHub.last.tries).toEqual({ failures: 0, generation: 0 });
  });

  it('looks for another hub when the next one does not answer either', () => {
    vi.advanceTimersByTime(kBeatMs);
    FakeHub.deaf = true;
    FakeHub.last.alive = false;
    vi.advanceTimersByTime(kHubLostMs + kBeatMs);
    expect(health.at(-1)).toEqual({ connected: false, lost: [] });
    vi.advanceTimersByTime(kHubStartMs);
    expect(FakeHub.all.map((hub) => hub.tries.failures)).toEqual([0, 0, 1, 2].slice(0, FakeHub.all.length));
    expect(FakeHub.last.tries.generation).toBeGreaterThan(0);
    FakeHub.last.alive = true;
    vi.advanceTimersByTime(60_000);
    expect(health.at(-1)).toEqual(kLive);
  });

  it('waits for a hub that starts slowly: another one would be a second stream', () => {
    vi.advanceTimersByTime(kBeatMs);
    FakeHub.deaf = true;
    FakeHub.last.alive = false;
    vi.advanceTimersByTime(kHubDeadMs + 5000);
    expect(FakeHub.all).toHaveLength(2);
    FakeHub.last.alive = true;
    vi.advanceTimersByTime(60_000);
    expect(FakeHub.all).toHaveLength(2);
    expect(FakeHub.last.tries.generation).toBe(0);
  });

  it('does not listen to a hub that it has given up', () => {
    vi.advanceTimersByTime(kBeatMs);
    const old = FakeHub.last;
    old.alive = false;
    vi.advanceTimersByTime(kHubDeadMs + kBeatMs);
    old.say('ghost');
    expect(alerts).toEqual([]);
  });

  it('says hello again before it gives a silent hub up: it may not know the page', () => {
    vi.advanceTimersByTime(1000);
    const hub = FakeHub.last;
    hub.alive = false;
    hub.sent = [];
    vi.advanceTimersByTime(kHubDeadMs - 2 * kBeatMs);
    expect(hub.kinds).toContain('hello');
    expect(FakeHub.all).toHaveLength(1);
    hub.alive = true;
    vi.advanceTimersByTime(60_000);
    expect(FakeHub.all).toHaveLength(1);
  });

  it('leaves a silent hub alone while the page is hidden', () => {
    vi.advanceTimersByTime(kBeatMs);
    page.setHidden(true);
    expect(FakeHub.last.kinds.at(-1)).toBe('hidden');
    FakeHub.last.alive = false;
    vi.advanceTimersByTime(600_000);
    expect(FakeHub.all).toHaveLength(1);
    page.setHidden(false);
    expect(FakeHub.last.kinds.at(-1)).toBe('hello');
    vi.advanceTimersByTime(kHubDeadMs + kBeatMs);
    expect(FakeHub.all).toHaveLength(2);
  });

  it('does not take a pause of its own for the death of the hub', () => {
    vi.setSystemTime(Date.now() + 60_000);
    vi.advanceTimersByTime(60_000);
    expect(FakeHub.all).toHaveLength(1);
  });

  it('tells now and then that the page is there', () => {
    vi.advanceTimersByTime(60_000);
    expect(FakeHub.last.kinds.filter((kind) => kind === 'alive').length).toBeGreaterThan(8);
  });

  it('asks for everything once its map is there, because no map followed the layers before', () => {
    client.follow(followed);
    expect(FakeHub.last.sent.at(-1)).toEqual({ kind: 'hello', followed });
    client.follow({ ...followed, zoom: 13 });
    expect(FakeHub.last.kinds.at(-1)).toBe('follow');
  });

  it('tells the next hub, too, what the page shows', () => {
    vi.advanceTimersByTime(kBeatMs);
    client.follow(followed);
    FakeHub.last.alive = false;
    vi.advanceTimersByTime(kHubDeadMs + kBeatMs);
    expect(FakeHub.last.sent[0]).toEqual({ kind: 'hello', followed });
  });
});
