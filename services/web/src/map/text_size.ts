// Adapts the size of names to the viewing distance and the screen.

import type { StyleSpecification } from 'maplibre-gl';

/** Minimum size of names on a booth's map, in px. */
export const kBoothTextPx = 15;
/** The smallest name of the style, which other users of the style read from nearer. */
const kSmallestPx = 10.5;

/** Halves the differences between sizes and keeps their order. */
function booth(sizePx: number): number {
  return Math.max(sizePx, kBoothTextPx + Math.max(0, sizePx - kSmallestPx) / 2);
}

/** A number, or an interpolation by zoom: ["interpolate", ["linear"], ["zoom"], zoom, size, …]. */
function resized(size: unknown, by: (sizePx: number) => number): unknown {
  if (typeof size === 'number') return by(size);
  if (!Array.isArray(size) || size[0] !== 'interpolate') return size;
  return size.map((part, i) => (i > 3 && i % 2 === 0 ? by(part as number) : (part as unknown)));
}

/** The style with all names at the booth's size. */
export function withBoothText(style: StyleSpecification): StyleSpecification {
  return withText(style, booth);
}

/** The style with all names `scale` times as large: for a large screen. */
export function withScaledText(style: StyleSpecification, scale: number): StyleSpecification {
  return scale === 1 ? style : withText(style, (sizePx) => sizePx * scale);
}

function withText(style: StyleSpecification, by: (sizePx: number) => number): StyleSpecification {
  const layers = style.layers.map((layer) => {
    if (layer.type !== 'symbol' || layer.layout?.['text-size'] === undefined) return layer;
    const size = resized(layer.layout['text-size'], by);
    return { ...layer, layout: { ...layer.layout, 'text-size': size } } as typeof layer;
  });
  return { ...style, layers };
}
