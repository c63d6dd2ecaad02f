// The state of a layer on the client's side, from the messages of WatchLayer and GetChanges.

import { create } from '@bufbuild/protobuf';
import {
  type Delta,
  type Heartbeat,
  ResumeTokenSchema,
  type ResumeToken,
  type Snapshot,
  type StateRows,
  type View,
} from './gen/citylayers/layers/v1/layer_service_pb.js';

export type LayerEvent =
  | { case: 'snapshot'; value: Snapshot }
  | { case: 'delta'; value: Delta }
  | { case: 'heartbeat'; value: Heartbeat }
  | { case: undefined; value?: undefined };

/** Rows by id and sub-layer. Rows that have left the view keep their last values. */
export class LayerState {
  readonly rows = new Map<string, Map<number, number[]>>();
  /** The token for the next request; undefined: no state. */
  resume: ResumeToken | undefined;
  stale = false;

  /** `view`: of the request. */
  constructor(private view: View) {}

  /** Returns false for a delta of another state: drop this one, and call without `resume`. */
  apply(event: LayerEvent): boolean {
    switch (event.case) {
      case 'snapshot':
        this.rows.clear();
        this.set(event.value.rows);
        this.hold(event.value.packId, event.value.version, event.value.view);
        break;
      case 'delta': {
        const { packId, from, to, view, rows } = event.value;
        const held = this.resume;
        const fits =
          held?.packId === packId &&
          held.version?.epoch === from?.epoch &&
          held.version?.counter === from?.counter;
        if (!fits) return false;
        this.set(rows);
        this.hold(packId, to, view);
        break;
      }
      case 'heartbeat':
        if (this.resume && event.value.version) this.resume.version = event.value.version;
        break;
      default:
        return true;
    }
    this.stale = event.value.stale;
    return true;
  }

  get size(): number {
    return [...this.rows.values()].reduce((sum, rows) => sum + rows.size, 0);
  }

  private hold(packId: string, version: Snapshot['version'], moved: View | undefined): void {
    if (moved) this.view = moved;
    const token = create(ResumeTokenSchema, { packId, view: this.view });
    if (version) token.version = version;
    this.resume = token;
  }

  private set(subLayers: StateRows[]): void {
    for (const { subLayer, idGaps, columns } of subLayers) {
      const rows = this.rows.get(subLayer) ?? new Map<number, number[]>();
      this.rows.set(subLayer, rows);
      let id = 0;
      idGaps.forEach((gap, i) => {
        id += gap;
        rows.set(
          id,
          columns.map(({ values }) => values[i] ?? 0),
        );
      });
    }
  }
}
