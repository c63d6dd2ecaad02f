// Texts and arrows of a river stage, for the panel and the map.

import type { Stage } from '../connect/messages.js';
import { metres, type Language } from '../format.js';
import type { Words } from '../i18n/index.js';

/** Slower changes than this count as steady, metres per hour. */
const kSteadyMPerH = 0.02;

export type Trend = 'rising' | 'falling' | 'steady';

export function trendOf(mPerH: number | undefined): Trend {
  if ((mPerH ?? 0) > kSteadyMPerH) return 'rising';
  return (mPerH ?? 0) < -kSteadyMPerH ? 'falling' : 'steady';
}

export const kArrows: Record<Trend, string> = { rising: '↑', falling: '↓', steady: '→' };

/** By alert level. */
export const kRoman = ['', 'I', 'II', 'III'];

/** "báo động II", "dưới báo động I"; empty where the gauge has no levels or no reading. */
export function gaugeLevelWords(stage: Stage, words: Words): string {
  const level = stage.alertLevel ?? 0;
  if (level > 0) return words.text('gauges.level', { level: kRoman[level] ?? level });
  return stage.readTime && stage.alertLevelsM?.length ? words.text('gauges.below') : '';
}

/** "9 phút trước" by the city clock, or a text for a missing reading. */
export function readAgeWords(stage: Stage, words: Words, cityMs: number): string {
  const readMs = Date.parse(stage.readTime ?? '');
  if (Number.isNaN(readMs)) return words.text('gauges.no_reading');
  return words.text('age.since', { age: words.age(cityMs - readMs) });
}

/** The stage with its unit, or a dash without a reading. */
export function stageWords(stage: Stage, language: Language): string {
  return stage.readTime ? metres(stage.stageM ?? 0, language) : '–';
}
