import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeDocument, FakeEventSource } from './fake_event_source.js';
import { LayerFeed } from './layer_feed.js';

const version = (counter: number): object => ({ epoch: '7', counter: String(counter) });
const snapshot = (counter: number): object => ({ packId: 'p', version: version(counter) });
const delta = (from: number, to: number): object => ({
  packId: 'p',
  from: version(from),
  to: version(to),
});

describe('LayerFeed', () => {
  let feed: LayerFeed;

  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal('EventSource', FakeEventSource);
    vi.stubGlobal('document', new FakeDocument());
    FakeEventSource.all = [];
    const nothing = (): void => {};
    feed = new LayerFeed('traffic', 'traffic', () => 'zoom=12', {
      rows: nothing,
      tiles: nothing,
      snapshot: nothing,
      renewed: nothing,
      connection: nothing,
    });
    FakeEventSource.last.send('snapshot', snapshot(5));
  });
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });

  it('goes on from delta to delta', () => {
    FakeEventSource.last.send('delta', delta(5, 6));
    FakeEventSource.last.send('delta', delta(6, 9));
    expect(feed.stats).toMatchObject({ deltas: 2, gaps: 0 });
  });

  it('starts over when a delta is missing', () => {
    FakeEventSource.last.send('delta', delta(6, 7));
    expect(feed.stats.gaps).toBe(1);
    expect(FakeEventSource.all).toHaveLength(2);
  });

  it('goes on from a heartbeat: up to its version nothing in view has changed', () => {
    FakeEventSource.last.send('heartbeat', { version: version(8) });
    FakeEventSource.last.send('delta', delta(8, 9));
    expect(feed.stats.gaps).toBe(0);
    expect(FakeEventSource.all).toHaveLength(1);
  });

  it('stays where it is by a heartbeat without a version, which only says that data are old', () => {
    FakeEventSource.last.send('heartbeat', { stale: true });
    expect(feed.stale).toBe(true);
    FakeEventSource.last.send('delta', delta(5, 6));
    expect(feed.stats.gaps).toBe(0);
    expect(feed.stale).toBe(false);
  });

  it('is stale when its events say so, though they still come', () => {
    FakeEventSource.last.send('delta', { ...delta(5, 6), stale: true });
    expect(feed.stale).toBe(true);
    FakeEventSource.last.send('snapshot', { ...snapshot(7), stale: true });
    expect(feed.stale).toBe(true);
    FakeEventSource.last.send('delta', delta(7, 8));
    expect(feed.stale).toBe(false);
  });
});
