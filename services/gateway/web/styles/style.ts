// The map style, made from one description for both themes; the build writes it to
// /styles/night.json and /styles/day.json for the page, for phones and for QGIS.
//
// Order, from below: land, water, depth of flooding, wet streets, roads, bridges (above the water they
// cross), traffic, names. Live state is feature-state; where a client keeps none, the tile's own
// attribute shows.

import type {
  ExpressionSpecification as Expression,
  LayerSpecification,
  StyleSpecification,
} from 'maplibre-gl';
import { palettes, type Palette, type Theme } from './palette.js';

const kRegular = ['Be Vietnam Pro'];
const kSemiBold = ['Be Vietnam Pro SemiBold'];
const kItalic = ['Be Vietnam Pro Italic'];

/** Zooms at which every width is given; between them it grows linearly. */
const kWidthZooms = [9, 11, 12.5, 14, 16, 18] as const;

/** Road width in px at each of kWidthZooms. */
const kRoadWidths: Record<string, readonly number[]> = {
  motorway: [1.2, 1.9, 2.8, 5, 10, 22],
  trunk: [1.0, 1.7, 2.6, 4.6, 9.5, 20],
  primary: [0.8, 1.4, 2.2, 4, 8.5, 18],
  secondary: [0.4, 0.9, 1.5, 3, 7, 15],
  tertiary: [0.3, 0.6, 1.0, 2.2, 5.5, 13],
  local: [0.1, 0.3, 0.5, 1.3, 3.8, 10],
};

/** Width of a lit traffic line of one direction at level "slow", before its level widens it. */
const kTrafficWidths: Record<string, readonly number[]> = {
  motorway: [1.0, 1.3, 1.7, 2.4, 4.4, 9],
  trunk: [1.0, 1.3, 1.7, 2.4, 4.2, 8.5],
  primary: [0.9, 1.2, 1.5, 2.2, 4.0, 8],
  secondary: [0.7, 0.9, 1.2, 1.8, 3.4, 7],
  tertiary: [0.5, 0.7, 1.0, 1.5, 2.8, 6],
  local: [0.4, 0.5, 0.7, 1.1, 2.2, 5],
};

/** The level widens a line by +0 / +1.5 / +3 / +4.5 px, scaled by this at each of kWidthZooms. */
const kLevelWidening = [0.22, 0.34, 0.5, 0.72, 1, 1.4] as const;

/** State of a live attribute: what the stream said last, else what the tile says. */
export function state(name: string): Expression {
  return ['coalesce', ['feature-state', name], ['get', name], 0];
}

function byClass(table: Record<string, readonly number[]>, stop: number): Expression {
  const pairs = Object.entries(table)
    .filter(([name]) => name !== 'local')
    .flatMap(([name, widths]) => [name, widths[stop] as number]);
  return ['match', ['get', 'class'], ...pairs, table['local']![stop]] as unknown as Expression;
}

function byZoom(at: (stop: number) => Expression | number): Expression {
  const stops = kWidthZooms.flatMap((zoom, stop) => [zoom, at(stop)]);
  return ['interpolate', ['linear'], ['zoom'], ...stops] as unknown as Expression;
}

const roadWidth = (plus = 0): Expression =>
  byZoom((stop) => (plus === 0 ? byClass(kRoadWidths, stop) : ['+', byClass(kRoadWidths, stop), plus]));

/** Width of a traffic line: by class, widened by level. `scale` and `plus` serve halos and outlines. */
export function trafficWidth(scale = 1, plus = 0): Expression {
  return byZoom((stop) => ['+', ['*', scale, trafficWidthAt(stop)], plus * kLevelWidening[stop]!]);
}

function trafficWidthAt(stop: number): Expression {
  const widening: Expression = ['match', state('level'), 3, 1.5, 4, 3, 5, 4.5, 0];
  return ['+', byClass(kTrafficWidths, stop), ['*', kLevelWidening[stop]!, widening]];
}

/** Each direction keeps to the right of the road's middle, as one drives. */
export function trafficOffset(): Expression {
  return byZoom((stop) => ['+', ['*', 0.5, trafficWidthAt(stop)], 0.15 + 0.35 * kLevelWidening[stop]!]);
}

