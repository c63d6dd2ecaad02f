// Joins the two live layers to the map: rows become feature-state, changed tiles are fetched again,
// and a move of the view moves what is followed.

import type { LiveClient } from './live/live_client.js';
import { LayerFeed } from './live/layer_feed.js';
import { TileRefresher } from './live/tile_refresher.js';
import { covers, widen, zoomBand, type Box, type Followed } from './live/viewport.js';
import type { MapView } from './map/map_view.js';
import { StatePainter } from './map/state_painter.js';

/** Zooms that flood tiles come in; the map overzooms beyond. */
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
      // Its rows say everything: the style takes them before the tiles' own attributes.
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

  /** Rows that wait for a frame to be painted in. */
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

  /** Everything is put on the map once more: it has lost it. */
  repaint(): void {
    this.painter.paint(this.traffic.table.ids());
  }

  private renew(layer: 'traffic' | 'flood', packChanged: boolean): void {
    if (layer === 'traffic' && packChanged) this.painter.reset();
    this.view.reloadSource(layer);
    if (packChanged) this.view.reloadSource('base');
  }
}
