import { describe, expect, it } from 'vitest';
import { samplesOf, withLatest } from './history.js';

describe('samplesOf', () => {
  it('adds up time differences over all rows and keeps those of one measure', () => {
    const columns = {
      measures: ['a', 'b'],
      measureIndexes: [0, 1, 0],
      timeDeltasMs: ['1000', '600000', '600000'],
      values: [1.5, 9, 1.6],
    };
    expect(samplesOf(columns, 'a')).toEqual([
      { timeMs: 1000, value: 1.5 },
      { timeMs: 1_201_000, value: 1.6 },
    ]);
    expect(samplesOf(columns, 'b')).toEqual([{ timeMs: 601_000, value: 9 }]);
    expect(samplesOf(columns, 'c')).toEqual([]);
  });

  it('leaves out what is not a number', () => {
    const columns = {
      measures: ['a'],
      measureIndexes: [0, 0],
      timeDeltasMs: ['1', '1'],
      values: ['NaN', 2],
    };
    expect(samplesOf(columns, 'a')).toEqual([{ timeMs: 2, value: 2 }]);
  });

  it('is empty for an empty answer', () => {
    expect(samplesOf(undefined, 'a')).toEqual([]);
    expect(samplesOf({}, 'a')).toEqual([]);
  });
});

describe('withLatest', () => {
  const stored = [{ timeMs: 10, value: 1 }];

  it('adds a newer reading only', () => {
    expect(withLatest(stored, { timeMs: 20, value: 2 })).toEqual([
      ...stored,
      { timeMs: 20, value: 2 },
    ]);
    expect(withLatest(stored, { timeMs: 10, value: 2 })).toEqual(stored);
    expect(withLatest(stored, { timeMs: NaN, value: 2 })).toEqual(stored);
    expect(withLatest([], { timeMs: 5, value: 2 })).toEqual([{ timeMs: 5, value: 2 }]);
  });
});
