import { describe, expect, it } from 'vitest';
import type { Report } from '../page/main.js';
import { Watchdog, type Action, type Finding } from './watchdog.js';

const kLive: Report = { shown: 'picture', frames: 1, heapBytes: 0, serverUp: true, canDraw: true };

/** Asks once per second for a while; the actions other than `feed` and `wait`, with their second. */
function actionsOver(dog: Watchdog, seconds: number, find: (second: number) => Finding): string[] {
  const actions: string[] = [];
  for (let second = 1; second <= seconds; second++) {
    const action: Action = dog.decide(find(second), second * 1000);
    if (action !== 'feed' && action !== 'wait') actions.push(`${action} ${second}`);
  }
  return actions;
}

describe('Watchdog', () => {
  it('feeds while the frames rise', () => {
    const dog = new Watchdog(0);
    expect(actionsOver(dog, 600, (frames) => ({ ...kLive, frames }))).toEqual([]);
    expect(dog.decide({ ...kLive, frames: 601 }, 601_000)).toBe('feed');
  });

  it('opens the page again when the frames stand still', () => {
    expect(actionsOver(new Watchdog(0), 40, () => kLive)).toEqual(['open 17', 'open 33']);
  });

  it('does not feed for a picture that stands still', () => {
    const dog = new Watchdog(0);
    dog.decide(kLive, 0);
    expect(dog.decide(kLive, 15_001)).toBe('open');
  });

  it('opens a crashed page and kills a frozen one at once', () => {
    expect(new Watchdog(0).decide('crashed', 1)).toBe('open');
    expect(new Watchdog(0).decide('frozen', 1)).toBe('kill');
  });

  it('gives a page ten seconds to appear', () => {
    expect(actionsOver(new Watchdog(0), 25, () => 'elsewhere')).toEqual(['open 11', 'open 22']);
  });

  it('has more patience with a page that is being opened', () => {
    const dog = new Watchdog(0);
    expect([dog.frozenMs(9000), dog.frozenMs(11_000)]).toEqual([10_000, 3000]);
    dog.decide('frozen', 11_000);
    expect(dog.frozenMs(12_000)).toBe(10_000);
  });

  it('doubles its patience with each kill that did not help, until the picture lives', () => {
    const dog = new Watchdog(0);
    for (let kill = 0; kill < 3; kill++) dog.decide('frozen', 20_000);
    expect(dog.frozenMs(40_000)).toBe(12_000);
    dog.decide({ ...kLive, frames: 2 }, 40_000);
    expect(dog.frozenMs(40_000)).toBe(3000);
  });

  it('waits for a server for as long as it takes', () => {
    const gone: Report = { ...kLive, shown: 'no-server', serverUp: false };
    expect(actionsOver(new Watchdog(0), 86_400, () => gone)).toEqual([]);
  });

  it('starts another browser when the supervisor cannot repair the picture', () => {
    const stuck: Report = { ...kLive, shown: 'restoring' };
    expect(actionsOver(new Watchdog(0), 100, () => stuck)).toEqual(['relaunch 92']);
  });

  it('starts another browser when this one cannot draw maps, and not again soon', () => {
    const mapless = { ...kLive, canDraw: false };
    expect(actionsOver(new Watchdog(0), 800, () => mapless)).toEqual(['relaunch 62', 'relaunch 662']);
  });
});
