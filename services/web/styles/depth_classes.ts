// Classes of water depth, as in geo/flood/depth_class.h; depth_classes.test.ts compares both.

export interface DepthClass {
  /** Of citylayers.flood.v1.FloodClass: the value of `flood_class` in live layers, and of `class` of depth polygons. */
  number: number;
  id: 'ponding' | 'shallow' | 'flooded' | 'deep';
  /** Minimum depth. */
  fromCm: number;
}

/** The wet classes, shallow ones first. */
export const kDepthClasses: readonly DepthClass[] = [
  { number: 2, id: 'ponding', fromCm: 10 },
  { number: 3, id: 'shallow', fromCm: 20 },
  { number: 4, id: 'flooded', fromCm: 30 },
  { number: 5, id: 'deep', fromCm: 50 },
];

/** The wet class of a number; undefined: dry or unknown. */
export function depthClassOf(number: number | undefined): DepthClass | undefined {
  return kDepthClasses.find((depthClass) => depthClass.number === number);
}

/** The wet class of an enum name in JSON, e.g. FLOOD_CLASS_DEEP; undefined: dry or unknown. */
export function parseDepthClass(name: string | undefined): DepthClass | undefined {
  return kDepthClasses.find(({ id }) => name === `FLOOD_CLASS_${id.toUpperCase()}`);
}
