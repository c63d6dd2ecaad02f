import { describe, expect, it } from 'vitest';
import { age, cityHour, clockTime, distance, metres, number, weekday } from './format.js';

const kFridayEvening = Date.parse('2026-10-23T10:42:00Z');

describe('numbers and units', () => {
  it('writes decimals with a comma in Vietnamese and a point in English', () => {
    expect(metres(1.525, 'vi')).toMatch(/^1,5[23]\sm$/);
    expect(metres(1.5, 'en')).toMatch(/^1\.50\sm$/);
    expect(metres(-0.3, 'vi')).toMatch(/^-0,30\sm$/);
  });

  it('groups thousands as each language does', () => {
    expect(number(12345, 0, 'vi')).toBe('12.345');
    expect(number(12345, 0, 'en')).toBe('12,345');
  });

  it('gives lengths in tens of metres, then in kilometres', () => {
    expect(distance(643, 'vi')).toMatch(/^640\sm$/);
    expect(distance(994, 'en')).toMatch(/^990\sm$/);
    expect(distance(996, 'en')).toMatch(/^1\.0\skm$/);
    expect(distance(1840, 'vi')).toMatch(/^1,8\skm$/);
  });
});

describe('times', () => {
  it('are of the city wherever the screen stands', () => {
    expect(clockTime(kFridayEvening)).toBe('17:42');
    expect(clockTime(Date.parse('2026-10-23T17:00:00Z'))).toBe('00:00');
    expect(cityHour(kFridayEvening)).toBeCloseTo(17.7);
  });

  it('name the weekday as within a line', () => {
    expect(weekday(kFridayEvening, 'vi')).toBe('thứ Sáu');
    expect(weekday(kFridayEvening, 'en')).toBe('Friday');
    expect(weekday(Date.parse('2026-10-25T03:00:00Z'), 'vi')).toBe('Chủ nhật');
    expect(weekday(Date.parse('2026-10-26T03:00:00Z'), 'vi')).toBe('thứ Hai');
    expect(weekday(Date.parse('2026-10-23T18:00:00Z'), 'en')).toBe('Saturday');
  });
});

describe('age', () => {
  it.each([
    [-500, 'second', 0],
    [59_999, 'second', 59],
    [60_000, 'minute', 1],
    [3_599_000, 'minute', 59],
    [3_600_000, 'hour', 1],
    [90_000_000, 'hour', 25],
  ])('of %i ms', (ms, unit, count) => {
    expect(age(ms)).toEqual({ unit, count });
  });
});
