import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeEventSource } from './fake_event_source.js';
import { kAwayAfterMs, LiveHub } from './live_hub.js';
import { kAliveMs, kBeatMs, kPageGoneMs, type FromHub, type ToHub } from './live_protocol.js';
import type { Followed } from './viewport.js';

const centre: Followed = {
  box: { west: 106.6, south: 10.7, east: 106.8, north: 10.9 },
  zoom: 12,
};
const inside: Followed = {
  box: { west: 106.65, south: 10.75, east: 106.75, north: 10.85 },
  zoom: 12,
};
const east: Followed = { box: { west: 106.9, south: 10.7, east: 107, north: 10.8 }, zoom: 13 };
const hello = (followed?: Followed): ToHub => ({ kind: 'hello', followed });

const version = (counter: number): object => ({ epoch: '7', counter: String(counter) });
const rows = (ids: number[], level: number): object[] => [
  {
    subLayer: 'traffic',
    idGaps: ids.map((id, i) => id - (ids[i - 1] ?? 0)),
    columns: [{ name: 'level', values: ids.map(() => level) }],
  },
];
const snapshot = (counter: number, ids: number[], level = 3): object => ({
  layer: 'traffic',
  snapshot: { packId: 'p', version: version(counter), rows: rows(ids, level) },
});
const delta = (from: number, to: number, ids: number[], level: number): object => ({
  layer: 'traffic',
  delta: { packId: 'p', from: version(from), to: version(to), rows: rows(ids, level) },
});

