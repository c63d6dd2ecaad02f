import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SourceMender } from './source_mender.js';

describe('SourceMender', () => {
  let asked: string[];
  let mender: SourceMender;

  beforeEach(() => {
    vi.useFakeTimers();
    vi.spyOn(Math, 'random').mockReturnValue(0.5);
    asked = [];
    mender = new SourceMender({
      reloadSource: (id) => asked.push(id),
      reloadTiles: (id) => asked.push(`${id} tiles`),
    });
  });
  afterEach(() => {
    vi.restoreAllMocks();
    vi.useRealTimers();
  });

  it('asks once for however many tiles that failed', () => {
    for (let tile = 0; tile < 20; tile++) mender.failed('flood', true);
    vi.advanceTimersByTime(2000);
    expect(asked).toEqual(['flood tiles']);
    vi.advanceTimersByTime(600_000);
    expect(asked).toHaveLength(1);
  });

  it('asks for the whole source when its description failed', () => {
    mender.failed('base', true);
    mender.failed('base', false);
    mender.failed('base', true);
    vi.advanceTimersByTime(2000);
    expect(asked).toEqual(['base']);
  });

  it('waits longer after each failure, a minute at most', () => {
    const waits: number[] = [];
    for (let i = 0; i < 8; i++) {
      mender.failed('base', false);
      const startMs = Date.now();
      vi.advanceTimersToNextTimer();
      waits.push((Date.now() - startMs) / 1000);
    }
    expect(waits).toEqual([2, 4, 8, 16, 32, 60, 60, 60]);
    expect(asked).toHaveLength(8);
  });

  it('is quick again after it went well for a while', () => {
    mender.failed('base', false);
    vi.advanceTimersByTime(2000);
    mender.failed('base', false);
    vi.advanceTimersByTime(4000);
    vi.advanceTimersByTime(300_000);
    mender.failed('base', false);
    vi.advanceTimersByTime(2000);
    expect(asked).toHaveLength(3);
  });

  it('asks at once when the server is back, and only for what failed', () => {
    mender.retryNow();
    mender.failed('base', false);
    mender.failed('flood', true);
    mender.retryNow();
    expect(asked).toEqual(['base', 'flood tiles']);
    mender.retryNow();
    vi.advanceTimersByTime(600_000);
    expect(asked).toHaveLength(2);
  });
});
