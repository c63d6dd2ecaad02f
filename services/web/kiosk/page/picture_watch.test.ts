import { describe, expect, it } from 'vitest';
import type { Pulse } from '../../src/pulse.js';
import { PictureWatch } from './picture_watch.js';

const kMiB = 2 ** 20;
const kLimits = { heapBytesMax: 500 * kMiB, ageMsMax: 12 * 3_600_000 };

/** A watched page that sends a pulse per second of simulated time. */
class Booth {
  readonly watch = new PictureWatch(kLimits);
  nowMs = 1000;
  serverUp = true;
  readonly loads: string[] = [];
  pulse: Pulse | undefined = {
    type: 'citylayers.pulse',
    frames: 0,
    map: 'drawn',
    connection: 'live',
    idleMs: 60_000,
    heapBytes: 80 * kMiB,
  };

  /** Runs for this time; `draws`: its map has new frames. Returns what is shown at the end. */
  run(seconds: number, { draws = true } = {}): string {
    let shown = '';
    for (let i = 0; i < seconds; i++) {
      this.nowMs += 1000;
      if (this.pulse && draws) this.pulse = { ...this.pulse, frames: this.pulse.frames + 1 };
      if (this.pulse) this.watch.received(this.pulse, this.nowMs);
      const judged = this.watch.judge(this.serverUp, this.nowMs);
      shown = judged.shown;
      if (judged.load) {
        this.loads.push(judged.load);
        this.watch.loading(judged.load, this.nowMs);
      }
    }
    return shown;
  }

  set(change: Partial<Pulse>): void {
    this.pulse = { ...this.pulse!, ...change };
  }
}

/** A booth whose picture has lived for a minute. */
function living(): Booth {
  const booth = new Booth();
  expect(booth.run(60)).toBe('picture');
  expect(booth.loads).toEqual(['first']);
  booth.loads.length = 0;
  return booth;
}

describe('PictureWatch', () => {
  it('shows its own screen until the server answers, and then loads the page once', () => {
    const booth = new Booth();
    booth.serverUp = false;
    booth.pulse = undefined;
    expect(booth.run(600)).toBe('no-server');
    expect(booth.loads).toEqual([]);
    booth.serverUp = true;
    expect(booth.run(5)).toBe('starting');
    expect(booth.loads).toEqual(['first']);
  });

  it('loads a page again that sends no first pulse', () => {
    const booth = new Booth();
    booth.pulse = undefined;
    booth.run(22);
    expect(booth.loads).toEqual(['first', 'silent']);
  });

  it('loads a page again that stops to send pulses', () => {
    const booth = living();
    booth.pulse = undefined;
    expect(booth.run(3)).toBe('picture');
    expect(booth.run(2)).toBe('restoring');
    expect(booth.loads).toEqual(['silent']);
  });

  it('gives the map three seconds to restore its context', () => {
    const booth = living();
    booth.set({ map: 'lost' });
    expect(booth.run(3, { draws: false })).toBe('restoring');
    booth.set({ map: 'drawn' });
    expect(booth.run(1)).toBe('picture');
    expect(booth.loads).toEqual([]);
    booth.set({ map: 'lost' });
    booth.run(5, { draws: false });
    expect(booth.loads).toEqual(['context']);
  });

  it('loads a page again whose map is not drawn', () => {
    const booth = living();
    expect(booth.run(5, { draws: false })).toBe('picture');
    booth.run(1, { draws: false });
    expect(booth.loads).toEqual(['frames']);
  });

  it('does not judge the time in which the supervisor did not run itself', () => {
    const booth = living();
    booth.nowMs += 30_000;
    booth.watch.skip(30_000);
    expect(booth.watch.judge(true, booth.nowMs)).toEqual({ shown: 'picture' });
  });

  it('loads an idle page again whose heap is too large, and waits for a visitor', () => {
    const booth = living();
    booth.set({ heapBytes: 501 * kMiB, idleMs: 1000 });
    expect(booth.run(60)).toBe('picture');
    expect(booth.loads).toEqual([]);
    booth.set({ idleMs: 30_000 });
    booth.run(1);
    expect(booth.loads).toEqual(['heap']);
  });

  it('does not wait for a visitor when the heap is half as large again', () => {
    const booth = living();
    booth.set({ heapBytes: 751 * kMiB, idleMs: 0 });
    booth.run(1);
    expect(booth.loads).toEqual(['heap']);
  });

  it('gives a new page half a minute until the memory of the former one is free', () => {
    const booth = living();
    booth.set({ heapBytes: 600 * kMiB });
    booth.run(30);
    expect(booth.loads).toEqual(['heap']);
    booth.run(2);
    expect(booth.loads).toEqual(['heap', 'heap']);
  });

  it('loads an idle page again after twelve hours', () => {
    const booth = living();
    booth.run(12 * 3600);
    expect(booth.loads).toEqual(['age']);
  });

  it('covers a page that has lost its server for a while, and does not load it again', () => {
    const booth = living();
    booth.set({ connection: 'lost' });
    booth.serverUp = false;
    expect(booth.run(15)).toBe('picture');
    expect(booth.run(10)).toBe('no-server');
    booth.set({ connection: 'live' });
    booth.serverUp = true;
    expect(booth.run(1)).toBe('picture');
    expect(booth.loads).toEqual([]);
  });

  it('loads a page again less and less often when that does not help, and starts over after it did', () => {
    const booth = living();
    booth.set({ map: 'lost' });
    booth.run(600, { draws: false });
    expect(booth.loads.length).toBeGreaterThan(8);
    expect(booth.loads.length).toBeLessThan(20);
    booth.set({ map: 'drawn' });
    booth.run(60);
    booth.loads.length = 0;
    booth.set({ map: 'lost' });
    booth.run(5, { draws: false });
    expect(booth.loads).toEqual(['context']);
  });

  it('shows the page as it is where no map can be drawn', () => {
    const booth = living();
    booth.set({ map: 'none' });
    expect(booth.run(600, { draws: false })).toBe('picture');
    expect(booth.loads).toEqual([]);
    expect(booth.watch.canDraw).toBe(false);
  });
});
