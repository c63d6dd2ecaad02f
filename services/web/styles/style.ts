// The map style, built from one description for both themes; the build writes it to /styles/night.json and
// /styles/day.json for the page, for phones and for QGIS.
//
// Order, from below: land, water, flood depth, wet streets, roads, bridges (above the water they cross), traffic,
// names. Live state is feature-state; where a client has none, the tile's own attribute is used.

import type {
  ExpressionSpecification as Expression,
  LayerSpecification,
  StyleSpecification,
} from 'maplibre-gl';
import { kDepthClasses } from './depth_classes.js';
import { palettes, type Palette, type Theme } from './palette.js';
import {
  byClass,
  byZoom,
  choose,
  kRoadClasses,
  kRoadWidths,
  roadWidth,
  state,
  trafficOffset,
  trafficOpacity,
  trafficWidth,
  type RoadClass,
} from './widths.js';

const kPonding = kDepthClasses[0]!;

const kRegular = ['Be Vietnam Pro'];
const kSemiBold = ['Be Vietnam Pro SemiBold'];
const kItalic = ['Be Vietnam Pro Italic'];

function trafficColor(p: Palette): Expression {
  const colors = [p.slow, p.queuing, p.stationary, p.closed];
  return choose(
    state('level'),
    colors.map((color, i) => [i + 2, color]),
    p.slow,
  );
}

function floodColor(p: Palette, floodClass: Expression): Expression {
  return choose(
    floodClass,
    kDepthClasses.map(({ number }, i) => [number, p.flood[i]!]),
    p.flood[0],
  );
}

function roadColor(p: Palette): Expression {
  const colors: Partial<Record<RoadClass, string>> = {
    motorway: p.roadTrunk,
    trunk: p.roadTrunk,
    primary: p.roadPrimary,
    secondary: p.roadSecondary,
    tertiary: p.roadTertiary,
  };
  return choose(['get', 'class'], Object.entries(colors), p.roadLocal);
}

/** Larger roads are drawn over smaller ones, and their names take precedence. */
const kClassRank = choose(
  ['get', 'class'],
  kRoadClasses.slice(0, -1).map((name, i) => [name, kRoadClasses.length - i]),
  1,
);

function landLayers(p: Palette): LayerSpecification[] {
  return [
    { id: 'land', type: 'background', paint: { 'background-color': p.land } },
    {
      id: 'landuse',
      type: 'fill',
      source: 'base',
      'source-layer': 'landuse',
      paint: { 'fill-color': p.block },
    },
    {
      id: 'park',
      type: 'fill',
      source: 'base',
      'source-layer': 'park',
      paint: { 'fill-color': p.park },
    },
    {
      // Below the fill: where rivers meet, only the outer half of each edge is visible.
      id: 'water-edge',
      type: 'line',
      source: 'base',
      'source-layer': 'water',
      paint: {
        'line-color': p.waterEdge,
        'line-width': ['interpolate', ['linear'], ['zoom'], 9, 0.8, 13, 1.8, 17, 3.2],
      },
    },
    {
      id: 'water',
      type: 'fill',
      source: 'base',
      'source-layer': 'water',
      paint: { 'fill-color': p.water, 'fill-antialias': true },
    },
    {
      id: 'boundary',
      type: 'line',
      source: 'base',
      'source-layer': 'boundary',
      minzoom: 9.5,
      paint: {
        'line-color': p.boundary,
        'line-width': 0.8,
        'line-opacity': 0.5,
        'line-dasharray': [4, 4],
      },
    },
  ];
}

function floodLayers(p: Palette): LayerSpecification[] {
  return [
    {
      id: 'flood-depth',
      type: 'fill',
      source: 'flood',
      'source-layer': 'depth',
      paint: {
        'fill-color': floodColor(p, ['get', 'class']),
        // 0.42 for the shallowest class, 0.66 for the deepest.
        'fill-opacity': ['+', 0.42, ['*', 0.08, ['-', ['get', 'class'], kPonding.number]]],
        'fill-antialias': true,
      },
    },
    {
      id: 'flood-edge',
      type: 'line',
      source: 'flood',
      'source-layer': 'depth',
      minzoom: 11,
      filter: ['==', ['get', 'class'], kPonding.number],
      paint: {
        'line-color': p.flood[0],
        'line-opacity': 0.55,
        'line-width': ['interpolate', ['linear'], ['zoom'], 11, 0.4, 16, 1.4],
      },
    },
  ];
}

