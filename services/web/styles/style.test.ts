import { validateStyleMin } from '@maplibre/maplibre-gl-style-spec';
import { describe, expect, it } from 'vitest';
import { kMapFonts } from '../build/map_glyphs.js';
import { palettes, type Theme } from './palette.js';
import { buildStyle } from './style.js';

const themes: Theme[] = ['night', 'day'];

/** Relative luminance of #RRGGBB as in WCAG 2. */
function luminance(color: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const part = parseInt(color.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}

function contrast(a: string, b: string): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light! + 0.05) / (dark! + 0.05);
}

describe.each(themes)('the %s style', (theme) => {
  const style = buildStyle(theme);
  const order = style.layers.map((layer) => layer.id);
  const p = palettes[theme];

  it('is valid by the MapLibre specification', () => {
    // MapLibre allows feature-state only in paint properties, which the validator checks.
    expect(validateStyleMin(style as never)).toEqual([]);
  });

  it('asks only for fonts whose glyphs are built', () => {
    const fonts = style.layers.flatMap((layer) => (layer.layout as { 'text-font'?: string[] })?.['text-font'] ?? []);
    expect(fonts.length).toBeGreaterThan(0);
    for (const font of fonts) expect(Object.keys(kMapFonts)).toContain(font);
  });

  it('draws bridges over water and flood, traffic over roads, names last', () => {
    const at = (id: string): number => order.indexOf(id);
    for (const id of [
      'water',
      'flood-depth',
      'traffic-wet',
      'road',
      'road-bridge',
      'traffic-line',
      'label-road',
    ]) {
      expect(at(id), id).toBeGreaterThanOrEqual(0);
    }
    expect(at('flood-depth')).toBeGreaterThan(at('water'));
    expect(at('road-bridge')).toBeGreaterThan(at('flood-depth'));
    expect(at('traffic-line')).toBeGreaterThan(at('road-bridge'));
    expect(at('label-road')).toBeGreaterThan(at('traffic-line'));
  });

  it('asks only its own server', () => {
    expect(JSON.stringify(style)).not.toMatch(/https?:/);
  });

  it('keeps names readable on land', () => {
    expect(contrast(p.label, p.land)).toBeGreaterThan(7);
    expect(contrast(p.labelQuiet, p.land)).toBeGreaterThan(4.5);
  });
});

it.each(themes)(
  '%s: steps of both ramps differ in lightness, so they hold for every kind of colour vision',
  (theme) => {
    const p = palettes[theme];
    for (const ramp of [[p.slow, p.queuing, p.stationary, p.closed], [...p.flood]]) {
      const steps = ramp.slice(1).map((color, i) => ({
        apart: contrast(color, ramp[i]!),
        darker: luminance(color) < luminance(ramp[i]!),
      }));
      for (const { apart, darker } of steps) {
        expect(apart).toBeGreaterThan(1.3);
        expect(darker).toBe(true);
      }
    }
  },
);

it('night: every lit level stands out from the land by 3:1, closed by its white dashes', () => {
  const p = palettes.night;
  for (const color of [p.slow, p.queuing, p.stationary, p.closedDash]) {
    expect(contrast(color, p.land)).toBeGreaterThan(3);
  }
});
