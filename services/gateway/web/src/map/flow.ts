// Chevrons that move along queues in driving direction. They go before frames do: when the map cannot
// hold its frame rate, or motion is not wanted, they stand still.

import type { Map as MapLibreMap } from 'maplibre-gl';
import { chevronImage, kFlowImages } from './icons.js';

const kStepMs = 100;
const kPhases = 12;
/** Share of a chevron's distance that each image moves on a step: a queue creeps, a standstill hardly moves. */
const kStepsPerPhase = { 'flow-queuing': 1, 'flow-stationary': 3 } as const;
const kFramesPerSecondMin = 30;
const kMinZoom = 12.5;
/** How long the frame rate is watched before it is judged. */
const kJudgeMs = 3000;

export class Flow {
  private readonly images = Array.from({ length: kPhases }, (_, phase) =>
    chevronImage(phase / kPhases, 'rgba(255,255,255,0.85)'),
  );
  private readonly motion = matchMedia('(prefers-reduced-motion: reduce)');
  private step = 0;
  private tooSlow = false;
  private frames = 0;
  private judgedMs = performance.now();

  constructor(private readonly map: MapLibreMap) {
    map.on('render', () => this.frames++);
    setInterval(() => this.tick(), kStepMs);
  }

  get running(): boolean {
    return !this.tooSlow && !this.motion.matches && !document.hidden;
  }

  private tick(): void {
    if (!this.running || this.map.getZoom() < kMinZoom || !this.map.hasImage(kFlowImages[0])) return;
    this.judge();
    this.step++;
    for (const id of kFlowImages) {
      if (this.step % kStepsPerPhase[id] !== 0) continue;
      const phase = Math.floor(this.step / kStepsPerPhase[id]) % kPhases;
      this.map.updateImage(id, this.images[phase]!);
    }
    this.map.triggerRepaint();
  }

  /** While the camera moves every frame is wanted: that is when the frame rate tells something. */
  private judge(): void {
    const now = performance.now();
    const elapsedMs = now - this.judgedMs;
    if (!this.map.isMoving()) {
      this.frames = 0;
      this.judgedMs = now;
    } else if (elapsedMs > kJudgeMs) {
      this.tooSlow = (this.frames * 1000) / elapsedMs < kFramesPerSecondMin;
      this.frames = 0;
      this.judgedMs = now;
    }
  }
}
