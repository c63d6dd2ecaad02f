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
/** What the style draws by; flooding of streets comes with the traffic layer, whose lines it colours. */
const kTrafficColumns = 'level,age_class,source,flood_class';

export class LiveLayers {
  readonly traffic: LayerFeed;
  readonly flood: LayerFeed;
  private readonly painter: StatePainter;
  private followed: Followed;
  private readonly changedTiles = new Map<string, { z: number; x: number; y: number }>();
  private tilesTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly view: MapView,
    private readonly onConnection: (open: boolean) => void,
  ) {
    this.followed = this.viewNow();
    this.painter = new StatePainter(view.map, 'traffic', 'traffic', () => this.traffic.table);
    this.traffic = new LayerFeed(
      'traffic',
      'traffic',
      () => `${query(this.followed)}&columns=${kTrafficColumns}`,
      {
        rows: (ids) => this.painter.paint(ids),
        tiles: (tiles) => this.refresh('traffic', tiles),
        renewed: (packChanged) => this.renew('traffic', packChanged),
        connection: (open) => this.onConnection(open),
      },
    );
    this.flood = new LayerFeed('flood', 'streets', () => `${query(this.followed)}&tiles_only=1`, {
      rows: () => {},
      tiles: (tiles) => this.refresh('flood', tiles),
      renewed: (packChanged) => this.renew('flood', packChanged),
      connection: () => {},
    });
    view.map.on('moveend', () => this.moved());
  }

  /** City time of the newest data on the map; NaN when there are none. */
  get dataTimeMs(): number {
    const times = [this.traffic.dataTimeMs, this.flood.dataTimeMs].filter(
      (time) => !Number.isNaN(time),
    );
    return times.length > 0 ? Math.max(...times) : NaN;
  }

  /** Rows that wait for a frame to be painted in. */
  get waitingCount(): number {
    return this.painter.waitingCount;
  }

  get paintedCount(): number {
    return this.painter.painted;
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
      west: bounds.getWest(),
      south: bounds.getSouth(),
      east: bounds.getEast(),
      north: bounds.getNorth(),
    };
  }

  private moved(): void {
    if (covers(this.followed, this.viewBox(), this.view.map.getZoom())) return;
    this.followed = this.viewNow();
    this.traffic.follow();
    this.flood.follow();
  }

  private renew(layer: 'traffic' | 'flood', packChanged: boolean): void {
    if (layer === 'traffic' && packChanged) this.painter.reset();
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
    this.fetchChangedSoon();
  }

  private fetchChanged(): void {
    this.tilesTimer = undefined;
    const { map } = this.view;
    for (const source of ['traffic', 'flood']) {
      const mine = [...this.changedTiles].filter(([key]) => key.startsWith(`${source}/`));
      if (mine.length === 0 || !map.getSource(source)) continue;
      // Asking again would break off what is under way: on a slow line nothing would ever arrive.
      if (!map.isSourceLoaded(source)) continue;
      map.refreshTiles(
        source,
        mine.map(([, tile]) => tile),
      );
      for (const [key] of mine) this.changedTiles.delete(key);
    }
    if (this.changedTiles.size > 0) this.fetchChangedSoon();
  }

  private fetchChangedSoon(): void {
    this.tilesTimer ??= setTimeout(() => this.fetchChanged(), kTilesGatherMs);
  }
}
