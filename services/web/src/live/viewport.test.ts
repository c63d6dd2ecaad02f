import { describe, expect, it } from 'vitest';
import { covers, hullOf, query, widen, zoomBand } from './viewport.js';

const view = { west: 106.6, south: 10.7, east: 106.8, north: 10.8 };

describe('viewport', () => {
  const followed = { box: widen(view), zoom: zoomBand(12.5) };

  it('needs nothing new for a small move', () => {
    const moved = { west: 106.65, south: 10.72, east: 106.85, north: 10.82 };
    expect(covers(followed, moved, 12.5)).toBe(true);
  });

  it('follows anew when the view leaves the margin', () => {
    const moved = { west: 106.7, south: 10.7, east: 106.9, north: 10.8 };
    expect(covers(followed, moved, 12.5)).toBe(false);
  });

  it('follows anew when other road classes appear', () => {
    expect(covers(followed, view, 12.99)).toBe(true);
    expect(covers(followed, view, 13)).toBe(false);
  });

  it('follows less when the view has become much smaller', () => {
    const close = { west: 106.7, south: 10.74, east: 106.72, north: 10.76 };
    expect(covers({ ...followed, zoom: 14 }, close, 14.5)).toBe(false);
  });

  it('bands: all up to 11 alike, all from 14 alike', () => {
    expect([8, 11.9, 12, 13.5, 14, 18].map(zoomBand)).toEqual([11, 11, 12, 13, 14, 14]);
  });

  it('asks in the order west, south, east, north', () => {
    expect(query({ box: view, zoom: 12 })).toBe(
      'bbox=106.60000,10.70000,106.80000,10.80000&zoom=12',
    );
  });

  it('of several windows is their hull at the nearest zoom', () => {
    const far = { box: { west: 107, south: 10.6, east: 107.2, north: 10.75 }, zoom: 14 };
    expect(hullOf([{ box: view, zoom: 12 }, far])).toEqual({
      box: { west: 106.6, south: 10.6, east: 107.2, north: 10.8 },
      zoom: 14,
    });
    expect(hullOf([far])).toEqual(far);
    expect(hullOf([])).toBeUndefined();
  });

  it('never asks beyond the world', () => {
    const box = widen({ west: -170, south: -80, east: 170, north: 80 });
    expect(box).toEqual({ west: -180, south: -85, east: 180, north: 85 });
  });
});
