// Moving chevrons along queues in driving direction. They have the lowest priority: they stop when the map cannot keep
// its frame rate, or when reduced motion is requested.

import type { Map as MapLibreMap } from 'maplibre-gl';
import { isLost } from './lost_context.js';
import { chevronImage, kFlowImages } from './icons.js';

const kStepMs = 100;
const kPhases = 12;
/** Steps per image, i.e. per fraction of a chevron's distance: a queue creeps, stationary traffic hardly moves. */
const kStepsPerPhase = { 'flow-queuing': 1, 'flow-stationary': 3 } as const;
const kMinZoom = 12.5;
/** A step that is not on the screen when the next one is due is late; this many consecutive ones stop the motion. */
const kLateStepsMax = 8;
const kFramesPerSecondMin = 30;
/** Time for which a moving camera is measured before its frame rate is evaluated. */
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

  /** While the camera moves every frame is drawn: only then is the frame rate meaningful. */
  private judgeMove(): void {
    const elapsedMs = performance.now() - this.movedMs;
    if (elapsedMs < kJudgeMs) return;
    this.tooSlow = (this.frames * 1000) / elapsedMs < kFramesPerSecondMin;
  }
}
