// What is read off a street under water: how deep, and who gets through.

import type { FloodedSegment } from '../connect/messages.js';
import type { Key } from '../i18n/index.js';

type Passage = 'passable' | 'difficult' | 'impassable';

export interface VehicleWords {
  vehicle: Key;
  passage: Key;
  /** Class of the word's element. */
  kind: Passage;
}

const kPassages: Record<string, [Passage, Key]> = {
  PASSABILITY_PASSABLE: ['passable', 'street.passable'],
  PASSABILITY_DIFFICULT: ['difficult', 'street.difficult'],
  PASSABILITY_IMPASSABLE: ['impassable', 'street.impassable'],
};

const kDepths: Record<string, Key> = {
  FLOOD_CLASS_PONDING: 'flood.ponding',
  FLOOD_CLASS_SHALLOW: 'flood.shallow',
  FLOOD_CLASS_FLOODED: 'flood.flooded',
  FLOOD_CLASS_DEEP: 'flood.deep',
};

export function depthKey(segment: FloodedSegment): Key | undefined {
  return kDepths[segment.floodClass ?? ''];
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

/** Of the segments under a finger, the deepest: who gets through there gets through them all. */
export function deepest(segments: readonly FloodedSegment[]): FloodedSegment | undefined {
  return [...segments].sort((a, b) => (b.depthM ?? 0) - (a.depthM ?? 0))[0];
}
