// Selection of streets by touch: the nearest as drawn. A lit line is drawn beside the middle of its road, on the
// driving side; an unlit street is drawn as its road.

import type { Map as MapLibreMap, MapGeoJSONFeature } from 'maplibre-gl';
import { kLitLevel, trafficOffsetPx } from '../../styles/widths.js';

/** Half the width of a thumb. */
const kReachPx = 24;
/** Distance by which a road without traffic data has to be nearer than a street with data. */
const kBarePenaltyPx = 4;
const kTrafficLayer = 'traffic-line';
const kRoadLayers = ['road', 'road-bridge', 'road-tunnel'];

export interface Pixel {
  x: number;
  y: number;
}

export interface Street {
  /** Index of its segment in the traffic layer; undefined: a road without traffic data. */
  segment: number | undefined;
  name: string;
  /** Its course on the screen, in driving direction. */
  course: Pixel[];
  /** Distance to the right of its course at which it is drawn. */
  offsetPx: number;
  geometry: GeoJSON.Geometry;
}

/** A selected street, and the point of its course nearest to the touch. */
export interface PickedStreet extends Street {
  nearest: Pixel;
}

interface Nearest {
  distancePx: number;
  at: Pixel;
}

/** Distance of `to` from a course that is drawn `offsetPx` to its right. */
export function distanceToDrawn(to: Pixel, course: readonly Pixel[], offsetPx: number): Nearest {
  let best: Nearest = { distancePx: Infinity, at: to };
  for (let i = 1; i < course.length; i++) {
    const from = course[i - 1]!;
    const dx = course[i]!.x - from.x;
    const dy = course[i]!.y - from.y;
    const length = Math.hypot(dx, dy);
    if (length === 0) continue;
    const right = { x: (-dy / length) * offsetPx, y: (dx / length) * offsetPx };
    const along = ((to.x - right.x - from.x) * dx + (to.y - right.y - from.y) * dy) / length ** 2;
    const share = Math.min(1, Math.max(0, along));
    const at = { x: from.x + share * dx, y: from.y + share * dy };
    const distancePx = Math.hypot(at.x + right.x - to.x, at.y + right.y - to.y);
    if (distancePx < best.distancePx) best = { distancePx, at };
  }
  return best;
}

/** The nearest street within reach, if any. */
export function nearestStreet(to: Pixel, streets: readonly Street[]): PickedStreet | undefined {
  let best: PickedStreet | undefined;
  let bestPx = kReachPx;
  for (const street of streets) {
    const { distancePx, at } = distanceToDrawn(to, street.course, street.offsetPx);
    const rated = distancePx + (street.segment === undefined ? kBarePenaltyPx : 0);
    if (distancePx > kReachPx || rated >= bestPx) continue;
    bestPx = rated;
    best = { ...street, nearest: at };
  }
  return best;
}

/** The street drawn nearest to a point of the screen. */
export function streetAt(map: MapLibreMap, at: Pixel): PickedStreet | undefined {
  const zoom = map.getZoom();
  const box: [[number, number], [number, number]] = [
    [at.x - kReachPx, at.y - kReachPx],
    [at.x + kReachPx, at.y + kReachPx],
  ];
  const layers = [kTrafficLayer, ...kRoadLayers].filter((id) => map.getLayer(id));
  const features = map.queryRenderedFeatures(box, { layers });
  return nearestStreet(
    at,
    features.flatMap((feature) => streetsOf(map, feature, zoom)),
  );
}

function streetsOf(map: MapLibreMap, feature: MapGeoJSONFeature, zoom: number): Street[] {
  const { geometry, layer, properties, state } = feature;
  const lines =
    geometry.type === 'LineString'
      ? [geometry.coordinates]
      : geometry.type === 'MultiLineString'
        ? geometry.coordinates
        : [];
  const traffic = layer.id === kTrafficLayer;
  const level = Number(state['level'] ?? properties['level'] ?? 0);
  const lit = traffic && level >= kLitLevel;
  return lines.map((line) => ({
    segment: traffic ? Number(feature.id) : undefined,
    name: String(properties['name'] ?? ''),
    course: line.map((point) => map.project(point as [number, number])),
    offsetPx: lit ? trafficOffsetPx(String(properties['class']), level, zoom) : 0,
    geometry,
  }));
}
