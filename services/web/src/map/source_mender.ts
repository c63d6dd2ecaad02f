// Retries failed requests of the map's sources: the map itself makes each request only once.

const kRetryMinMs = 2000;
const kRetryMaxMs = 60_000;
/** Longer than the slowest answer: a failure later than this after a retry counts as a new one. */
const kForgetMs = 120_000;

export interface MenderActions {
  /** Requests the TileJSON and all tiles of a source. */
  reloadSource(id: string): void;
  /** Requests the tiles in view. */
  reloadTiles(id: string): void;
}

interface Trouble {
  tilesOnly: boolean;
  failures: number;
  retriedMs: number;
  timer?: ReturnType<typeof setTimeout> | undefined;
}

export class SourceMender {
  private readonly troubles = new Map<string, Trouble>();

  constructor(private readonly actions: MenderActions) {}

  /** A source or one of its tiles failed: schedules one retry, with increasing delays. */
  failed(id: string, tileOnly: boolean): void {
    const trouble = this.troubles.get(id) ?? { tilesOnly: tileOnly, failures: 0, retriedMs: 0 };
    this.troubles.set(id, trouble);
    if (trouble.timer !== undefined) {
      trouble.tilesOnly &&= tileOnly;
      return;
    }
    trouble.tilesOnly = tileOnly;
    if (Date.now() - trouble.retriedMs > kForgetMs) trouble.failures = 0;
    const waitMs = Math.min(kRetryMaxMs, kRetryMinMs * 2 ** trouble.failures++);
    // Randomized, so that many screens do not send requests at the same instant.
    const spread = 0.75 + 0.5 * Math.random();
    trouble.timer = setTimeout(() => this.retry(id, trouble), waitMs * spread);
  }

  /** The server is available again: pending retries are made now. */
  retryNow(): void {
    for (const [id, trouble] of this.troubles) {
      trouble.failures = 0;
      if (trouble.timer !== undefined) this.retry(id, trouble);
    }
  }

  private retry(id: string, trouble: Trouble): void {
    clearTimeout(trouble.timer);
    trouble.timer = undefined;
    trouble.retriedMs = Date.now();
    if (trouble.tilesOnly) this.actions.reloadTiles(id);
    else this.actions.reloadSource(id);
  }
}
