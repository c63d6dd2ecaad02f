// The whole state of one layer as the stream told it, so that a page that comes later gets all of it
// without a stream of its own.

import type { LayerEvent } from './live_protocol.js';
import { StateTable, versionText } from './state_table.js';
import type { LayerVersion } from '../connect/messages.js';

export class LayerReplica {
  private table: StateTable | undefined;
  private packId = '';
  private version: LayerVersion | undefined;
  private dataTime: string | undefined;
  private stale = false;
  private known = false;

  /** `subLayer`: whose rows are kept; undefined: of this layer only tiles are followed. */
  constructor(
    private readonly layer: string,
    private readonly subLayer: string | undefined,
  ) {}

  /** Takes an event. False: one before it is missing, and only a new snapshot helps. */
  take(event: LayerEvent): boolean {
    const { snapshot, delta, heartbeat } = event;
    if (snapshot) {
      if (snapshot.packId !== this.packId) this.table = undefined;
      if (this.subLayer) this.table ??= new StateTable(this.subLayer);
      this.packId = snapshot.packId ?? '';
      this.version = snapshot.version;
      this.known = true;
      this.note(snapshot.dataTime, snapshot.stale);
      this.table?.applySnapshot(snapshot.rows);
    } else if (delta) {
      const follows =
        this.known &&
        (delta.packId ?? '') === this.packId &&
        versionText(delta.from) === versionText(this.version);
      if (!follows) return false;
      this.version = delta.to;
      this.note(delta.dataTime, delta.stale);
      this.table?.applyDelta(delta.rows);
    } else if (heartbeat) {
      // The next delta begins here. A gateway's own heartbeats, without its layer, have no version.
      if (heartbeat.version) this.version = heartbeat.version;
      this.note(heartbeat.dataTime, heartbeat.stale);
    }
    return true;
  }

  /** All of it as one event; undefined before the first snapshot. */
  snapshot(): LayerEvent | undefined {
    if (!this.known) return undefined;
    return {
      layer: this.layer,
      snapshot: {
        packId: this.packId,
        version: this.version ?? {},
        stale: this.stale,
        ...(this.dataTime ? { dataTime: this.dataTime } : {}),
        ...(this.table ? { rows: [this.table.toRows()] } : {}),
      },
    };
  }

  private note(dataTime: string | undefined, stale: boolean | undefined): void {
    this.dataTime = dataTime ?? this.dataTime;
    this.stale = stale ?? false;
  }
}