describe('LiveHub', () => {
  let hub: LiveHub;
  let heard: Record<string, FromHub[]>;
  const stream = (): FakeEventSource => FakeEventSource.last;
  const events = (page: string, name: string): unknown[] =>
    (heard[page] ?? []).flatMap((m) => (m.kind === 'event' && m.name === name ? [m.data] : []));
  const health = (page: string): unknown =>
    (heard[page] ?? []).flatMap((m) => (m.kind === 'beat' ? [m.health] : [])).at(-1);

  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal('EventSource', FakeEventSource);
    FakeEventSource.all = [];
    vi.stubGlobal('fetch', () => Promise.reject(new Error('no answer')));
    heard = {};
    hub = new LiveHub((page, message) => (heard[page] ??= []).push(message));
  });
  afterEach(() => {
    hub.stop();
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });

  it('has one stream for all pages, for all that they show', () => {
    hub.receive('a', hello(centre));
    stream().answer();
    hub.receive('b', hello(inside));
    hub.receive('c', hello());
    expect(FakeEventSource.openCount).toBe(1);
    expect(FakeEventSource.all).toHaveLength(1);
    hub.receive('b', { kind: 'follow', followed: east });
    expect(FakeEventSource.openCount).toBe(1);
    expect(stream().url).toContain('bbox=106.60000,10.70000,107.00000,10.90000&zoom=13');
  });

  it('asks for all feeds in one', () => {
    hub.receive('a', hello(centre));
    const query = new URLSearchParams(stream().url.split('?')[1]);
    expect(Object.fromEntries(query)).toMatchObject({
      layers: 'traffic,flood',
      'flood.tiles_only': '1',
      alerts: '1',
      clock: '1',
      stages: '1',
      notices: '1',
    });
  });

  it('asks for what needs no map by itself when the page has none', () => {
    hub.receive('a', hello());
    expect(stream().url).not.toContain('layers=');
    hub.receive('a', { kind: 'follow', followed: centre });
    expect(stream().url).toContain('layers=traffic,flood');
  });

  it('hands on what comes, to every page', () => {
    hub.receive('a', hello(centre));
    hub.receive('b', hello(centre));
    stream().send('jams', { jams: [{ name: 'jams/1' }] });
    for (const page of ['a', 'b'])
      expect(events(page, 'jams')).toEqual([{ jams: [{ name: 'jams/1' }] }]);
  });

  it('tells a page that comes later all that it holds, without asking for it', () => {
    hub.receive('a', hello(centre));
    stream().send('layer', snapshot(5, [7, 9]));
    stream().send('layer', delta(5, 6, [9, 12], 4));
    stream().send('alerts', { snapshot: true, alerts: [{ name: 'x' }, { name: 'y' }] });
    stream().send('alerts', { alerts: [{ name: 'x', state: 'ALERT_STATE_RESOLVED' }] });
    stream().send('clock', { clock: { cityTime: '2026-10-23T10:30:00Z' } });
    hub.receive('late', hello(inside));
    expect(FakeEventSource.all).toHaveLength(1);
    expect(events('late', 'layer')).toEqual([
      {
        layer: 'traffic',
        snapshot: {
          packId: 'p',
          version: version(6),
          stale: false,
          rows: [
            {
              subLayer: 'traffic',
              idGaps: [7, 2, 3],
              columns: [{ name: 'level', values: [3, 4, 4] }],
            },
          ],
        },
      },
    ]);
    expect(events('late', 'alerts')).toEqual([{ snapshot: true, alerts: [{ name: 'y' }] }]);
    expect(events('late', 'clock')).toHaveLength(1);
  });

  it('starts over when a delta is missing, and hands nothing on until then', () => {
    hub.receive('a', hello(centre));
    stream().send('layer', snapshot(5, [7]));
    stream().send('layer', delta(6, 7, [7], 1));
    expect(FakeEventSource.all).toHaveLength(2);
    expect(events('a', 'layer')).toHaveLength(1);
    stream().send('layer', snapshot(7, [7], 1));
    expect(events('a', 'layer')).toHaveLength(2);
  });

  it('closes the stream when no page has been visible for a while, and opens it for one', () => {
    hub.receive('a', hello(centre));
    hub.receive('b', hello(centre));
    hub.receive('a', { kind: 'hidden' });
    vi.advanceTimersByTime(kAwayAfterMs + kBeatMs);
    expect(FakeEventSource.openCount).toBe(1);
    hub.receive('b', { kind: 'hidden' });
    vi.advanceTimersByTime(kAwayAfterMs - kBeatMs);
    expect(FakeEventSource.openCount).toBe(1);
    vi.advanceTimersByTime(2 * kBeatMs);
    expect(FakeEventSource.openCount).toBe(0);
    hub.receive('b', hello(centre));
    expect(FakeEventSource.openCount).toBe(1);
  });

  it('sends nothing to a page that is hidden, and all once it is visible', () => {
    hub.receive('a', hello(centre));
    hub.receive('b', hello(centre));
    hub.receive('a', { kind: 'hidden' });
    vi.advanceTimersByTime(kAwayAfterMs + kBeatMs);
    heard['a'] = [];
    stream().send('jams', { jams: [{ name: 'jams/1' }] });
    vi.advanceTimersByTime(kBeatMs);
    expect(heard['a']).toEqual([]);
    hub.receive('a', hello(centre));
    expect(events('a', 'jams')).toHaveLength(1);
  });

  it('asks for nothing while no page is visible', async () => {
    const asked = vi.fn(() => Promise.reject(new Error('no answer')));
    vi.stubGlobal('fetch', asked);
    hub.receive('a', hello(centre));
    stream().send('stages', { stages: [{ station: 'stations/phu-an' }] });
    await vi.advanceTimersByTimeAsync(3000);
    expect(asked).toHaveBeenCalled();
    hub.receive('a', { kind: 'hidden' });
    await vi.advanceTimersByTimeAsync(kAwayAfterMs + kBeatMs);
    asked.mockClear();
    await vi.advanceTimersByTimeAsync(600_000);
    expect(asked).not.toHaveBeenCalled();
  });

  it('forgets a page that leaves, and one that has crashed', () => {
    hub.receive('a', hello(centre));
    hub.receive('a', { kind: 'bye' });
    expect(FakeEventSource.openCount).toBe(0);
    hub.receive('b', hello(centre));
    for (let waitedMs = 0; waitedMs < 2 * kPageGoneMs; waitedMs += kAliveMs) {
      vi.advanceTimersByTime(kAliveMs);
      hub.receive('b', { kind: 'alive' });
      stream().send('heartbeat', {});
    }
    expect(FakeEventSource.openCount).toBe(1);
    vi.advanceTimersByTime(kPageGoneMs + kBeatMs);
    expect(FakeEventSource.openCount).toBe(0);
  });

  it('says at once when the stream goes down and comes up, and what the server has lost', () => {
    hub.receive('a', hello(centre));
    expect(health('a')).toEqual({ connected: false, lost: [] });
    stream().answer();
    expect(health('a')).toEqual({ connected: true, lost: [] });
    stream().send('heartbeat', { lost: [{ feed: 'jams', reason: 'no answer' }] });
    expect(health('a')).toEqual({ connected: true, lost: ['jams'] });
    stream().send('heartbeat', {});
    expect(health('a')).toEqual({ connected: true, lost: [] });
    stream().giveUp();
    expect(health('a')).toEqual({ connected: false, lost: [] });
  });

  it('says within ten seconds that calls fail', async () => {
    hub.receive('a', hello(centre));
    stream().answer();
    stream().send('stages', { stages: [{ station: 'stations/phu-an' }] });
    for (let waitedMs = 0; waitedMs < 10_000; waitedMs += 1000) {
      await vi.advanceTimersByTimeAsync(1000);
      stream().send('heartbeat', {});
    }
    expect(health('a')).toEqual({ connected: true, lost: ['history'] });
  });
});
