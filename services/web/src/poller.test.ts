import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeDocument } from './live/fake_event_source.js';
import { poll, type Poller } from './poller.js';

const kPeriodMs = 5000;

describe('poll', () => {
  let page: FakeDocument;
  let asked: number;
  let poller: Poller;
  let answer: () => Promise<void>;
  let results: boolean[];

  beforeEach(() => {
    vi.useFakeTimers();
    page = new FakeDocument();
    vi.stubGlobal('document', page);
    asked = 0;
    results = [];
    answer = () => Promise.resolve();
    const ask = (): Promise<void> => {
      asked++;
      return answer();
    };
    poller = poll(kPeriodMs, ask, (ok) => results.push(ok));
  });
  afterEach(() => {
    poller.stop();
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });

  it('asks at once and then a period after each answer', async () => {
    expect(asked).toBe(1);
    await vi.advanceTimersByTimeAsync(3 * kPeriodMs);
    expect(asked).toBe(4);
  });

  it('asks for nothing while the page is hidden, and at once when it is shown', async () => {
    page.setHidden(true);
    await vi.advanceTimersByTimeAsync(100 * kPeriodMs);
    expect(asked).toBe(1);
    page.setHidden(false);
    expect(asked).toBe(2);
    await vi.advanceTimersByTimeAsync(kPeriodMs);
    expect(asked).toBe(3);
  });

  it('goes on through failures, and reports each', async () => {
    answer = () => Promise.reject(new Error('no answer'));
    await vi.advanceTimersByTimeAsync(2 * kPeriodMs);
    expect(results).toEqual([true, false, false]);
  });

  it('asks no more once it was stopped, though the page is shown again', async () => {
    poller.stop();
    page.setHidden(true);
    page.setHidden(false);
    await vi.advanceTimersByTimeAsync(10 * kPeriodMs);
    expect(asked).toBe(1);
  });
});
