// The part of a layer that the page follows: the view with a margin, so that small moves need no new stream.

export interface Box {
  west: number;
  south: number;
  east: number;
  north: number;
}

export interface Followed {
  box: Box;
  zoom: number;
}

const kMargin = 0.35;

/** Zooms of one band show the same road classes: only another band needs a new stream. */
export function zoomBand(zoom: number): number {
  return Math.min(14, Math.max(11, Math.floor(zoom)));
}

export function widen(box: Box): Box {
  const dx = (box.east - box.west) * kMargin;
  const dy = (box.north - box.south) * kMargin;
  return {
    west: Math.max(-180, box.west - dx),
    south: Math.max(-85, box.south - dy),
    east: Math.min(180, box.east + dx),
    north: Math.min(85, box.north + dy),
  };
}

/** The smallest viewport that contains all of them; undefined for none. */
export function hullOf(all: readonly Followed[]): Followed | undefined {
  if (all.length === 0) return undefined;
  const boxes = all.map((one) => one.box);
  return {
    box: {
      west: Math.min(...boxes.map((box) => box.west)),
      south: Math.min(...boxes.map((box) => box.south)),
      east: Math.max(...boxes.map((box) => box.east)),
      north: Math.max(...boxes.map((box) => box.north)),
    },
    zoom: Math.max(...all.map((one) => one.zoom)),
  };
}

/** True when the followed viewport still covers the view. */
export function covers(followed: Followed, view: Box, zoom: number): boolean {
  const { box } = followed;
  const inside =
    view.west >= box.west &&
    view.east <= box.east &&
    view.south >= box.south &&
    view.north <= box.north;
  // A much larger box than the view would receive unneeded rows.
  const tooWide = box.east - box.west > 6 * (view.east - view.west);
  return inside && !tooWide && zoomBand(zoom) === followed.zoom;
}

export function query({ box, zoom }: Followed): string {
  const bbox = [box.west, box.south, box.east, box.north].map((degrees) => degrees.toFixed(5));
  return `bbox=${bbox.join(',')}&zoom=${zoom}`;
}
