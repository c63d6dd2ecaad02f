// Texts and order of alerts: urgency, severity, level, words.

import type { Alert, Stage } from '../connect/messages.js';
import { metres } from '../format.js';
import type { Words } from '../i18n/index.js';
import { kSeverities, type SeverityName } from '../map/icons.js';
import { kDepthClasses } from '../../styles/depth_classes.js';
import { gaugeLevelWords, kRoman, stageWords } from './stage_words.js';

export function severityOf(alert: Alert): SeverityName {
  const name = (alert.severity ?? '').replace('SEVERITY_', '').toLowerCase();
  return kSeverities.find((severity) => severity === name) ?? 'minor';
}

export function rankOf(alert: Alert): number {
  return kSeverities.indexOf(severityOf(alert));
}

/** For equal severity: a river before a street before a jam. */
const kKindOrder = ['ALERT_KIND_STAGE', 'ALERT_KIND_STREET_DEPTH', 'ALERT_KIND_JAM'];

function kindOrder(alert: Alert): number {
  const order = kKindOrder.indexOf(alert.kind ?? '');
  return order < 0 ? kKindOrder.length : order;
}

/** Worst first; for equal ones those with the largest area, then newest first. */
export function byUrgency(a: Alert, b: Alert): number {
  return (
    rankOf(b) - rankOf(a) ||
    kindOrder(a) - kindOrder(b) ||
    (b.createTime ?? '').localeCompare(a.createTime ?? '')
  );
}

/** The gauge that an alert is about, if any. */
export function gaugeOf(alert: Alert, stages: readonly Stage[]): Stage | undefined {
  if (alert.kind !== 'ALERT_KIND_STAGE') return undefined;
  return stages.find((stage) => stage.station === alert.subject && stage.readTime);
}

/**
 * Kind and level of an alert: "báo động III", "ngập sâu", "kẹt xe". For a river the level that its gauge shows now: an
 * alert keeps its level for a while after the water has fallen, and two different levels of one gauge would confuse.
 */
export function levelWords(alert: Alert, words: Words, gauge?: Stage): string {
  if (gauge) return `${stageWords(gauge, words.language)}, ${gaugeLevelWords(gauge, words)}`;
  const level = alert.level ?? 0;
  switch (alert.kind) {
    case 'ALERT_KIND_STAGE':
      return words.text('alerts.stage_level', { level: kRoman[level] ?? level });
    case 'ALERT_KIND_STREET_DEPTH': {
      const depthClass = kDepthClasses[level - 1]; // levels are counted from 1
      return words.text(depthClass ? `flood.${depthClass.id}` : 'legend.flood');
    }
    case 'ALERT_KIND_JAM':
      return words.text('alerts.jam');
    case 'ALERT_KIND_OUTAGE':
      return words.text('alerts.outage');
    default:
      return level > 0 ? words.text('alerts.level', { level }) : '';
  }
}

/** The alert's headline; when the gauge has fallen since, the level that it had reached. */
export function headlineWords(alert: Alert, words: Words, gauge?: Stage): string {
  if (!gauge || gauge.alertLevel === alert.level) return words.localized(alert.headline);
  const peak = metres(alert.peakValue ?? 0, words.language);
  return words.text('alerts.peak', { place: alert.place ?? '', peak });
}