/** Lines that are lit: slow or worse, and from the given kind of source. Old data fades. */
export function trafficOpacity(source: 'live' | 'profile', fromLevel = 2, full = 1): Expression {
  const profile: Expression = ['==', state('source'), 2];
  return [
    'case',
    ['<', state('level'), fromLevel],
    0,
    source === 'profile' ? ['!', profile] : profile,
    0,
    ['match', state('age_class'), 1, 0.8 * full, 2, 0.4 * full, full],
  ];
}

export function trafficColor(p: Palette): Expression {
  return ['match', state('level'), 2, p.slow, 3, p.queuing, 4, p.stationary, 5, p.closed, p.slow];
}

const floodColor = (p: Palette, of: Expression): Expression =>
  ['match', of, 1, p.flood[0], 2, p.flood[1], 3, p.flood[2], 4, p.flood[3], p.flood[0]];

function roadColor(p: Palette): Expression {
  return [
    'match', ['get', 'class'],
    ['motorway', 'trunk'], p.roadTrunk,
    'primary', p.roadPrimary,
    'secondary', p.roadSecondary,
    'tertiary', p.roadTertiary,
    p.roadLocal,
  ];
}

const kRoadSort: Expression = [
  'match', ['get', 'class'],
  'motorway', 6, 'trunk', 5, 'primary', 4, 'secondary', 3, 'tertiary', 2, 1,
];

function landLayers(p: Palette): LayerSpecification[] {
  return [
    { id: 'land', type: 'background', paint: { 'background-color': p.land } },
    {
      id: 'landuse', type: 'fill', source: 'base', 'source-layer': 'landuse',
      paint: { 'fill-color': p.block },
    },
    {
      id: 'park', type: 'fill', source: 'base', 'source-layer': 'park',
      paint: { 'fill-color': p.park },
    },
    {
      // Below the fill: where rivers meet, only the outer half of each edge is seen.
      id: 'water-edge', type: 'line', source: 'base', 'source-layer': 'water',
      paint: {
        'line-color': p.waterEdge,
        'line-width': ['interpolate', ['linear'], ['zoom'], 9, 0.8, 13, 1.8, 17, 3.2],
      },
    },
    {
      id: 'water', type: 'fill', source: 'base', 'source-layer': 'water',
      paint: { 'fill-color': p.water, 'fill-antialias': true },
    },
    {
      id: 'boundary', type: 'line', source: 'base', 'source-layer': 'boundary', minzoom: 9.5,
      paint: { 'line-color': p.boundary, 'line-width': 0.8, 'line-opacity': 0.5, 'line-dasharray': [4, 4] },
    },
  ];
}

function floodLayers(p: Palette): LayerSpecification[] {
  return [
    {
      id: 'flood-depth', type: 'fill', source: 'flood', 'source-layer': 'depth',
      paint: {
        'fill-color': floodColor(p, ['get', 'class']),
        'fill-opacity': ['match', ['get', 'class'], 1, 0.42, 2, 0.5, 3, 0.58, 4, 0.66, 0.42],
        'fill-antialias': true,
      },
    },
    {
      id: 'flood-edge', type: 'line', source: 'flood', 'source-layer': 'depth', minzoom: 11,
      filter: ['==', ['get', 'class'], 1],
      paint: {
        'line-color': p.flood[0],
        'line-opacity': 0.55,
        'line-width': ['interpolate', ['linear'], ['zoom'], 11, 0.4, 16, 1.4],
      },
    },
  ];
}

/**
 * A street under water wears a cool casing below its road, so that a warm line on it reads as both: jammed
 * because wet. Both directions share the casing, hence no offset.
 */
function wetStreetLayer(p: Palette): LayerSpecification {
  const casing = [1.2, 1.8, 2.6, 3.8, 5.5, 8];
  return {
    id: 'traffic-wet', type: 'line', source: 'traffic', 'source-layer': 'traffic',
    layout: { 'line-join': 'round', 'line-cap': 'round' },
    paint: {
      'line-color': floodColor(p, state('flood_class')),
      'line-width': byZoom((stop) => ['+', byClass(kRoadWidths, stop), casing[stop]!]),
      'line-opacity': ['case', ['>', state('flood_class'), 0], 1, 0],
    },
  };
}

