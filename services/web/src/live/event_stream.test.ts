import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EventStream, kSilenceMaxMs } from './event_stream.js';
import { FakeEventSource } from './fake_event_source.js';

describe('EventStream', () => {
  let states: boolean[];
  let heard: unknown[];
  let stream: EventStream;

  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal('EventSource', FakeEventSource);
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
    vi.advanceTimersByTime(kSilenceMaxMs + 1000);
    expect(FakeEventSource.all).toHaveLength(2);
    expect(FakeEventSource.openCount).toBe(1);
  });

  it('passes over what a stream says that has been replaced', () => {
    const old = FakeEventSource.last;
    stream.restart();
    old.send('delta', { to: 1 });
    expect(heard).toEqual([]);
  });

  it('does not take a pause of the whole machine for silence', () => {
    vi.setSystemTime(Date.now() + 10 * kSilenceMaxMs);
    vi.advanceTimersByTime(1000);
    FakeEventSource.last.send('delta', { to: 1 });
    vi.advanceTimersByTime(kSilenceMaxMs - 1000);
    expect(FakeEventSource.all).toHaveLength(1);
  });

  it('stays closed once it was closed', () => {
    FakeEventSource.last.giveUp();
    stream.close();
    vi.advanceTimersByTime(10 * kSilenceMaxMs);
    expect(FakeEventSource.all).toHaveLength(1);
    expect(FakeEventSource.openCount).toBe(0);
    expect(states.at(-1)).toBe(false);
  });
});
