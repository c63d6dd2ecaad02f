import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CityFeeds } from './city_feeds.js';
import { CityState } from './city_state.js';
import { FakeDocument, FakeEventSource } from './live/fake_event_source.js';
import { LiveClient } from './live/live_client.js';
import { ownLink } from './live/live_link.js';

const kAnswerDelayMs = 5000;
const kRestarts = 20;

const open = (name: string): object => ({ name, state: 'ALERT_STATE_OPEN' });

/** A server that answers late, with its state at the time of the request. */
class SlowServer {
  standing: object[] = [];

  readonly fetch = (): Promise<Response> => {
    const alerts = [...this.standing];
    return new Promise((resolve) =>
      setTimeout(() => resolve(Response.json({ alerts })), kAnswerDelayMs),
    );
  };
}

describe('CityFeeds', () => {
  let city: CityState;
  let server: SlowServer;
  const stream = (): FakeEventSource => FakeEventSource.last;
  const names = (): unknown[] => city.alerts.map((alert) => alert.name);

  beforeEach(() => {
    vi.useFakeTimers();
    server = new SlowServer();
    vi.stubGlobal('fetch', server.fetch);
    vi.stubGlobal('EventSource', FakeEventSource);
    vi.stubGlobal('document', new FakeDocument());
    vi.stubGlobal('addEventListener', () => {});
    FakeEventSource.all = [];
    city = new CityState();
    new CityFeeds(city, new LiveClient(() => ownLink));
  });
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });

  it('shows no ghost alerts after restarts with late answers', async () => {
    const ghosts: unknown[] = [];
    for (let restart = 0; restart < kRestarts; restart++) {
      server.standing = [open(`before-${restart}`)];
      stream().giveUp();
      // Down for long enough that any request besides the stream would have been made.
      await vi.advanceTimersByTimeAsync(1500 + 397 * restart);
      server.standing = [open(`now-${restart}`)];
      stream().answer();
      stream().send('alerts', { snapshot: true, alerts: server.standing });
      expect(names()).toEqual([`now-${restart}`]);
      for (let waitedMs = 0; waitedMs <= 2 * kAnswerDelayMs; waitedMs += 500) {
        await vi.advanceTimersByTimeAsync(500);
        ghosts.push(...names().filter((name) => name !== `now-${restart}`));
        stream().send('heartbeat', {});
      }
    }
    expect(ghosts).toEqual([]);
  });

  it('takes nothing from a stream that was replaced', async () => {
    const old = stream();
    old.answer();
    await vi.advanceTimersByTimeAsync(20_000); // sends nothing: a new stream is opened
    expect(stream()).not.toBe(old);
    expect(city.alertsKnown, 'nothing was received').toBe(false);
    stream().send('alerts', { snapshot: true, alerts: [open('now')] });
    expect(city.alertsKnown).toBe(true);
    old.send('alerts', { snapshot: true, alerts: [open('ghost')] });
    old.send('stages', { stages: [{ station: 'stations/ghost' }] });
    old.send('jams', { jams: [{ name: 'jams/ghost' }] });
    expect(names()).toEqual(['now']);
    expect([city.stages, city.jams]).toEqual([[], []]);
  });

  it('forgets the levels after a time to which the city was set back', () => {
    const read = (readTime: string, stageM: number): void =>
      stream().send('stages', { stages: [{ station: 'stations/phu-an', readTime, stageM }] });
    read('2026-10-23T10:00:00Z', 1.2);
    read('2026-10-23T11:00:00Z', 1.7);
    read('2026-10-23T10:30:00Z', 1.4);
    expect(city.history.get('stations/phu-an')?.map((sample) => sample.value)).toEqual([1.2, 1.4]);
  });

  it('knows the notices of all layers once each, and whether one is stale', () => {
    const notices = ['synthetic_terrain'];
    stream().send('notices', { layers: { flood: { notices }, base: { notices } } });
    expect([city.notices, city.stale]).toEqual([notices, false]);
    stream().send('notices', { layers: { flood: { stale: true } } });
    expect([city.notices, city.stale]).toEqual([[], true]);
  });
});
