// The page's additions to the style: moving chevrons, crosses, the hatch, gauges, jam tails and alerts. They are added
// before the map receives the style, so that a change of theme is a plain difference.

import type {
  ExpressionSpecification,
  GeoJSONSourceSpecification,
  LayerSpecification,
  StyleSpecification,
} from 'maplibre-gl';
import type { Palette } from '../../styles/palette.js';
import { roadWidth, seenOffset, state, trafficOffset, trafficWidth } from '../../styles/widths.js';
import { kClosedImage } from './icons.js';

export type OverlaySource = 'gauges' | 'jams' | 'alerts' | 'picked';
export type OverlayData = Record<OverlaySource, GeoJSON.FeatureCollection>;

export function emptyOverlays(): OverlayData {
  const none = (): GeoJSON.FeatureCollection => ({ type: 'FeatureCollection', features: [] });
  return { gauges: none(), jams: none(), alerts: none(), picked: none() };
}

function flowLayer(id: string, level: number): LayerSpecification {
  return {
    id,
    type: 'line',
    source: 'traffic',
    'source-layer': 'traffic',
    minzoom: 12.5,
    paint: {
      'line-pattern': id,
      'line-width': trafficWidth(),
      'line-offset': trafficOffset(),
      'line-opacity': [
        'case',
        [
          'all',
          ['==', state('level'), level],
          ['!=', state('source'), 2],
          ['<', state('age_class'), 2],
        ],
        0.7,
        0,
      ],
    },
  };
}

/** Zoom from which a closed street has crosses instead of the style's dashes. */
const kCrossMinZoom = 12;
const kDashLayer = 'traffic-closed';

function closedLayer(): LayerSpecification {
  return {
    id: 'closed-cross',
    type: 'line',
    source: 'traffic',
    'source-layer': 'traffic',
    minzoom: kCrossMinZoom,
    paint: {
      'line-pattern': kClosedImage,
      // Wider than the street's own line: the arms extend over its edge.
      'line-width': trafficWidth(1.5),
      'line-offset': trafficOffset(),
      'line-opacity': ['case', ['==', state('level'), 5], 1, 0],
    },
  };
}

/** Feature-state of the selected street. */
export const kPickedState = 'picked';

/** A casing below the lines of traffic: the selected street, by its segment or by its road. */
function pickedLayers(p: Palette): LayerSpecification[] {
  const layout = { 'line-join': 'round', 'line-cap': 'round' } as const;
  return [
    {
      id: 'picked-road',
      type: 'line',
      source: 'picked',
      layout,
      paint: { 'line-color': p.label, 'line-width': roadWidth(5) },
    },
    {
      id: 'picked-segment',
      type: 'line',
      source: 'traffic',
      'source-layer': 'traffic',
      layout,
      paint: {
        'line-color': p.label,
        'line-width': trafficWidth(1, 7),
        'line-offset': seenOffset(),
        'line-opacity': ['case', ['boolean', ['feature-state', kPickedState], false], 1, 0],
      },
    },
  ];
}

/** By severity, minor to extreme; the alert that is open in the list is larger. */
const kAlertSize: ExpressionSpecification = [
  'case',
  ['get', 'selected'],
  1.35,
  ['match', ['get', 'rank'], 0, 0.55, 1, 0.75, 1],
];

/** By the báo động level reached, as in the panel; stale readings are grey. */
function gaugeColor(p: Palette): ExpressionSpecification {
  const [, first, second, third] = p.severity;
  const byLevel: ExpressionSpecification = [
    'match',
    ['get', 'level'],
    1,
    first,
    2,
    second,
    3,
    third,
    p.label,
  ];
  return ['case', ['get', 'old'], p.labelQuiet, byLevel];
}

function pointLayers(p: Palette): LayerSpecification[] {
  const halo = { 'text-halo-color': p.labelHalo, 'text-halo-width': 2.6 };
  return [
    {
      // The tail of a queue, which drivers reach first, has a small flare.
      id: 'jam-tail',
      type: 'circle',
      source: 'jams',
      minzoom: 11.5,
      paint: {
        'circle-radius': ['interpolate', ['linear'], ['zoom'], 11.5, 5, 16, 16],
        'circle-color': p.stationary,
        'circle-blur': 1,
        'circle-opacity': 0.55,
      },
    },
    {
      id: 'gauge',
      type: 'symbol',
      source: 'gauges',
      layout: {
        'icon-image': 'gauge',
        'icon-allow-overlap': true,
        'text-field': ['get', 'label'],
        'text-font': ['Be Vietnam Pro SemiBold'],
        'text-size': 15,
        'text-anchor': 'left',
        'text-offset': [1.5, 0],
        'text-optional': true,
        'text-max-width': 20,
      },
      paint: { 'text-color': gaugeColor(p), ...halo },
    },
    {
      id: 'alert',
      type: 'symbol',
      source: 'alerts',
      // At low zooms only important ones: on a wet evening there are minor alerts and jams in every street.
      filter: ['step', ['zoom'], ['any', ['!', ['get', 'near']], ['get', 'selected']], 13.2, true],
      layout: {
        'icon-image': ['concat', 'alert-', ['get', 'severity']],
        'icon-size': kAlertSize,
        'icon-allow-overlap': true,
        'icon-padding': 4,
        'symbol-sort-key': ['get', 'rank'],
      },
    },
  ];
}

/** Drawn over flood water where the ground is not surveyed. */
export const kHatchLayer = 'flood-hatch';

/** The style with the page's own sources and layers. */
export function withOverlays(
  style: StyleSpecification,
  palette: Palette,
  data: OverlayData,
  hatched: boolean,
): StyleSpecification {
  const sources: StyleSpecification['sources'] = { ...style.sources };
  for (const [id, features] of Object.entries(data)) {
    sources[id] = { type: 'geojson', data: features } satisfies GeoJSONSourceSpecification;
  }
  const layers = style.layers.map((layer) =>
    layer.id === kDashLayer ? { ...layer, maxzoom: kCrossMinZoom } : layer,
  );
  const insertAfter = (id: string, added: LayerSpecification[]): void => {
    const at = layers.findIndex((layer) => layer.id === id);
    layers.splice(at < 0 ? layers.length : at + 1, 0, ...added);
  };
  insertAfter('road-bridge', pickedLayers(palette));
  insertAfter(kDashLayer, [
    flowLayer('flow-queuing', 3),
    flowLayer('flow-stationary', 4),
    closedLayer(),
  ]);
  insertAfter('flood-depth', [
    {
      id: kHatchLayer,
      type: 'fill',
      source: 'flood',
      'source-layer': 'depth',
      minzoom: 12,
      layout: { visibility: hatched ? 'visible' : 'none' },
      paint: { 'fill-pattern': 'hatch', 'fill-opacity': 0.22 },
    },
  ]);
  layers.push(...pointLayers(palette));
  return { ...style, sources, layers };
}
