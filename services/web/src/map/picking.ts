// Selection of symbols by touch: symbols are small, so that the area around the tap is queried.

import type { Map as MapLibreMap, MapMouseEvent } from 'maplibre-gl';

import { isLost } from './lost_context.js';

/** Half the width of a thumb. */
const kReachPx = 22;
/** Symbols whose distances differ by at most this are equally near: then the most severe is selected. */
const kAsNearPx = 8;

export interface Candidate {
  layer: string;
  /** Severity; higher is more severe. */
  rank: number;
  distancePx: number;
  properties: Record<string, unknown>;
}

/** The nearest candidate; of those about as near the most severe. */
export function pick(candidates: readonly Candidate[]): Candidate | undefined {
  const nearestPx = Math.min(...candidates.map((one) => one.distancePx));
  return candidates
    .filter((one) => one.distancePx <= nearestPx + kAsNearPx)
    .sort((a, b) => b.rank - a.rank || a.distancePx - b.distancePx)[0];
}

/** Calls `open` with the symbol of one of the layers that a tap selects, `miss` when it selects none. */
export function onTap(
  map: MapLibreMap,
  layers: readonly string[],
  open: (layer: string, properties: Record<string, unknown>) => void,
  miss: (at: { x: number; y: number }) => void,
): void {
  map.on('click', (event) => {
    if (isLost(map)) return;
    const chosen = pick(around(map, layers, event));
    if (chosen) open(chosen.layer, chosen.properties);
    else miss(event.point);
  });
  for (const layer of layers) {
    map.on('mouseenter', layer, () => (map.getCanvas().style.cursor = 'pointer'));
    map.on('mouseleave', layer, () => (map.getCanvas().style.cursor = ''));
  }
}

function around(map: MapLibreMap, layers: readonly string[], event: MapMouseEvent): Candidate[] {
  const there = layers.filter((layer) => map.getLayer(layer));
  const { x, y } = event.point;
  const features = map.queryRenderedFeatures(
    [
      [x - kReachPx, y - kReachPx],
      [x + kReachPx, y + kReachPx],
    ],
    { layers: there },
  );
  return features.flatMap(({ geometry, layer, properties }) => {
    if (geometry.type !== 'Point') return [];
    const at = map.project(geometry.coordinates as [number, number]);
    // A name is part of its symbol and may be touched far from the point.
    const distancePx = Math.min(kReachPx, Math.hypot(at.x - x, at.y - y));
    return [{ layer: layer.id, rank: Number(properties['rank'] ?? -1), distancePx, properties }];
  });
}