/**
 * A flooded street has a cool casing below its road, so that a warm line on it shows both: jammed and wet. Both
 * directions share the casing, hence no offset.
 */
function wetStreetLayer(p: Palette): LayerSpecification {
  const casing = [1.2, 1.8, 2.6, 3.8, 5.5, 8];
  return {
    id: 'traffic-wet',
    type: 'line',
    source: 'traffic',
    'source-layer': 'traffic',
    layout: { 'line-join': 'round', 'line-cap': 'round' },
    paint: {
      'line-color': floodColor(p, state('flood_class')),
      'line-width': byZoom((stop) => ['+', byClass(kRoadWidths, stop), casing[stop]!]),
      'line-opacity': ['case', ['>=', state('flood_class'), kPonding.number], 1, 0],
    },
  };
}

function roadLayers(p: Palette, theme: Theme): LayerSpecification[] {
  const casingWidth = theme === 'day' ? 1.6 : 1.2;
  const layers: LayerSpecification[] = [
    {
      id: 'road-tunnel',
      type: 'line',
      source: 'base',
      'source-layer': 'road',
      filter: ['==', ['get', 'tunnel'], 1],
      paint: {
        'line-color': roadColor(p),
        'line-width': roadWidth(),
        'line-opacity': 0.55,
        'line-dasharray': [2, 1],
      },
    },
    {
      id: 'road-casing',
      type: 'line',
      source: 'base',
      'source-layer': 'road',
      minzoom: 11,
      filter: ['all', ['!=', ['get', 'bridge'], 1], ['!=', ['get', 'tunnel'], 1]],
      layout: { 'line-cap': 'round', 'line-join': 'round' },
      paint: { 'line-color': p.roadCasing, 'line-width': roadWidth(casingWidth) },
    },
    wetStreetLayer(p),
    {
      id: 'road',
      type: 'line',
      source: 'base',
      'source-layer': 'road',
      filter: ['all', ['!=', ['get', 'bridge'], 1], ['!=', ['get', 'tunnel'], 1]],
      layout: { 'line-cap': 'round', 'line-join': 'round', 'line-sort-key': kClassRank },
      paint: { 'line-color': roadColor(p), 'line-width': roadWidth() },
    },
    {
      id: 'road-bridge-casing',
      type: 'line',
      source: 'base',
      'source-layer': 'road',
      minzoom: 11,
      filter: ['==', ['get', 'bridge'], 1],
      layout: { 'line-cap': 'butt', 'line-join': 'round' },
      paint: { 'line-color': p.bridgeCasing, 'line-width': roadWidth(2.4) },
    },
    {
      id: 'road-bridge',
      type: 'line',
      source: 'base',
      'source-layer': 'road',
      filter: ['==', ['get', 'bridge'], 1],
      layout: { 'line-cap': 'round', 'line-join': 'round', 'line-sort-key': kClassRank },
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
      ...shared,
      id: 'traffic-glow',
      minzoom: 10,
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
      ...shared,
      id: 'traffic-profile',
      minzoom: 11,
      layout: { 'line-join': 'round' },
      paint: {
        'line-color': trafficColor(p),
        'line-width': trafficWidth(0.6),
        'line-offset': trafficOffset(),
        'line-opacity': trafficOpacity('profile', 2, 0.55),
        'line-dasharray': [2.4, 1.8],
      },
    },
    {
      ...shared,
      id: 'traffic-line',
      layout: { 'line-join': 'round', 'line-cap': 'round', 'line-sort-key': worstLast },
      paint: {
        'line-color': trafficColor(p),
        'line-width': trafficWidth(),
        'line-offset': trafficOffset(),
        'line-opacity': trafficOpacity('live'),
      },
    },
    {
      ...shared,
      id: 'traffic-closed',
      minzoom: 11,
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
  const halo = { 'text-halo-color': p.labelHalo, 'text-halo-width': 2.5, 'text-halo-blur': 0.5 };
  const places = (kinds: string[]): Expression => ['in', ['get', 'kind'], ['literal', kinds]];
  return [
    {
      id: 'label-road',
      type: 'symbol',
      source: 'base',
      'source-layer': 'road',
      minzoom: 13,
      filter: [
        'all',
        ['!=', name, ''],
        [
          'step',
          ['zoom'],
          ['in', ['get', 'class'], ['literal', kRoadClasses.slice(0, 3)]],
          14,
          ['in', ['get', 'class'], ['literal', kRoadClasses.slice(0, 5)]],
          15.5,
          true,
        ],
      ],
      layout: {
        'symbol-placement': 'line',
        'text-field': name,
        'text-font': kRegular,
        'text-size': ['interpolate', ['linear'], ['zoom'], 13, 11.5, 16, 14],
        'text-letter-spacing': 0.02,
        'symbol-spacing': 380,
        'text-padding': 6,
        'text-max-angle': 32,
        'symbol-sort-key': ['-', 0, kClassRank],
      },
      paint: { 'text-color': p.label, 'text-opacity': 0.9, ...halo },
    },
    {
      id: 'label-park',
      type: 'symbol',
      source: 'base',
      'source-layer': 'park',
      minzoom: 14,
      filter: ['!=', ['coalesce', name, ''], ''],
      layout: { 'text-field': name, 'text-font': kItalic, 'text-size': 12, 'text-max-width': 7 },
      paint: { 'text-color': p.labelQuiet, ...halo },
    },
    {
      id: 'label-waterway',
      type: 'symbol',
      source: 'base',
      'source-layer': 'waterway',
      minzoom: 11,
      filter: ['step', ['zoom'], ['==', ['get', 'kind'], 'river'], 13, true],
      layout: {
        'symbol-placement': 'line',
        'text-field': name,
        'text-font': kItalic,
        'text-size': ['interpolate', ['linear'], ['zoom'], 11, 13, 15, 17],
        'text-letter-spacing': 0.12,
        'symbol-spacing': 520,
        'text-max-angle': 30,
      },
      paint: { 'text-color': p.waterLabel, 'text-halo-color': p.water, 'text-halo-width': 1 },
    },
    {
      id: 'label-ward',
      type: 'symbol',
      source: 'base',
      'source-layer': 'place',
      minzoom: 12,
      filter: places(['ward']),
      layout: {
        'text-field': name,
        'text-font': kRegular,
        'text-transform': 'uppercase',
        'text-size': ['interpolate', ['linear'], ['zoom'], 12, 10.5, 15, 13],
        'text-letter-spacing': 0.14,
        'text-max-width': 8,
        'text-padding': 10,
        'symbol-sort-key': ['get', 'rank'],
      },
      paint: { 'text-color': p.labelQuiet, ...halo },
    },
    {
      id: 'label-landmark',
      type: 'symbol',
      source: 'base',
      'source-layer': 'place',
      minzoom: 13,
      filter: places(['landmark', 'bridge']),
      layout: {
        'text-field': name,
        'text-font': kRegular,
        'text-size': 13,
        'text-max-width': 8,
        'text-padding': 6,
        'symbol-sort-key': ['get', 'rank'],
      },
      paint: { 'text-color': p.label, ...halo },
    },
    {
      id: 'label-district',
      type: 'symbol',
      source: 'base',
      'source-layer': 'place',
      minzoom: 10,
      maxzoom: 15,
      filter: places(['district']),
      layout: {
        'text-field': name,
        'text-font': kSemiBold,
        'text-size': ['interpolate', ['linear'], ['zoom'], 10, 12, 14, 17],
        'text-max-width': 8,
        'text-padding': 12,
        'symbol-sort-key': ['get', 'rank'],
      },
      paint: { 'text-color': p.label, 'text-opacity': 0.92, ...halo },
    },
    {
      id: 'label-city',
      type: 'symbol',
      source: 'base',
      'source-layer': 'place',
      maxzoom: 11.5,
      filter: places(['city']),
      layout: {
        'text-field': name,
        'text-font': kSemiBold,
        'text-size': ['interpolate', ['linear'], ['zoom'], 8, 15, 11, 20],
        'text-max-width': 9,
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
    // For clients that draw text from glyph files; the page draws it with its own web fonts.
    glyphs: '/fonts/{fontstack}/{range}.pbf',
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