function roadLayers(p: Palette, theme: Theme): LayerSpecification[] {
  const casingWidth = theme === 'day' ? 1.6 : 1.2;
  const layers: LayerSpecification[] = [
    {
      id: 'road-tunnel', type: 'line', source: 'base', 'source-layer': 'road',
      filter: ['==', ['get', 'tunnel'], 1],
      paint: {
        'line-color': roadColor(p), 'line-width': roadWidth(), 'line-opacity': 0.55,
        'line-dasharray': [2, 1],
      },
    },
    {
      id: 'road-casing', type: 'line', source: 'base', 'source-layer': 'road', minzoom: 11,
      filter: ['all', ['!=', ['get', 'bridge'], 1], ['!=', ['get', 'tunnel'], 1]],
      layout: { 'line-cap': 'round', 'line-join': 'round' },
      paint: { 'line-color': p.roadCasing, 'line-width': roadWidth(casingWidth) },
    },
    wetStreetLayer(p),
    {
      id: 'road', type: 'line', source: 'base', 'source-layer': 'road',
      filter: ['all', ['!=', ['get', 'bridge'], 1], ['!=', ['get', 'tunnel'], 1]],
      layout: { 'line-cap': 'round', 'line-join': 'round', 'line-sort-key': kRoadSort },
      paint: { 'line-color': roadColor(p), 'line-width': roadWidth() },
    },
    {
      id: 'road-bridge-casing', type: 'line', source: 'base', 'source-layer': 'road', minzoom: 11,
      filter: ['==', ['get', 'bridge'], 1],
      layout: { 'line-cap': 'butt', 'line-join': 'round' },
      paint: { 'line-color': p.bridgeCasing, 'line-width': roadWidth(2.4) },
    },
    {
      id: 'road-bridge', type: 'line', source: 'base', 'source-layer': 'road',
      filter: ['==', ['get', 'bridge'], 1],
      layout: { 'line-cap': 'round', 'line-join': 'round', 'line-sort-key': kRoadSort },
      paint: { 'line-color': roadColor(p), 'line-width': roadWidth() },
    },
  ];
  return layers;
}

function trafficLayers(p: Palette, theme: Theme): LayerSpecification[] {
  const shared = { source: 'traffic', 'source-layer': 'traffic', type: 'line' as const };
  const worstLast: Expression = ['get', 'level'];
  return [
    {
      ...shared, id: 'traffic-glow', minzoom: 10,
      layout: { 'line-join': 'round', 'line-cap': 'round' },
      paint: {
        'line-color': trafficColor(p),
        'line-width': trafficWidth(2.4, 4),
        'line-blur': trafficWidth(1.5, 3),
        'line-offset': trafficOffset(),
        'line-opacity': trafficOpacity('live', 3, theme === 'night' ? 0.3 : 0.16),
      },
    },
    {
      ...shared, id: 'traffic-profile', minzoom: 11,
      layout: { 'line-join': 'round' },
      paint: {
        'line-color': trafficColor(p),
        'line-width': trafficWidth(0.6),
        'line-offset': trafficOffset(),
        'line-opacity': trafficOpacity('profile', 2, 0.75),
        'line-dasharray': [2.4, 1.8],
      },
    },
    {
      ...shared, id: 'traffic-line',
      layout: { 'line-join': 'round', 'line-cap': 'round', 'line-sort-key': worstLast },
      paint: {
        'line-color': trafficColor(p),
        'line-width': trafficWidth(),
        'line-offset': trafficOffset(),
        'line-opacity': trafficOpacity('live'),
      },
    },
    {
      ...shared, id: 'traffic-closed', minzoom: 11,
      paint: {
        'line-color': p.closedDash,
        'line-width': trafficWidth(0.3),
        'line-offset': trafficOffset(),
        'line-opacity': ['case', ['==', state('level'), 5], 0.95, 0],
        'line-dasharray': [1.5, 4],
      },
    },
  ];
}

