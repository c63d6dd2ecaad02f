// Connects the two live layers to the map: rows become feature-state, changed tiles are reloaded, and a move of the
// view updates the followed viewport.

import type { LiveClient } from './live/live_client.js';
import { LayerFeed } from './live/layer_feed.js';
import { TileRefresher } from './live/tile_refresher.js';
import { covers, widen, zoomBand, type Box, type Followed } from './live/viewport.js';
import type { MapView } from './map/map_view.js';
import { StatePainter } from './map/state_painter.js';

/** Zooms of flood tiles; the map overzooms beyond. */
const kFloodZooms = [8, 14] as const;

export class LiveLayers {
  readonly traffic: LayerFeed;
  readonly flood: LayerFeed;
  private readonly painter: StatePainter;
  private followed: Followed;
  private readonly floodTiles: TileRefresher;

  constructor(
    private readonly view: MapView,
    private readonly client: LiveClient,
  ) {
    this.painter = new StatePainter(view.map, 'traffic', 'traffic', () => this.traffic.table);
    this.floodTiles = new TileRefresher(view.map, 'flood', ...kFloodZooms);
    this.traffic = new LayerFeed('traffic', 'traffic', client, {
      rows: (ids) => this.painter.paint(ids),
      // Its rows have all values: the style prefers them to the tiles' attributes.
      tiles: () => {},
      snapshot: () => {},
      renewed: (packChanged) => this.renew('traffic', packChanged),
    });
    this.flood = new LayerFeed('flood', 'streets', client, {
      rows: () => {},
      tiles: (tiles) => this.floodTiles.change(tiles),
      snapshot: () => this.floodTiles.changeAll(),
      renewed: (packChanged) => this.renew('flood', packChanged),
    });
    this.followed = this.viewNow();
    client.follow(this.followed);
    view.map.on('moveend', () => this.moved());
  }

  /** Number of rows that wait to be painted. */
  get waitingCount(): number {
    return this.painter.waitingCount;
  }

  get paintedCount(): number {
    return this.painter.painted;
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
    this.client.follow(this.followed);
  }

  /** Paints all rows again, after the map has lost its state. */
  repaint(): void {
    this.painter.paint(this.traffic.table.ids());
  }

  private renew(layer: 'traffic' | 'flood', packChanged: boolean): void {
    if (layer === 'traffic' && packChanged) this.painter.reset();
    this.view.reloadSource(layer);
    if (packChanged) this.view.reloadSource('base');
  }
}
