// Chevrons that move along queues in driving direction. They go before frames do: when the map cannot
// hold its frame rate, or motion is not wanted, they stand still.

import type { Map as MapLibreMap } from 'maplibre-gl';
import { isLost } from './lost_context.js';
import { chevronImage, kFlowImages } from './icons.js';

const kStepMs = 100;
const kPhases = 12;
/** Share of a chevron's distance that each image moves on a step: a queue creeps, a standstill hardly moves. */
const kStepsPerPhase = { 'flow-queuing': 1, 'flow-stationary': 3 } as const;
const kMinZoom = 12.5;
/** A step that is not on the screen when the next one is due is late; this many in a row stop the motion. */
const kLateStepsMax = 8;
const kFramesPerSecondMin = 30;
/** How long a moving camera is watched before its frame rate is judged. */
const kJudgeMs = 2000;

export class Flow {
  private readonly images = Array.from({ length: kPhases }, (_, phase) =>
    chevronImage(phase / kPhases, 'rgba(255,255,255,0.85)'),
  );
  private readonly motion = matchMedia('(prefers-reduced-motion: reduce)');
  private step = 0;
  private rendered = true;
  private lateSteps = 0;
  private frames = 0;
  private movedMs = 0;
  private tooSlow = false;

  constructor(private readonly map: MapLibreMap) {
    map.on('render', () => {
      this.rendered = true;
      this.frames++;
    });
    map.on('movestart', () => {
      this.frames = 0;
      this.movedMs = performance.now();
    });
    map.on('moveend', () => this.judgeMove());
    setInterval(() => this.tick(), kStepMs);
  }

  get running(): boolean {
    return !this.tooSlow && !this.motion.matches && !document.hidden;
  }

  private tick(): void {
    if (!this.running || isLost(this.map)) return;
    if (this.map.getZoom() < kMinZoom || !this.map.hasImage(kFlowImages[0]))
      return;
    this.lateSteps = this.rendered ? 0 : this.lateSteps + 1;
    if (this.lateSteps > kLateStepsMax) this.tooSlow = true;
    if (!this.rendered) return;
    this.step++;
    for (const id of kFlowImages) {
      if (this.step % kStepsPerPhase[id] !== 0) continue;
      const phase = Math.floor(this.step / kStepsPerPhase[id]) % kPhases;
      this.map.updateImage(id, this.images[phase]!);
    }
    this.rendered = false;
    this.map.triggerRepaint();
  }

  /** While the camera moves every frame is wanted: that is when the frame rate tells something. */
  private judgeMove(): void {
    const elapsedMs = performance.now() - this.movedMs;
    if (elapsedMs < kJudgeMs) return;
    this.tooSlow = (this.frames * 1000) / elapsedMs < kFramesPerSecondMin;
  }
}
