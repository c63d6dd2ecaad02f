import { beforeEach, describe, expect, it } from 'vitest';
import { LayerFeed, type LayerSource } from './layer_feed.js';

const version = (counter: number): object => ({ epoch: '7', counter: String(counter) });
const snapshot = (counter: number): object => ({ packId: 'p', version: version(counter) });
const delta = (from: number, to: number): object => ({
  packId: 'p',
  from: version(from),
  to: version(to),
});

describe('LayerFeed', () => {
  let feed: LayerFeed;
  let told: string[];
  let resyncs: number;
  let send: (event: 'snapshot' | 'delta' | 'heartbeat', data: object, layer?: string) => void;

  beforeEach(() => {
    told = [];
    resyncs = 0;
    const source: LayerSource = {
      on: (_, take) => {
        send = (event, data, layer = 'traffic') => take({ layer, [event]: data });
      },
      resync: () => resyncs++,
    };
    feed = new LayerFeed('traffic', 'traffic', source, {
      rows: () => {},
      tiles: () => {},
      snapshot: () => told.push('snapshot'),
      renewed: (packChanged) => told.push(packChanged ? 'new pack' : 'renewed'),
    });
    send('snapshot', snapshot(5));
  });

  it('goes on from delta to delta', () => {
    send('delta', delta(5, 6));
    send('delta', delta(6, 9));
    expect(feed.stats).toMatchObject({ deltas: 2, gaps: 0 });
  });

  it('starts over when a delta is missing', () => {
    send('delta', delta(6, 7));
    expect(feed.stats.gaps).toBe(1);
    expect(resyncs).toBe(1);
  });

  it('goes on from a heartbeat: up to its version nothing in view has changed', () => {
    send('heartbeat', { version: version(8) });
    send('delta', delta(8, 9));
    expect(feed.stats.gaps).toBe(0);
    expect(resyncs).toBe(0);
  });

  it('stays where it is by a heartbeat without a version, which only says that data are old', () => {
    send('heartbeat', { stale: true });
    expect(feed.stale).toBe(true);
    send('delta', delta(5, 6));
    expect(feed.stats.gaps).toBe(0);
    expect(feed.stale).toBe(false);
  });

  it('is stale when its events say so, though they still come', () => {
    send('delta', { ...delta(5, 6), stale: true });
    expect(feed.stale).toBe(true);
    send('snapshot', { ...snapshot(7), stale: true });
    expect(feed.stale).toBe(true);
    send('delta', delta(7, 8));
    expect(feed.stale).toBe(false);
  });

  it('passes over other layers', () => {
    send('delta', delta(6, 7), 'flood');
    expect(resyncs).toBe(0);
    expect(feed.stats.deltas).toBe(0);
  });

  it('reports a later snapshot, not the same one once more', () => {
    send('snapshot', snapshot(5));
    expect(told).toEqual([]);
    send('snapshot', snapshot(8));
    expect(told).toEqual(['snapshot']);
  });

  it('reports a server that lost its state, and another pack', () => {
    send('snapshot', { ...snapshot(1), version: { epoch: '8', counter: '1' } });
    send('snapshot', { packId: 'q', version: { epoch: '8', counter: '2' } });
    expect(told).toEqual(['renewed', 'new pack']);
  });
});
