// What is read off an alert to show it: order, severity, level, words.

import type { Alert } from '../connect/messages.js';
import type { Words } from '../i18n/index.js';
import { kSeverities, type SeverityName } from '../map/icons.js';

const kRoman = ['', 'I', 'II', 'III'];

export function severityOf(alert: Alert): SeverityName {
  const name = (alert.severity ?? '').replace('SEVERITY_', '').toLowerCase();
  return kSeverities.find((severity) => severity === name) ?? 'minor';
}

export function rankOf(alert: Alert): number {
  return kSeverities.indexOf(severityOf(alert));
}

/** The worst first; of equal ones the newest. */
export function byUrgency(a: Alert, b: Alert): number {
  return rankOf(b) - rankOf(a) || (b.createTime ?? '').localeCompare(a.createTime ?? '');
}

export function levelWords(alert: Alert, words: Words): string {
  const level = alert.level ?? 0;
  if (level === 0) return '';
  if (alert.kind === 'ALERT_KIND_STAGE') {
    return words.text('alerts.stage_level', { level: kRoman[level] ?? level });
  }
  return words.text('alerts.level', { level });
}
