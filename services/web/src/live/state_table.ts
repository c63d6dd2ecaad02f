// The state of one sub-layer, from a snapshot and deltas. Pure data, no map.

import type { LayerVersion, StateRows } from '../connect/messages.js';

/** Values of one row by column name. */
export type Row = Record<string, number>;

/** A version as text: equal texts are equal versions. */
export function versionText(version: LayerVersion | undefined): string {
  return `${version?.epoch ?? 0}:${version?.counter ?? 0}`;
}

export class StateTable {
  private columns: string[] = [];
  private readonly rows = new Map<number, number[]>();

  /** `subLayer`: the sub-layer whose rows are kept; others are skipped. */
  constructor(private readonly subLayer: string) {}

  get size(): number {
    return this.rows.size;
  }

  get(id: number): Row | undefined {
    const values = this.rows.get(id);
    return values && this.named(values);
  }

  ids(): Iterable<number> {
    return this.rows.keys();
  }

  clear(): void {
    this.rows.clear();
  }

  /** The complete state, in the form of a snapshot. */
  toRows(): StateRows {
    const ids = [...this.rows.keys()].sort((a, b) => a - b);
    return {
      subLayer: this.subLayer,
      idGaps: ids.map((id, i) => (i === 0 ? id : id - ids[i - 1]!)),
      columns: this.columns.map((name, column) => ({
        name,
        values: ids.map((id) => this.rows.get(id)![column] ?? 0),
      })),
    };
  }

  /**
   * Replaces the state and returns the ids whose values changed. A known id that is missing in the new state has
   * default values; it stays in the table, because tiles drawn earlier may still have its old value, which only an
   * explicit row overrides.
   */
  applySnapshot(groups: readonly StateRows[] | undefined): number[] {
    const mine = (groups ?? []).filter((group) => this.owns(group));
    const names = mine[0]?.columns?.map((column) => column.name ?? '') ?? this.columns;
    if (names.join() !== this.columns.join()) {
      this.columns = names;
      this.rows.clear();
    }
    const missing = new Set(this.rows.keys());
    const changed: number[] = [];
    for (const group of mine) {
      this.eachRow(group, (id, values) => {
        missing.delete(id);
        if (this.put(id, values)) changed.push(id);
      });
    }
    const defaults = this.columns.map(() => 0);
    for (const id of missing) if (this.put(id, defaults)) changed.push(id);
    return changed;
  }

  /** Applies changed rows and returns their ids. The columns are those of the preceding snapshot. */
  applyDelta(groups: readonly StateRows[] | undefined): number[] {
    const changed: number[] = [];
    for (const group of groups ?? []) {
      if (!this.owns(group)) continue;
      this.eachRow(group, (id, values) => {
        if (this.put(id, values)) changed.push(id);
      });
    }
    return changed;
  }

  private owns(group: StateRows): boolean {
    return (group.subLayer ?? this.subLayer) === this.subLayer;
  }

  private eachRow(group: StateRows, take: (id: number, values: number[]) => void): void {
    const columns = group.columns ?? [];
    let id = 0;
    (group.idGaps ?? []).forEach((gap, row) => {
      id += gap;
      take(
        id,
        columns.map((column) => column.values?.[row] ?? 0),
      );
    });
  }

  private put(id: number, values: number[]): boolean {
    const before = this.rows.get(id);
    if (before && before.every((value, column) => value === values[column])) return false;
    this.rows.set(id, values);
    return true;
  }

  private named(values: number[]): Row {
    const row: Row = {};
    this.columns.forEach((name, column) => (row[name] = values[column] ?? 0));
    return row;
  }
}
