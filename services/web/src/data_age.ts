// Age of the newest data of all layers: by the city clock while it runs, and at least the time since they arrived. A
// stopped clock does not keep data young.

/** The data of one layer. */
interface Noted {
  dataTimeMs: number;
  agedMs: number;
  notedMs: number;
}

export class DataAge {
  private readonly layers = new Map<string, Noted>();

  /** A layer has data of this city time at `cityMs` by the city clock, `wallMs` by a monotonic one. */
  note(layer: string, dataTimeMs: number, cityMs: number, wallMs: number): void {
    if (Number.isNaN(dataTimeMs)) return;
    // A city clock behind the data gives no age.
    this.layers.set(layer, { dataTimeMs, agedMs: Math.max(0, cityMs - dataTimeMs), notedMs: wallMs });
  }

  /** In ms of city time; NaN before the first data. */
  at(cityMs: number, wallMs: number): number {
    let newestMs = NaN;
    for (const { dataTimeMs, agedMs, notedMs } of this.layers.values()) {
      const ageMs = Math.max(cityMs - dataTimeMs, agedMs + (wallMs - notedMs));
      if (!(newestMs <= ageMs)) newestMs = ageMs;
    }
    return newestMs;
  }
}
