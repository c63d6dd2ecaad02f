// The complete state of one layer from the stream, so that a page that opens later receives all of it without its own
// stream.

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

  /** `subLayer`: the sub-layer whose rows are kept; undefined: only tiles of this layer are followed. */
  constructor(
    private readonly layer: string,
    private readonly subLayer: string | undefined,
  ) {}

  /** Applies an event. False: an earlier one is missing, and a new snapshot is needed. */
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
      // The next delta begins here. A gateway's own heartbeats, sent without its layer, have no version.
      if (heartbeat.version) this.version = heartbeat.version;
      this.note(heartbeat.dataTime, heartbeat.stale);
    }
    return true;
  }

  /** The complete state as one event; undefined before the first snapshot. */
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
