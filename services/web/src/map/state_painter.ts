// Sets rows of live state on the map as feature-state: coalesced per id, a bounded number per frame.

import type { Map as MapLibreMap } from 'maplibre-gl';
import { isLost } from './lost_context.js';
import type { StateTable } from '../live/state_table.js';

/** Rows set in one animation frame; a whole city at once would cause a visible pause. */
const kRowsPerFrame = 3000;

export class StatePainter {
  private readonly waiting = new Set<number>();
  private frame = 0;
  painted = 0;

  constructor(
    private readonly map: MapLibreMap,
    private readonly source: string,
    private readonly sourceLayer: string,
    private readonly table: () => StateTable,
  ) {}

  get waitingCount(): number {
    return this.waiting.size;
  }

  paint(ids: Iterable<number>): void {
    for (const id of ids) this.waiting.add(id);
    this.schedule();
  }

  /** Drops all state: ids have a new meaning from now on. */
  reset(): void {
    this.waiting.clear();
    if (!isLost(this.map) && this.map.getSource(this.source)) {
      this.map.removeFeatureState({ source: this.source, sourceLayer: this.sourceLayer });
    }
  }

  private schedule(): void {
    if (this.frame || this.waiting.size === 0) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      this.flush();
    });
  }

  private flush(): void {
    if (isLost(this.map) || !this.map.getSource(this.source)) {
      this.map.once('styledata', () => this.schedule());
      return;
    }
    let left = kRowsPerFrame;
    for (const id of this.waiting) {
      if (left-- === 0) break;
      this.waiting.delete(id);
      const row = this.table().get(id);
      if (!row) continue;
      this.map.setFeatureState({ source: this.source, sourceLayer: this.sourceLayer, id }, row);
      this.painted++;
    }
    this.schedule();
  }
}
