// How old the newest data are: by the city clock while it goes, and never less than the time that has
// passed since anything was heard. A clock that stands still does not keep data young.

export class DataAge {
  private dataTimeMs = NaN;
  private agedMs = 0;
  private notedMs = 0;

  /** Data of this city time are there at `cityMs` by the city clock, `wallMs` by a steady one. */
  note(dataTimeMs: number, cityMs: number, wallMs: number): void {
    if (Number.isNaN(dataTimeMs)) return;
    this.dataTimeMs = dataTimeMs;
    // A city clock that lags behind the data says nothing of their age.
    this.agedMs = Math.max(0, cityMs - dataTimeMs);
    this.notedMs = wallMs;
  }

  /** In ms of city time; NaN before the first data. */
  at(cityMs: number, wallMs: number): number {
    if (Number.isNaN(this.dataTimeMs)) return NaN;
    return Math.max(cityMs - this.dataTimeMs, this.agedMs + (wallMs - this.notedMs));
  }
}
