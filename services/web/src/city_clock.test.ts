import { describe, expect, it } from 'vitest';
import { CityClock, cityTimeAt, readClock } from './city_clock.js';

const kWall = Date.parse('2026-11-21T03:00:00Z');
const kCity = Date.parse('2026-10-23T10:00:00Z');

const replay = {
  mode: 'CLOCK_MODE_REPLAY',
  cityTime: '2026-10-23T10:00:00Z',
  asOfTime: '2026-11-21T03:00:00Z',
  speed: 60,
  holdTime: '2026-10-23T10:05:00Z',
};

describe('city clock', () => {
  it('runs sixty city seconds a second in a replay at 60', () => {
    const state = readClock(replay, NaN, kWall)!;
    expect(cityTimeAt(state, kWall)).toBe(kCity);
    expect(cityTimeAt(state, kWall + 2000)).toBe(kCity + 120_000);
  });

  it('does not pass the hold time', () => {
    const state = readClock(replay, NaN, kWall)!;
    expect(cityTimeAt(state, kWall + 60_000)).toBe(kCity + 300_000);
    const clock = new CityClock();
    clock.update(replay, NaN, kWall);
    expect(clock.held(kWall + 8000)).toBe(false);
    expect(clock.held(kWall + 10_000)).toBe(true);
  });

  it('stands while it is held', () => {
    const state = readClock({ ...replay, held: true }, NaN, kWall)!;
    expect(cityTimeAt(state, kWall + 5000)).toBe(kCity);
  });

  it('never runs backwards when the page is behind the server', () => {
    const state = readClock(replay, NaN, kWall)!;
    expect(cityTimeAt(state, kWall - 1000)).toBe(kCity);
  });

  it('counts from when the state was made, not from when it arrived', () => {
    const state = readClock(replay, NaN, kWall + 1500)!;
    expect(cityTimeAt(state, kWall + 1500)).toBe(kCity + 90_000);
  });

  it('is right on a screen whose own clock is an hour behind', () => {
    const ourNow = kWall - 3_600_000;
    const state = readClock(replay, kWall, ourNow)!;
    expect(cityTimeAt(state, ourNow + 1000)).toBe(kCity + 60_000);
  });

  it('trusts its own clock within the precision of the Date header', () => {
    const state = readClock(replay, kWall - 900, kWall)!;
    expect(cityTimeAt(state, kWall + 1000)).toBe(kCity + 60_000);
  });

  it('keeps what it has when a message is unusable', () => {
    const clock = new CityClock();
    expect(clock.known).toBe(false);
    clock.update(replay, NaN, kWall);
    clock.update({ cityTime: 'soon' }, NaN, kWall);
    clock.update(undefined, NaN, kWall);
    expect(clock.known).toBe(true);
    expect(clock.replay).toBe(true);
    expect(clock.now(kWall + 1000)).toBe(kCity + 60_000);
  });
});
