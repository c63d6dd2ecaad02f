// Names large enough to be read from where people stand, on the screen that there is.

import type { StyleSpecification } from 'maplibre-gl';

/** No name on a booth's map is smaller, in px. */
export const kBoothTextPx = 15;
/** The smallest name of the style, which the style's other users read from nearer. */
const kSmallestPx = 10.5;

/** Half of what sets sizes apart stays: what was larger is still larger. */
function booth(sizePx: number): number {
  return Math.max(sizePx, kBoothTextPx + Math.max(0, sizePx - kSmallestPx) / 2);
}

/** A number, or an interpolation by zoom: ["interpolate", ["linear"], ["zoom"], zoom, size, …]. */
function resized(size: unknown, by: (sizePx: number) => number): unknown {
  if (typeof size === 'number') return by(size);
  if (!Array.isArray(size) || size[0] !== 'interpolate') return size;
  return size.map((part, i) => (i > 3 && i % 2 === 0 ? by(part as number) : (part as unknown)));
}

/** The style with every name at the booth's size. */
export function withBoothText(style: StyleSpecification): StyleSpecification {
  return withText(style, booth);
}

/** The style with every name `scale` times as large: for a large screen. */
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
