// Widths, offsets and opacity of roads and traffic by zoom, class and live state, as style expressions, with helpers to
// build expressions.

import type { ExpressionSpecification as Expression } from 'maplibre-gl';

/** Zooms for which every width is given; linear in between. */
const kWidthZooms = [9, 11, 12.5, 14, 16, 18] as const;

/** Classes of roads in tiles, most important first, as in geo/roads/road_class.h; service ways are drawn as `local`. */
export const kRoadClasses = [
  'motorway',
  'trunk',
  'primary',
  'secondary',
  'tertiary',
  'local',
] as const;
export type RoadClass = (typeof kRoadClasses)[number];
type Widths = Readonly<Record<RoadClass, readonly number[]>>;

/** Road width in px at each of kWidthZooms. */
export const kRoadWidths: Widths = {
  motorway: [1.2, 1.9, 2.8, 5, 10, 22],
  trunk: [1.0, 1.7, 2.6, 4.6, 9.5, 20],
  primary: [0.8, 1.4, 2.2, 4, 8.5, 18],
  secondary: [0.4, 0.9, 1.5, 3, 7, 15],
  tertiary: [0.3, 0.6, 1.0, 2.2, 5.5, 13],
  local: [0.1, 0.3, 0.5, 1.3, 3.8, 10],
};

/** Width of a lit traffic line of one direction at level "slow", before it is widened by its level. */
const kTrafficWidths: Widths = {
  motorway: [1.0, 1.3, 1.7, 2.4, 4.4, 9],
  trunk: [1.0, 1.3, 1.7, 2.4, 4.2, 8.5],
  primary: [0.9, 1.2, 1.5, 2.2, 4.0, 8],
  secondary: [0.7, 0.9, 1.2, 1.8, 3.4, 7],
  tertiary: [0.5, 0.7, 1.0, 1.5, 2.8, 6],
  local: [0.4, 0.5, 0.7, 1.1, 2.2, 5],
};

/** Widening of a line by level, in px, scaled by kLevelWidening. */
const kLevelWidths: Record<number, number> = { 3: 1.5, 4: 3, 5: 4.5 };
/** Scale of kLevelWidths at each of kWidthZooms. */
const kLevelWidening = [0.22, 0.34, 0.5, 0.72, 1, 1.4] as const;

/** The value of the label that equals `input`, else `otherwise`. */
export function choose(
  input: Expression,
  cases: readonly (readonly [label: string | number, value: string | number])[],
  otherwise: string | number,
): Expression {
  return ['match', input, ...cases.flat(), otherwise] as unknown as Expression;
}

/** Opacity of slow streets relative to queues. */
const kSlowOpacity = 0.6;

/** Value of a live attribute: the latest from the stream, else that of the tile. */
export function state(name: string): Expression {
  return ['coalesce', ['feature-state', name], ['get', name], 0];
}

export function byClass(table: Widths, stop: number): Expression {
  const { local, ...others } = table;
  const cases = Object.entries(others).map(([name, widths]) => [name, widths[stop]!] as const);
  return choose(['get', 'class'], cases, local[stop]!);
}

export function byZoom(at: (stop: number) => Expression | number): Expression {
  const stops = kWidthZooms.flatMap((zoom, stop) => [zoom, at(stop)]);
  return ['interpolate', ['linear'], ['zoom'], ...stops] as unknown as Expression;
}

export const roadWidth = (plus = 0): Expression =>
  byZoom((stop) =>
    plus === 0 ? byClass(kRoadWidths, stop) : ['+', byClass(kRoadWidths, stop), plus],
  );

/** Width of a traffic line: by class, widened by level. `scale` and `plus` are for halos and outlines. */
export function trafficWidth(scale = 1, plus = 0): Expression {
  return byZoom((stop) => ['+', ['*', scale, trafficWidthAt(stop)], plus * kLevelWidening[stop]!]);
}

function trafficWidthAt(stop: number): Expression {
  const cases = Object.entries(kLevelWidths).map(([level, px]) => [Number(level), px] as const);
  const widening = choose(state('level'), cases, 0);
  return ['+', byClass(kTrafficWidths, stop), ['*', kLevelWidening[stop]!, widening]];
}

/** Additional offset between the two directions. */
const offsetPlus = (stop: number): number => 0.15 + 0.35 * kLevelWidening[stop]!;

/** Lowest lit level: below it only the road is visible. */
export const kLitLevel = 2;

function trafficOffsetAt(stop: number): Expression {
  return ['+', ['*', 0.5, trafficWidthAt(stop)], offsetPlus(stop)];
}

/** Each direction is drawn to the right of the road's middle, the driving side. */
export function trafficOffset(): Expression {
  return byZoom(trafficOffsetAt);
}

/** Position at which a street is visible: its lit line, else its road. */
export function seenOffset(): Expression {
  return byZoom((stop) => ['case', ['>=', state('level'), kLitLevel], trafficOffsetAt(stop), 0]);
}

/** trafficOffset in px for one line, for code that needs its position. */
export function trafficOffsetPx(roadClass: string, level: number, zoom: number): number {
  const widths = kTrafficWidths[kRoadClasses.find((name) => name === roadClass) ?? 'local'];
  const widening = kLevelWidths[level] ?? 0;
  const at = (stop: number): number =>
    0.5 * (widths[stop]! + kLevelWidening[stop]! * widening) + offsetPlus(stop);
  const next = kWidthZooms.findIndex((stopZoom) => stopZoom > zoom);
  if (next === 0) return at(0);
  if (next < 0) return at(kWidthZooms.length - 1);
  const [from, to] = [kWidthZooms[next - 1]!, kWidthZooms[next]!];
  const share = (zoom - from) / (to - from);
  return at(next - 1) * (1 - share) + at(next) * share;
}

/** Opacity of lit lines: slow or worse, and from the given kind of source. Old data fade. */
export function trafficOpacity(source: 'live' | 'profile', fromLevel = kLitLevel, full = 1): Expression {
  const profile: Expression = ['==', state('source'), 2];
  return [
    'case',
    ['<', state('level'), fromLevel],
    0,
    source === 'profile' ? ['!', profile] : profile,
    0,
    [
      '*',
      // In the rush hour half of the city is slow: it must not outshine the queues.
      ['match', state('level'), 2, kSlowOpacity, 1],
      ['match', state('age_class'), 1, 0.8 * full, 2, 0.4 * full, full],
    ],
  ];
}