function labelLayers(p: Palette): LayerSpecification[] {
  const name: Expression = ['get', 'name'];
  const halo = { 'text-halo-color': p.labelHalo, 'text-halo-width': 1.4, 'text-halo-blur': 0.4 };
  const places = (kinds: string[]): Expression => ['in', ['get', 'kind'], ['literal', kinds]];
  return [
    {
      id: 'label-road', type: 'symbol', source: 'base', 'source-layer': 'road', minzoom: 13,
      filter: ['all', ['!=', name, ''], [
        'step', ['zoom'],
        ['in', ['get', 'class'], ['literal', ['motorway', 'trunk', 'primary']]],
        14, ['in', ['get', 'class'], ['literal', ['motorway', 'trunk', 'primary', 'secondary', 'tertiary']]],
        15.5, true,
      ]],
      layout: {
        'symbol-placement': 'line', 'text-field': name, 'text-font': kRegular,
        'text-size': ['interpolate', ['linear'], ['zoom'], 13, 11.5, 16, 14],
        'text-letter-spacing': 0.02, 'symbol-spacing': 380, 'text-padding': 6,
        'text-max-angle': 32, 'symbol-sort-key': ['-', 0, kRoadSort],
      },
      paint: { 'text-color': p.labelQuiet, ...halo },
    },
    {
      id: 'label-park', type: 'symbol', source: 'base', 'source-layer': 'park', minzoom: 14,
      filter: ['!=', ['coalesce', name, ''], ''],
      layout: { 'text-field': name, 'text-font': kItalic, 'text-size': 12, 'text-max-width': 7 },
      paint: { 'text-color': p.labelQuiet, ...halo },
    },
    {
      id: 'label-waterway', type: 'symbol', source: 'base', 'source-layer': 'waterway', minzoom: 11,
      filter: ['step', ['zoom'], ['==', ['get', 'kind'], 'river'], 13, true],
      layout: {
        'symbol-placement': 'line', 'text-field': name, 'text-font': kItalic,
        'text-size': ['interpolate', ['linear'], ['zoom'], 11, 13, 15, 17],
        'text-letter-spacing': 0.12, 'symbol-spacing': 520, 'text-max-angle': 30,
      },
      paint: { 'text-color': p.waterLabel, 'text-halo-color': p.water, 'text-halo-width': 1 },
    },
    {
      id: 'label-ward', type: 'symbol', source: 'base', 'source-layer': 'place', minzoom: 12,
      filter: places(['ward']),
      layout: {
        'text-field': name, 'text-font': kRegular, 'text-transform': 'uppercase',
        'text-size': ['interpolate', ['linear'], ['zoom'], 12, 10.5, 15, 13],
        'text-letter-spacing': 0.14, 'text-max-width': 8, 'text-padding': 10,
        'symbol-sort-key': ['get', 'rank'],
      },
      paint: { 'text-color': p.labelQuiet, ...halo },
    },
    {
      id: 'label-landmark', type: 'symbol', source: 'base', 'source-layer': 'place', minzoom: 13,
      filter: places(['landmark', 'bridge']),
      layout: {
        'text-field': name, 'text-font': kRegular, 'text-size': 13, 'text-max-width': 8,
        'text-padding': 6, 'symbol-sort-key': ['get', 'rank'],
      },
      paint: { 'text-color': p.label, ...halo },
    },
    {
      id: 'label-district', type: 'symbol', source: 'base', 'source-layer': 'place', minzoom: 10, maxzoom: 15,
      filter: places(['district']),
      layout: {
        'text-field': name, 'text-font': kSemiBold,
        'text-size': ['interpolate', ['linear'], ['zoom'], 10, 12, 14, 17],
        'text-max-width': 8, 'text-padding': 12, 'symbol-sort-key': ['get', 'rank'],
      },
      paint: { 'text-color': p.label, 'text-opacity': 0.92, ...halo },
    },
    {
      id: 'label-city', type: 'symbol', source: 'base', 'source-layer': 'place', maxzoom: 11.5,
      filter: places(['city']),
      layout: {
        'text-field': name, 'text-font': kSemiBold,
        'text-size': ['interpolate', ['linear'], ['zoom'], 8, 15, 11, 20], 'text-max-width': 9,
      },
      paint: { 'text-color': p.label, ...halo },
    },
  ];
}

/** The whole style of a theme. */
export function buildStyle(theme: Theme): StyleSpecification {
  const p = palettes[theme];
  return {
    version: 8,
    name: `citylayers ${theme}`,
    center: [106.7, 10.78],
    zoom: 12.4,
    sources: {
      base: { type: 'vector', url: '/tiles/base.json' },
      flood: { type: 'vector', url: '/tiles/flood.json' },
      traffic: { type: 'vector', url: '/tiles/traffic.json' },
    },
    transition: { duration: 400, delay: 0 },
    layers: [
      ...landLayers(p),
      ...floodLayers(p),
      ...roadLayers(p, theme),
      ...trafficLayers(p, theme),
      ...labelLayers(p),
    ],
  };
}
