import { describe, expect, it } from 'vitest';
import { DataAge } from './data_age.js';

describe('DataAge', () => {
  it('is not known before the first data', () => {
    const age = new DataAge();
    expect(age.at(5000, 0)).toBeNaN();
    age.note('flood', NaN, 5000, 0);
    expect(age.at(5000, 0)).toBeNaN();
  });

  it('goes by the city clock, which a replay makes run faster', () => {
    const age = new DataAge();
    age.note('flood', 1000, 3000, 0);
    expect(age.at(3000, 0)).toBe(2000);
    expect(age.at(63_000, 1000)).toBe(62_000);
  });

  it('grows while nothing arrives, though the city clock stands still', () => {
    const age = new DataAge();
    age.note('flood', 1000, 3000, 0);
    expect(age.at(3000, 60_000)).toBe(62_000);
  });

  it('is never below zero where the clock lags behind the data, and grows from there', () => {
    const age = new DataAge();
    age.note('flood', 90_000, 3000, 0);
    expect(age.at(3000, 0)).toBe(0);
    expect(age.at(3000, 7000)).toBe(7000);
  });

  it('is that of the layer with the newest data, whichever arrives last', () => {
    const age = new DataAge();
    age.note('flood', 60_000, 61_000, 0);
    age.note('traffic', 1000, 61_000, 0);
    expect(age.at(61_000, 0)).toBe(1000);
    age.note('flood', 60_000, 66_000, 5000);
    age.note('traffic', 1000, 66_000, 5000);
    expect(age.at(66_000, 5000)).toBe(6000);
  });

  it('starts over with each event of a layer', () => {
    const age = new DataAge();
    age.note('flood', 1000, 3000, 0);
    age.note('flood', 61_000, 62_000, 60_000);
    expect(age.at(62_500, 60_500)).toBe(1500);
  });
});
