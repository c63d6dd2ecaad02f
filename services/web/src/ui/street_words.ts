// What is read off a street: how traffic flows, how deep water stands, and who gets through.

import type { FloodedSegment, Segment } from '../connect/messages.js';
import type { Key } from '../i18n/index.js';

type Passage = 'passable' | 'difficult' | 'impassable';

/** What the live layer says of a segment: columns of its row. */
export type StreetState = Readonly<Record<string, number>>;

export interface LevelWords {
  key: Key;
  /** Class of the mark beside the word. */
  dot: string;
  /** 0: not known. */
  speedKmh: number;
  /** Typical for the hour, not measured. */
  typical: boolean;
}

export interface VehicleWords {
  vehicle: Key;
  passage: Key;
  /** Class of the word's element. */
  kind: Passage;
}

/** By the number of the level, from 1. */
const kLevels = ['free', 'slow', 'queuing', 'stationary', 'closed'] as const;
const kProfile = 2;

const kPassages: Record<string, [Passage, Key]> = {
  PASSABILITY_PASSABLE: ['passable', 'street.passable'],
  PASSABILITY_DIFFICULT: ['difficult', 'street.difficult'],
  PASSABILITY_IMPASSABLE: ['impassable', 'street.impassable'],
};

const kDepths: Key[] = ['flood.ponding', 'flood.shallow', 'flood.flooded', 'flood.deep'];
const kFloodClasses = [
  'FLOOD_CLASS_PONDING',
  'FLOOD_CLASS_SHALLOW',
  'FLOOD_CLASS_FLOODED',
  'FLOOD_CLASS_DEEP',
];

/**
 * How traffic flows, by the live layer, so that the card says what the map shows; else by what the server
 * answered. Undefined: neither knows.
 */
export function levelOf(
  live: StreetState | undefined,
  answered: Segment | undefined,
): LevelWords | undefined {
  const number = answered?.level?.replace('TRAFFIC_LEVEL_', '').toLowerCase();
  const answeredLevel = kLevels.findIndex((name) => name === number) + 1;
  const level = live?.['level'] || answeredLevel;
  const name = kLevels[level - 1];
  if (!name) return undefined;
  return {
    key: `traffic.${name}`,
    dot: name,
    speedKmh: level === 5 ? 0 : (live?.['speed_kmh'] ?? answered?.speedKmh ?? 0),
    typical: (live?.['source'] ?? 0) === kProfile || answered?.source === 'SPEED_SOURCE_PROFILE',
  };
}

/** How deep, by the answer, else by the live layer; undefined: no water is known of. */
export function depthKey(
  answered: FloodedSegment | undefined,
  live: StreetState | undefined,
): Key | undefined {
  const depthClass = kFloodClasses.indexOf(answered?.floodClass ?? '') + 1;
  return kDepths[(depthClass || (live?.['flood_class'] ?? 0)) - 1];
}

/** Who gets through standing water; a vehicle of which nothing is known is left out. */
export function vehicleWords(segment: FloodedSegment): VehicleWords[] {
  const rows: [Key, string | undefined][] = [
    ['street.motorbike', segment.motorbike],
    ['street.car', segment.car],
    ['street.bus', segment.bus],
    ['street.emergency', segment.emergency],
  ];
  return rows.flatMap(([vehicle, name]) => {
    const [kind, passage] = kPassages[name ?? ''] ?? [];
    return kind && passage ? [{ vehicle, passage, kind }] : [];
  });
}
