// Fetches again the tiles of a source whose content changed: what is in view at once, what lies in the
// map's cache of tiles out of view when the view moves.

import type { TileCoordinate } from '../connect/messages.js';

import { isLost } from '../map/lost_context.js';

/** What is asked of the map; MapLibre's Map is one. */
export interface TileMap {
  isSourceLoaded(source: string): boolean;
  /** Without tiles: all in view, and forgets those out of view. */
  refreshTiles(source: string, tiles?: { z: number; x: number; y: number }[]): void;
}

/** Changes are gathered this long before they are fetched. */
export const kGatherMs = 500;

export class TileRefresher {
  private readonly changed = new Map<string, { z: number; x: number; y: number }>();
  private all = false;
  private cacheIsOld = false;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly map: TileMap,
    private readonly source: string,
    private readonly minZoom: number,
    private readonly maxZoom: number,
  ) {}

  /** Content changed within these tiles: in all above them, and in all below those of the highest zoom. */
  change(tiles: readonly TileCoordinate[]): void {
    this.cacheIsOld = true;
    for (const tile of tiles) {
      let { z = 0, x = 0, y = 0 } = tile;
      // Which tiles below a coarser one changed is not told: all are asked, and most say "not modified".
      if (z < this.maxZoom) this.all = true;
      for (; z >= this.minZoom; z--, x >>= 1, y >>= 1)
        this.changed.set(`${z}/${x}/${y}`, { z, x, y });
    }
    this.soon();
  }

  /** Something may have changed anywhere: nobody listened for a while. */
  changeAll(): void {
    this.all = true;
    this.soon();
  }

  /** The view moved: tiles may have come back from the cache that were out of view when they changed. */
  moved(): void {
    if (this.cacheIsOld) this.changeAll();
  }

  private soon(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.fetch();
    }, kGatherMs);
  }

  private fetch(): void {
    // Asking again would break off what is under way: on a slow line nothing would ever arrive.
    if (isLost(this.map) || !this.map.isSourceLoaded(this.source)) return this.soon();
    if (this.all) {
      this.map.refreshTiles(this.source);
      this.cacheIsOld = false;
    } else {
      this.map.refreshTiles(this.source, [...this.changed.values()]);
    }
    this.all = false;
    this.changed.clear();
  }
}
