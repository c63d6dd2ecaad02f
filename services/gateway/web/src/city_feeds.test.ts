import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CityFeeds } from './city_feeds.js';
import { CityState } from './city_state.js';
import { FakeDocument, FakeEventSource } from './live/fake_event_source.js';

const kAnswerDelayMs = 5000;
const kRestarts = 20;

const open = (name: string): object => ({ name, state: 'ALERT_STATE_OPEN' });

/** A server whose calls are answered late, with what stood when they were asked. */
class SlowServer {
  standing: object[] = [];

  readonly fetch = (url: string): Promise<Response> => {
    const alerts = url.includes('ListAlerts') ? [...this.standing] : [];
    return new Promise((resolve) =>
      setTimeout(() => resolve(Response.json({ alerts })), kAnswerDelayMs),
    );
  };
}

describe('CityFeeds', () => {
  let city: CityState;
  let server: SlowServer;
  const stream = (): FakeEventSource =>
    FakeEventSource.all.filter((one) => one.url.startsWith('/live/alerts')).at(-1)!;
  const names = (): unknown[] => city.alerts.map((alert) => alert.name);

  beforeEach(() => {
    vi.useFakeTimers();
    server = new SlowServer();
    vi.stubGlobal('fetch', server.fetch);
    vi.stubGlobal('EventSource', FakeEventSource);
    vi.stubGlobal('document', new FakeDocument());
    FakeEventSource.all = [];
    city = new CityState();
  });
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });

  it('shows no ghost alerts after restarts with late answers', async () => {
    server.standing = [open('old')];
    new CityFeeds(city, () => {});
    const ghosts: unknown[] = [];
    for (let restart = 0; restart < kRestarts; restart++) {
      server.standing = [open(`before-${restart}`)];
      stream().giveUp();
      // The stream is away for long enough that everything is asked by other ways, too.
      await vi.advanceTimersByTimeAsync(1000 + 397 * restart);
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
});
