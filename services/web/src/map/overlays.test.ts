import { validateStyleMin } from '@maplibre/maplibre-gl-style-spec';
import { describe, expect, it } from 'vitest';
import { palettes, type Theme } from '../../styles/palette.js';
import { buildStyle } from '../../styles/style.js';
import { emptyOverlays, withOverlays } from './overlays.js';

describe.each<Theme>(['night', 'day'])('the %s style with overlays', (theme) => {
  const style = withOverlays(buildStyle(theme), palettes[theme], emptyOverlays(), true);

  it('is valid by the MapLibre specification', () => {
    const glyphs = 'http://example.invalid/{fontstack}/{range}.pbf';
    expect(validateStyleMin({ ...style, glyphs } as never)).toEqual([]);
  });

  it('marks closed streets at every zoom, dashes below crosses, never both', () => {
    const layer = (id: string): { minzoom?: number; maxzoom?: number } | undefined =>
      style.layers.find((one) => one.id === id);
    expect(layer('closed-cross')?.minzoom).toBeDefined();
    expect(layer('traffic-closed')?.maxzoom).toBe(layer('closed-cross')?.minzoom);
  });
});
