// Follows one live layer through the live hub and keeps the state of its rows.

import type { Delta, Heartbeat, Snapshot, TileCoordinate } from '../connect/messages.js';
import type { LiveEvents } from './live_protocol.js';
import { StateTable, versionText } from './state_table.js';

export interface LayerFeedEvents {
  /** Rows whose values changed. */
  rows(ids: readonly number[]): void;
  /** Tiles to fetch again. */
  tiles(tiles: readonly TileCoordinate[]): void;
  /** A snapshot of a later state follows earlier ones: intermediate changes were not sent. */
  snapshot(): void;
  /** Ids and geometry may have changed: another pack, or a server that lost its state. */
  renewed(packChanged: boolean): void;
}

/** The source of the events, e.g. LiveClient. */
export interface LayerSource {
  on(name: 'layer', take: (event: LiveEvents['layer']) => void): void;
  /** Requests a snapshot. */
  resync(): void;
}

export class LayerFeed {
  readonly table: StateTable;
  readonly stats = { snapshots: 0, deltas: 0, rowsChanged: 0, gaps: 0 };
  private packId = '';
  private epoch = '';
  private version = '';
  private dataTime = NaN;
  private silent = false;

  constructor(
    layer: string,
    subLayer: string,
    private readonly source: LayerSource,
    private readonly events: LayerFeedEvents,
  ) {
    this.table = new StateTable(subLayer);
    source.on('layer', (event) => {
      if (event.layer !== layer) return;
      if (event.snapshot) this.onSnapshot(event.snapshot);
      if (event.delta) this.onDelta(event.delta);
      if (event.heartbeat) this.onHeartbeat(event.heartbeat);
    });
  }

  /** City time of the newest data in ms; NaN before the first event. */
  get dataTimeMs(): number {
    return this.dataTime;
  }

  /** True when the server reports that the layer's inputs have stopped. */
  get stale(): boolean {
    return this.silent;
  }

  private onSnapshot(snapshot: Snapshot): void {
    this.stats.snapshots++;
    const packId = snapshot.packId ?? '';
    const epoch = String(snapshot.version?.epoch ?? 0);
    const version = versionText(snapshot.version);
    const packChanged = this.packId !== '' && packId !== this.packId;
    const renewed = packChanged || (this.epoch !== '' && epoch !== this.epoch);
    const later = this.stats.snapshots > 1 && version !== this.version;
    this.packId = packId;
    this.epoch = epoch;
    this.version = version;
    if (packChanged) this.table.clear();
    if (renewed) this.events.renewed(packChanged);
    else if (later) this.events.snapshot();
    this.note(snapshot.dataTime, snapshot.stale ?? false);
    this.emitRows(this.table.applySnapshot(snapshot.rows));
  }

  private onDelta(delta: Delta): void {
    this.stats.deltas++;
    if ((delta.packId ?? '') !== this.packId || versionText(delta.from) !== this.version) {
      // An intermediate delta is missing; a snapshot replaces the state.
      this.stats.gaps++;
      this.source.resync();
      return;
    }
    this.version = versionText(delta.to);
    this.note(delta.dataTime, delta.stale ?? false);
    this.emitRows(this.table.applyDelta(delta.rows));
    if (delta.changedTiles?.length) this.events.tiles(delta.changedTiles);
  }

  private onHeartbeat(heartbeat: Heartbeat): void {
    // The next delta begins here. The gateway's own heartbeats, sent while the layer is unavailable, have no version.
    if (heartbeat.version) this.version = versionText(heartbeat.version);
    this.note(heartbeat.dataTime, heartbeat.stale ?? false);
  }

  private emitRows(ids: readonly number[]): void {
    this.stats.rowsChanged += ids.length;
    if (ids.length > 0) this.events.rows(ids);
  }

  private note(dataTime: string | undefined, stale: boolean): void {
    const time = Date.parse(dataTime ?? '');
    if (!Number.isNaN(time)) this.dataTime = time;
    this.silent = stale;
  }
}
