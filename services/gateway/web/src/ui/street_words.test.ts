import { describe, expect, it } from 'vitest';
import { Words } from '../i18n/index.js';
import { deepest, depthKey, vehicleWords } from './street_words.js';

describe('a street under water', () => {
  const street = {
    depthM: 0.34,
    floodClass: 'FLOOD_CLASS_FLOODED',
    motorbike: 'PASSABILITY_IMPASSABLE',
    car: 'PASSABILITY_IMPASSABLE',
    bus: 'PASSABILITY_DIFFICULT',
    emergency: 'PASSABILITY_PASSABLE',
  };

  it('says who gets through, in the words of the city', () => {
    const words = new Words('vi');
    expect(
      vehicleWords(street).map((row) => `${words.text(row.vehicle)}: ${words.text(row.passage)}`),
    ).toEqual([
      'Xe máy: không đi được',
      'Ô tô: không đi được',
      'Xe buýt, xe tải: khó đi',
      'Xe cứu hộ: đi được',
    ]);
    expect(words.text(depthKey(street)!)).toBe('ngập');
  });

  it('says nothing of what is not known', () => {
    expect(vehicleWords({ car: 'PASSABILITY_UNSPECIFIED' })).toEqual([]);
    expect(depthKey({})).toBeUndefined();
  });

  it('is told by its deepest part', () => {
    expect(deepest([{ depthM: 0.1 }, street, {}])).toBe(street);
    expect(deepest([])).toBeUndefined();
  });
});
