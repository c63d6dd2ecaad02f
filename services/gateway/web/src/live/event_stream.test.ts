import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { kAwayAfterMs } from './away.js';
import { EventStream, kSilenceMaxMs } from './event_stream.js';
import { FakeDocument, FakeEventSource } from './fake_event_source.js';

describe('EventStream', () => {
  let page: FakeDocument;
  let states: boolean[];
  let heard: unknown[];
  let stream: EventStream;

  beforeEach(() => {
    vi.useFakeTimers();
    page = new FakeDocument();
    vi.stubGlobal('EventSource', FakeEventSource);
    vi.stubGlobal('document', page);
    FakeEventSource.all = [];
    states = [];
    heard = [];
    let view = 0;
    stream = new EventStream({
      url: () => `/live/traffic?view=${++view}`,
      on: { delta: (data) => heard.push(data) },
      onState: (open) => states.push(open),
    });
    FakeEventSource.last.answer();
  });
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });

  it('hands on what comes', () => {
    FakeEventSource.last.send('delta', { to: 1 });
    expect(heard).toEqual([{ to: 1 }]);
    expect(states.at(-1)).toBe(true);
  });

  it('does not take its own asking for a sign of life', () => {
    const heardMs = stream.lastEventMs;
    vi.advanceTimersByTime(1000);
    stream.restart();
    expect(stream.lastEventMs).toBe(heardMs);
    FakeEventSource.last.answer();
    expect(stream.lastEventMs).toBe(heardMs + 1000);
  });

  it('asks again, later and later, what the browser has given up on', () => {
    FakeEventSource.last.giveUp();
    expect(states.at(-1)).toBe(false);
    vi.advanceTimersByTime(1500);
    expect(FakeEventSource.all).toHaveLength(2);
    FakeEventSource.last.giveUp();
    vi.advanceTimersByTime(1400);
    expect(FakeEventSource.all).toHaveLength(2);
    vi.advanceTimersByTime(1200);
    expect(FakeEventSource.all).toHaveLength(3);
  });

  it('takes silence for death', () => {
    vi.advanceTimersByTime(kSilenceMaxMs + 5000);
    expect(FakeEventSource.all).toHaveLength(2);
    expect(FakeEventSource.openCount).toBe(1);
  });

  it('gives its connection back when the page is hidden for a while', () => {
    page.setHidden(true);
    vi.advanceTimersByTime(kAwayAfterMs - 1);
    expect(FakeEventSource.openCount).toBe(1);
    vi.advanceTimersByTime(1);
    expect(FakeEventSource.openCount).toBe(0);
    expect(states.at(-1)).toBe(false);
  });

  it('stays away while hidden, whatever happens, and comes back for the view of then', () => {
    page.setHidden(true);
    vi.advanceTimersByTime(kAwayAfterMs);
    stream.restart();
    vi.advanceTimersByTime(10 * kSilenceMaxMs);
    expect(FakeEventSource.openCount).toBe(0);
    page.setHidden(false);
    expect(FakeEventSource.openCount).toBe(1);
    expect(FakeEventSource.last.url).toBe('/live/traffic?view=2');
  });

  it('does not ask again while hidden what failed before', () => {
    FakeEventSource.last.giveUp();
    page.setHidden(true);
    vi.advanceTimersByTime(kAwayAfterMs);
    const { length } = FakeEventSource.all;
    vi.advanceTimersByTime(60_000);
    expect(FakeEventSource.all).toHaveLength(length);
    expect(FakeEventSource.openCount).toBe(0);
  });

  it('keeps its connection when the page is hidden only for a moment', () => {
    page.setHidden(true);
    vi.advanceTimersByTime(kAwayAfterMs / 2);
    page.setHidden(false);
    vi.advanceTimersByTime(kAwayAfterMs);
    expect(FakeEventSource.all).toHaveLength(1);
    expect(FakeEventSource.openCount).toBe(1);
  });
});
