// Reloads changed tiles of a source: those in view at once, those in the map's cache when the view moves.

import type { TileCoordinate } from '../connect/messages.js';

import { isLost } from '../map/lost_context.js';

/** The methods of the map that are used; MapLibre's Map implements them. */
export interface TileMap {
  isSourceLoaded(source: string): boolean;
  /** Without `tiles`: reloads all in view, and drops those out of view. */
  refreshTiles(source: string, tiles?: { z: number; x: number; y: number }[]): void;
}

/** Time for which changes are collected before tiles are reloaded. */
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
      // The changed tiles below a coarser one are unknown: all are requested, and most answers are "not modified".
      if (z < this.maxZoom) this.all = true;
      for (; z >= this.minZoom; z--, x >>= 1, y >>= 1)
        this.changed.set(`${z}/${x}/${y}`, { z, x, y });
    }
    this.soon();
  }

  /** Any tile may have changed: events were missed for a while. */
  changeAll(): void {
    this.all = true;
    this.soon();
  }

  /** The view moved: cached tiles that changed out of view may be visible again. */
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
    // A new request would abort the one under way: on a slow line no tile would ever arrive.
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
