import { describe, expect, it } from 'vitest';
import { trafficOffsetPx } from '../../styles/widths.js';
import { distanceToDrawn, nearestStreet, type Pixel, type Street } from './street_picking.js';

const east: Pixel[] = [
  { x: 0, y: 100 },
  { x: 200, y: 100 },
];
const west = [...east].reverse();
const street = (name: string, course: Pixel[], offsetPx = 0, segment?: number): Street => ({
  segment,
  name,
  course,
  offsetPx,
  geometry: { type: 'LineString', coordinates: [] },
});
/** A street along the screen at this height. */
const along = (name: string, y: number, segment = 1): Street =>
  street(name, [{ x: 0, y }, { x: 100, y }, { x: 200, y }], 0, segment);

describe('distanceToDrawn', () => {
  it('is measured to the line, not to its corners', () => {
    expect(distanceToDrawn({ x: 77, y: 93 }, east, 0)).toEqual({
      distancePx: 7,
      at: { x: 77, y: 100 },
    });
  });

  it('ends at the ends', () => {
    expect(distanceToDrawn({ x: 203, y: 104 }, east, 0).distancePx).toBe(5);
  });

  it('goes to the right of the driving direction, as it is drawn', () => {
    // Towards the east the right side is the lower one on the screen; towards the west the upper one.
    expect(distanceToDrawn({ x: 50, y: 104 }, east, 4).distancePx).toBe(0);
    expect(distanceToDrawn({ x: 50, y: 104 }, west, 4).distancePx).toBe(8);
  });

  it('passes over a doubled point', () => {
    const doubled = [east[0]!, east[0]!, east[1]!];
    expect(distanceToDrawn({ x: 50, y: 103 }, doubled, 0).distancePx).toBe(3);
  });
});

describe('nearestStreet', () => {
  it('is the nearest one, whatever is on the others', () => {
    const streets = [along('far', 118), along('near', 104), along('further', 121)];
    expect(nearestStreet({ x: 50, y: 100 }, streets)?.name).toBe('near');
  });

  it('is none where none is within reach', () => {
    expect(nearestStreet({ x: 50, y: 100 }, [along('far', 130)])).toBeUndefined();
    expect(nearestStreet({ x: 50, y: 100 }, [])).toBeUndefined();
  });

  it('tells the two directions of a lit street apart', () => {
    const both = [street('out', east, 3, 1), street('in', west, 3, 2)];
    expect(nearestStreet({ x: 50, y: 105 }, both)?.name).toBe('out');
    expect(nearestStreet({ x: 50, y: 95 }, both)?.name).toBe('in');
  });

  it('prefers the street with data over the road that it lies on', () => {
    const road = street('Lê Lợi', east);
    const segment = street('Lê Lợi', east, 3, 7);
    expect(nearestStreet({ x: 50, y: 100 }, [road, segment])?.segment).toBe(7);
  });

  it('takes a road without data where it is clearly the nearer one', () => {
    const alley = street('Hẻm 12', [{ x: 0, y: 102 }, { x: 200, y: 102 }]);
    expect(nearestStreet({ x: 50, y: 100 }, [alley, along('Lê Lợi', 112)])?.name).toBe('Hẻm 12');
  });

  it('agrees with a slow search over a random city', () => {
    let seed = 11;
    const random = (below: number): number =>
      ((seed = (seed * 1103515245 + 12345) % 2147483648) / 2147483648) * below;
    for (let city = 0; city < 200; city++) {
      const streets = Array.from({ length: 12 }, (_, i) =>
        street(
          String(i),
          Array.from({ length: 3 }, () => ({ x: random(100), y: random(100) })),
          random(4),
          i,
        ),
      );
      const finger = { x: random(100), y: random(100) };
      const slow = streets
        .map((one) => ({ name: one.name, px: slowDistance(finger, one) }))
        .sort((a, b) => a.px - b.px)[0]!;
      const found = nearestStreet(finger, streets);
      if (slow.px < 23.5) expect(found?.name).toBe(slow.name);
      if (slow.px > 24.5) expect(found).toBeUndefined();
    }
  });
});

/** A simple model: walks along the drawn line in small steps. */
function slowDistance(to: Pixel, { course, offsetPx }: Street): number {
  let best = Infinity;
  for (let i = 1; i < course.length; i++) {
    const [a, b] = [course[i - 1]!, course[i]!];
    const angle = Math.atan2(b.y - a.y, b.x - a.x) + Math.PI / 2;
    for (let step = 0; step <= 2000; step++) {
      const x = a.x + ((b.x - a.x) * step) / 2000 + Math.cos(angle) * offsetPx;
      const y = a.y + ((b.y - a.y) * step) / 2000 + Math.sin(angle) * offsetPx;
      best = Math.min(best, Math.hypot(x - to.x, y - to.y));
    }
  }
  return best;
}

describe('trafficOffsetPx', () => {
  it('is that of the style at its zooms, and between them', () => {
    // primary at zoom 14: width 2.2 + 0.72 * 1.5 when queuing.
    expect(trafficOffsetPx('primary', 3, 14)).toBeCloseTo(0.5 * (2.2 + 0.72 * 1.5) + 0.402);
    const [low, high] = [trafficOffsetPx('local', 2, 14), trafficOffsetPx('local', 2, 16)];
    expect(trafficOffsetPx('local', 2, 15)).toBeCloseTo((low + high) / 2);
    expect(trafficOffsetPx('no such class', 2, 20)).toBe(trafficOffsetPx('local', 2, 18));
  });
});
