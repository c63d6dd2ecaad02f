// State of a layer in a client of WatchLayer: applies a snapshot and deltas.

export class WatchedState {
  constructor() {
    this.rows = new Map(); // sub-layer -> id -> { column: value }
    this.columns = new Map(); // sub-layer -> names
    this.deltas = 0;
    this.snapshots = 0;
  }

  /** The resume token of the client. */
  get resume() {
    return { pack_id: this.packId, version: this.version };
  }

  /** Applies one WatchLayerResponse; throws when it does not follow the present state. */
  apply(message) {
    if (message.snapshot) {
      this.snapshots++;
      this.rows.clear();
      this.packId = message.snapshot.pack_id;
      this.version = message.snapshot.version;
      for (const rows of message.snapshot.rows) {
        this.columns.set(
          rows.sub_layer,
          rows.columns.map((column) => column.name),
        );
        this.put(rows);
      }
    } else if (message.delta) {
      const { pack_id, from, to } = message.delta;
      if (pack_id !== this.packId) throw new Error(`delta of pack ${pack_id}`);
      if (from.epoch !== this.version.epoch || from.counter !== this.version.counter) {
        throw new Error(`delta from ${from.counter}, but the state has ${this.version.counter}`);
      }
      if (to.counter <= from.counter)
        throw new Error(`delta from ${from.counter} to ${to.counter}`);
      this.deltas++;
      this.version = to;
      for (const rows of message.delta.rows) this.put(rows);
    }
    return this;
  }

  put(rows) {
    const held = this.rows.get(rows.sub_layer) ?? new Map();
    this.rows.set(rows.sub_layer, held);
    const names = this.columns.get(rows.sub_layer);
    let id = 0;
    for (const [i, gap] of rows.id_gaps.entries()) {
      id += gap;
      held.set(id, Object.fromEntries(names.map((name, c) => [name, rows.columns[c].values[i]])));
    }
  }

  /** The value of one row; 0, the column's default, for rows that were not sent. */
  value(subLayer, id, column) {
    return this.rows.get(subLayer)?.get(id)?.[column] ?? 0;
  }
}
