// Joins the two live layers to the map: rows become feature-state, changed tiles are fetched again,
// and a move of the view moves what is followed.

import type { TileCoordinate } from './connect/messages.js';
import { LayerFeed } from './live/layer_feed.js';
import { covers, query, widen, zoomBand, type Box, type Followed } from './live/viewport.js';
import type { MapView } from './map/map_view.js';
import { StatePainter } from './map/state_painter.js';

/** Changed tiles are gathered this long before they are fetched. */
const kTilesGatherMs = 400;
const kLayerMinZoom = 8;

export class LiveLayers {
  readonly traffic: LayerFeed;
  readonly flood: LayerFeed;
  private readonly painters: { traffic: StatePainter; flood: StatePainter };
  private followed: Followed;
  private readonly changedTiles = new Map<string, { z: number; x: number; y: number }>();
  private tilesTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly view: MapView,
    private readonly onConnection: () => void,
  ) {
    this.followed = this.viewNow();
    const viewport = (): string => query(this.followed);
    this.painters = {
      traffic: new StatePainter(view.map, 'traffic', 'traffic', () => this.traffic.table),
      flood: new StatePainter(view.map, 'traffic', 'traffic', () => this.flood.table),
    };
    this.traffic = new LayerFeed('traffic', 'traffic', viewport, {
      rows: (ids) => this.painters.traffic.paint(ids),
      tiles: (tiles) => this.refresh('traffic', tiles),
      renewed: (packChanged) => this.renew('traffic', packChanged),
      connection: () => this.onConnection(),
    });
    this.flood = new LayerFeed('flood', 'streets', viewport, {
      rows: (ids) => this.painters.flood.paint(ids),
      tiles: (tiles) => this.refresh('flood', tiles),
      renewed: (packChanged) => this.renew('flood', packChanged),
      connection: () => this.onConnection(),
    });
    view.map.on('moveend', () => this.moved());
  }

  /** City time of the newest data on the map; NaN when there are none. */
  get dataTimeMs(): number {
    const times = [this.traffic.dataTimeMs, this.flood.dataTimeMs].filter((time) => !Number.isNaN(time));
    return times.length > 0 ? Math.max(...times) : NaN;
  }

  /** Rows that wait for a frame to be painted in. */
  get waitingCount(): number {
    return this.painters.traffic.waitingCount + this.painters.flood.waitingCount;
  }

  get paintedCount(): number {
    return this.painters.traffic.painted + this.painters.flood.painted;
  }

  get stale(): boolean {
    return this.traffic.stale || this.flood.stale;
  }

  private viewNow(): Followed {
    return { box: widen(this.viewBox()), zoom: zoomBand(this.view.map.getZoom()) };
  }

  private viewBox(): Box {
    const bounds = this.view.map.getBounds();
    return {
      west: bounds.getWest(), south: bounds.getSouth(), east: bounds.getEast(), north: bounds.getNorth(),
    };
  }

  private moved(): void {
    if (covers(this.followed, this.viewBox(), this.view.map.getZoom())) return;
    this.followed = this.viewNow();
    this.traffic.follow();
    this.flood.follow();
  }

  private renew(layer: 'traffic' | 'flood', packChanged: boolean): void {
    if (packChanged) {
      this.painters[layer].reset();
      // Both paint the same features: what the other one knows goes back on.
      this.traffic.table.forEachId((id) => this.painters.traffic.paint([id]));
      this.flood.table.forEachId((id) => this.painters.flood.paint([id]));
    }
    this.view.reloadSource(layer);
    if (packChanged) this.view.reloadSource('base');
  }

  private refresh(source: string, tiles: readonly TileCoordinate[]): void {
    for (const tile of tiles) {
      // A change shows in every tile above the one named, too.
      let { z = 0, x = 0, y = 0 } = tile;
      for (; z >= kLayerMinZoom; z--, x >>= 1, y >>= 1) {
        const key = `${source}/${z}/${x}/${y}`;
        if (this.changedTiles.has(key)) break;
        this.changedTiles.set(key, { z, x, y });
      }
    }
    this.tilesTimer ??= setTimeout(() => this.fetchChanged(), kTilesGatherMs);
  }

  private fetchChanged(): void {
    this.tilesTimer = undefined;
    for (const source of ['traffic', 'flood']) {
      const tiles = [...this.changedTiles].filter(([key]) => key.startsWith(`${source}/`)).map(([, tile]) => tile);
      if (tiles.length > 0 && this.view.map.getSource(source)) this.view.map.refreshTiles(source, tiles);
    }
    this.changedTiles.clear();
  }
}
