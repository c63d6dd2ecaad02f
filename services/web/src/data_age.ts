// Age of the newest data: by the city clock while it runs, and at least the time since the last data arrived. A stopped
// clock does not keep data young.

export class DataAge {
  private dataTimeMs = NaN;
  private agedMs = 0;
  private notedMs = 0;

  /** Data of this city time are present at `cityMs` by the city clock, `wallMs` by a monotonic one. */
  note(dataTimeMs: number, cityMs: number, wallMs: number): void {
    if (Number.isNaN(dataTimeMs)) return;
    this.dataTimeMs = dataTimeMs;
    // A city clock behind the data gives no age.
    this.agedMs = Math.max(0, cityMs - dataTimeMs);
    this.notedMs = wallMs;
  }

  /** In ms of city time; NaN before the first data. */
  at(cityMs: number, wallMs: number): number {
    if (Number.isNaN(this.dataTimeMs)) return NaN;
    return Math.max(cityMs - this.dataTimeMs, this.agedMs + (wallMs - this.notedMs));
  }
}
