// Texts of a street: traffic flow, water depth, and passable vehicles.

import type { FloodedSegment, Segment } from '../connect/messages.js';
import type { Key } from '../i18n/index.js';
import { depthClassOf, parseDepthClass } from '../../styles/depth_classes.js';

type Passage = 'passable' | 'difficult' | 'impassable';

/** The live layer's row of a segment: its columns. */
export type StreetState = Readonly<Record<string, number>>;

export interface LevelWords {
  key: Key;
  /** Class of the mark beside the word. */
  dot: string;
  /** 0: unknown. */
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

/**
 * Level of traffic, from the live layer, so that the card agrees with the map; else from the server's answer.
 * Undefined: unknown to both.
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

/** Depth class, from the answer, else from the live layer; undefined: no known water. */
export function depthKey(
  answered: FloodedSegment | undefined,
  live: StreetState | undefined,
): Key | undefined {
  const depthClass = parseDepthClass(answered?.floodClass) ?? depthClassOf(live?.['flood_class']);
  return depthClass && `flood.${depthClass.id}`;
}

/** Vehicles that can pass standing water; a vehicle without data is left out. */
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
