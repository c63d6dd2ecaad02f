// The state of a layer on the client's side, from the messages of WatchLayer, FollowLayers and
// GetChanges (as @grpc/proto-loader decodes them with longs as strings).

/** Rows by id and sub-layer. Rows that have left the view keep their last values. */
export class LayerState {
  rows = new Map(); // sub-layer -> Map(id -> values of the watched columns)
  resume = undefined; // the token for the next request; undefined: no state
  stale = false;
  #view;

  /** `view`: of the request. */
  constructor(view) {
    this.#view = view;
  }

  /** Returns false for a delta of another state: drop this one, and open the stream without `resume`. */
  apply({ snapshot, delta, heartbeat }) {
    if (snapshot) {
      this.rows.clear();
      this.#set(snapshot.rows);
      this.#moved(snapshot.view);
      this.resume = { packId: snapshot.packId, version: snapshot.version, view: this.#view };
    } else if (delta) {
      const held = this.resume?.version;
      const fits =
        held?.epoch === delta.from.epoch &&
        held.counter === delta.from.counter &&
        this.resume.packId === delta.packId;
      if (!fits) return false;
      this.#set(delta.rows);
      this.#moved(delta.view);
      this.resume = { ...this.resume, version: delta.to, view: this.#view };
    } else if (heartbeat?.version && this.resume) {
      this.resume = { ...this.resume, version: heartbeat.version };
    }
    this.stale = (snapshot ?? delta ?? heartbeat)?.stale ?? this.stale;
    return true;
  }

  get size() {
    return [...this.rows.values()].reduce((sum, rows) => sum + rows.size, 0);
  }

  #moved(view) {
    if (view) this.#view = view;
  }
  #set(subLayers) {
    for (const { subLayer, idGaps, columns } of subLayers) {
      const rows = this.rows.get(subLayer) ?? new Map();
      this.rows.set(subLayer, rows);
      let id = 0;
      idGaps.forEach((gap, i) => {
        id += gap;
        rows.set(
          id,
          columns.map(({ values }) => values[i]),
        );
      });
    }
  }
}
