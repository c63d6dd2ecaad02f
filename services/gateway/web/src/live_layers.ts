// Joins the two live layers to the map: rows become feature-state, changed tiles are fetched again,
// and a move of the view moves what is followed.

import { LayerFeed } from './live/layer_feed.js';
import { TileRefresher } from './live/tile_refresher.js';
import { covers, query, widen, zoomBand, type Box, type Followed } from './live/viewport.js';
import type { MapView } from './map/map_view.js';
import { StatePainter } from './map/state_painter.js';

/** Zooms that flood tiles come in; the map overzooms beyond. */
const kFloodZooms = [8, 14] as const;
/** What the style draws by; flooding of streets comes with the traffic layer, whose lines it colours. */
const kTrafficColumns = 'level,age_class,source,flood_class';

export class LiveLayers {
  readonly traffic: LayerFeed;
  readonly flood: LayerFeed;
  private readonly painter: StatePainter;
  private followed: Followed;
  private readonly floodTiles: TileRefresher;

  constructor(
    private readonly view: MapView,
    private readonly onConnection: (open: boolean) => void,
  ) {
    this.followed = this.viewNow();
    this.painter = new StatePainter(view.map, 'traffic', 'traffic', () => this.traffic.table);
    this.floodTiles = new TileRefresher(view.map, 'flood', ...kFloodZooms);
    this.traffic = new LayerFeed(
      'traffic',
      'traffic',
      () => `${query(this.followed)}&columns=${kTrafficColumns}`,
      {
        rows: (ids) => this.painter.paint(ids),
        // Its rows say everything: the style takes them before the tiles' own attributes.
        tiles: () => {},
        snapshot: () => {},
        renewed: (packChanged) => this.renew('traffic', packChanged),
        connection: (open) => this.onConnection(open),
      },
    );
    this.flood = new LayerFeed('flood', 'streets', () => `${query(this.followed)}&tiles_only=1`, {
      rows: () => {},
      tiles: (tiles) => this.floodTiles.change(tiles),
      snapshot: () => this.floodTiles.changeAll(),
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
    this.floodTiles.moved();
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
}
