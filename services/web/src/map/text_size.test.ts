import { describe, expect, it } from 'vitest';
import { buildStyle } from '../../styles/style.js';
import { kBoothTextPx, withBoothText, withScaledText } from './text_size.js';

const style = buildStyle('night');
const sizesOf = (layers: typeof style.layers): Record<string, unknown> =>
  Object.fromEntries(
    layers.flatMap((layer) =>
      layer.type === 'symbol' && layer.layout?.['text-field'] !== undefined
        ? [[layer.id, layer.layout['text-size']]]
        : [],
    ),
  );

describe('withBoothText', () => {
  const before = sizesOf(style.layers);
  const after = sizesOf(withBoothText(style).layers);

  it('leaves no name smaller than can be read from where people stand', () => {
    expect(Object.keys(after).length).toBeGreaterThan(5);
    for (const [id, size] of Object.entries(after)) {
      const sizes = Array.isArray(size) ? size.filter((_, i) => i > 3 && i % 2 === 0) : [size];
      for (const px of sizes) expect(px, id).toBeGreaterThanOrEqual(kBoothTextPx);
    }
  });

  it('keeps zooms, and what is larger than what', () => {
    expect(before['label-ward']).toEqual(['interpolate', ['linear'], ['zoom'], 12, 10.5, 15, 13]);
    expect(after['label-ward']).toEqual(['interpolate', ['linear'], ['zoom'], 12, 15, 15, 16.25]);
    expect(after['label-city']).toEqual(['interpolate', ['linear'], ['zoom'], 8, 17.25, 11, 20]);
  });
});

describe('withScaledText', () => {
  it('makes every name as much larger, at every zoom', () => {
    const before = sizesOf(style.layers);
    const after = sizesOf(withScaledText(style, 2).layers);
    expect(Object.keys(after)).toEqual(Object.keys(before));
    expect(after['label-landmark']).toBe(2 * (before['label-landmark'] as number));
    const [sizes, doubled] = [before['label-road'], after['label-road']] as number[][];
    expect(doubled!.slice(0, 4)).toEqual(sizes!.slice(0, 4));
    expect([doubled![4], doubled![5], doubled![6]]).toEqual([2 * sizes![4]!, sizes![5], 2 * sizes![6]!]);
  });

  it('leaves a desk as it is', () => {
    expect(withScaledText(style, 1)).toBe(style);
  });
});
