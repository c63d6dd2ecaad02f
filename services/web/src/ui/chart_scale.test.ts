import { describe, expect, it } from 'vitest';
import { hourMarks, place, runs, spread, valueScale } from './chart_scale.js';

const kHour = 3_600_000;

describe('valueScale', () => {
  it('holds samples and alert levels with air around them', () => {
    const scale = valueScale([{ timeMs: 0, value: -0.4 }], [1.4, 1.6]);
    expect(scale.min).toBeLessThan(-0.4);
    expect(scale.max).toBeGreaterThan(1.6);
  });

  it('is usable without anything to show and with a flat line', () => {
    expect(valueScale([], [])).toEqual({ min: 0, max: 1 });
    const flat = valueScale([{ timeMs: 0, value: 1 }], []);
    expect(flat.max).toBeGreaterThan(flat.min);
  });
});

describe('place', () => {
  it('maps linearly, upside down as well', () => {
    expect(place(5, { min: 0, max: 10 }, 0, 100)).toBe(50);
    expect(place(10, { min: 0, max: 10 }, 90, 10)).toBe(10);
  });

  it('puts everything in the middle of an empty scale', () => {
    expect(place(3, { min: 3, max: 3 }, 0, 10)).toBe(5);
  });
});

describe('hourMarks', () => {
  it('stand at full hours of the city', () => {
    const start = Date.parse('2026-10-22T11:00:00Z'); // 18:00 in the city
    const marks = hourMarks(start, start + 24 * kHour, 6);
    expect(marks.map((mark) => new Date(mark).toISOString().slice(11, 13))).toEqual([
      '11',
      '17',
      '23',
      '05',
      '11',
    ]);
  });
});

describe('runs', () => {
  it('breaks the line where readings are missing', () => {
    const at = (hours: number) => ({ timeMs: hours * kHour, value: 1 });
    expect(runs([at(0), at(0.5), at(3), at(3.5)], kHour).map((run) => run.length)).toEqual([2, 2]);
    expect(runs([], kHour)).toEqual([]);
  });
});

describe('spread', () => {
  it('leaves marks alone that stand apart', () => {
    expect(spread([10, 40, 80], 15)).toEqual([10, 40, 80]);
  });

  it('moves close ones apart around their middle, in their order', () => {
    expect(spread([54, 50, 46], 15)).toEqual([65, 50, 35]);
  });

  it('takes nothing', () => {
    expect(spread([], 15)).toEqual([]);
    expect(spread([14, 10, 6], 15, 8)).toEqual([38, 23, 8]);
  });
});
