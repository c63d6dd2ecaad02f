// A river stage in words and arrows, as the panel and the map show it.

import type { Stage } from '../connect/messages.js';
import { metres, type Language } from '../format.js';

/** Slower changes than this count as standing still, metres an hour. */
const kSteadyMPerH = 0.02;

export type Trend = 'rising' | 'falling' | 'steady';

export function trendOf(mPerH: number | undefined): Trend {
  if ((mPerH ?? 0) > kSteadyMPerH) return 'rising';
  return (mPerH ?? 0) < -kSteadyMPerH ? 'falling' : 'steady';
}

export const kArrows: Record<Trend, string> = { rising: '↑', falling: '↓', steady: '→' };

/** The stage with its unit, or a dash when it was never read. */
export function stageWords(stage: Stage, language: Language): string {
  return stage.readTime ? metres(stage.stageM ?? 0, language) : '–';
}
