import { describe, expect, it } from 'vitest';
import { Words } from '../i18n/index.js';
import { depthKey, levelOf, vehicleWords } from './street_words.js';

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
    expect(words.text(depthKey(street, { flood_class: 2 })!)).toBe('ngập');
  });

  it('says nothing of what is not known', () => {
    expect(vehicleWords({ car: 'PASSABILITY_UNSPECIFIED' })).toEqual([]);
    expect(depthKey({}, undefined)).toBeUndefined();
    expect(depthKey(undefined, { flood_class: 0 }), 'unknown').toBeUndefined();
    expect(depthKey(undefined, { flood_class: 1 }), 'dry').toBeUndefined();
  });

  it('is told by the map until the server has answered', () => {
    expect(depthKey(undefined, { flood_class: 5 })).toBe('flood.deep');
  });
});

describe('how traffic flows on a street', () => {
  it('is what the map shows, with its speed', () => {
    expect(levelOf({ level: 4, speed_kmh: 3 }, { level: 'TRAFFIC_LEVEL_FREE' })).toEqual({
      key: 'traffic.stationary',
      dot: 'stationary',
      speedKmh: 3,
      typical: false,
    });
  });

  it('is what the server answered where the map has not been told', () => {
    const answered = { level: 'TRAFFIC_LEVEL_FREE', speedKmh: 38 };
    expect(levelOf(undefined, answered)).toMatchObject({ key: 'traffic.free', speedKmh: 38 });
    expect(levelOf({ level: 0 }, answered)).toMatchObject({ key: 'traffic.free' });
  });

  it('has no speed on a closed street', () => {
    expect(levelOf({ level: 5, speed_kmh: 30 }, undefined)?.speedKmh).toBe(0);
  });

  it('is marked when it is typical, not measured', () => {
    expect(levelOf({ level: 2, source: 2 }, undefined)?.typical).toBe(true);
    const answered = { level: 'TRAFFIC_LEVEL_SLOW', source: 'SPEED_SOURCE_PROFILE' };
    expect(levelOf(undefined, answered)?.typical).toBe(true);
  });

  it('is not known where the server has no depth', () => {
    expect(levelOf(undefined, undefined)).toBeUndefined();
    expect(levelOf({ level: 0 }, { level: 'TRAFFIC_LEVEL_UNSPECIFIED' })).toBeUndefined();
    expect(levelOf({ level: 99 }, undefined)).toBeUndefined();
  });
});
