// Asks again for what a source of the map could not get: the map itself asks only once.

const kRetryMinMs = 2000;
const kRetryMaxMs = 60_000;
/** Longer than the slowest answer: what fails later than this after a retry is a new trouble. */
const kForgetMs = 120_000;

export interface MenderActions {
  /** Asks for the TileJSON and all tiles of a source. */
  reloadSource(id: string): void;
  /** Asks for the tiles in view. */
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

  /** A source failed as a whole, or a tile of it did: one retry follows, later and later. */
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
    // Spread, so that a hall of screens does not ask at the same instant.
    const spread = 0.75 + 0.5 * Math.random();
    trouble.timer = setTimeout(() => this.retry(id, trouble), waitMs * spread);
  }

  /** The server is back: what waits is asked for now. */
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
