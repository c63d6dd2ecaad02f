// What is read off an alert to show it: order, severity, level, words.

import type { Alert } from '../connect/messages.js';
import type { Key, Words } from '../i18n/index.js';
import { kSeverities, type SeverityName } from '../map/icons.js';

const kRoman = ['', 'I', 'II', 'III'];
const kDepthWords: (Key | undefined)[] = [
  undefined,
  'flood.ponding',
  'flood.shallow',
  'flood.flooded',
  'flood.deep',
];

export function severityOf(alert: Alert): SeverityName {
  const name = (alert.severity ?? '').replace('SEVERITY_', '').toLowerCase();
  return kSeverities.find((severity) => severity === name) ?? 'minor';
}

export function rankOf(alert: Alert): number {
  return kSeverities.indexOf(severityOf(alert));
}

/** Of equal severity: a river before a street before a jam. */
const kKindOrder = ['ALERT_KIND_STAGE', 'ALERT_KIND_STREET_DEPTH', 'ALERT_KIND_JAM'];

function kindOrder(alert: Alert): number {
  const order = kKindOrder.indexOf(alert.kind ?? '');
  return order < 0 ? kKindOrder.length : order;
}

/** The worst first; of equal ones what reaches furthest, then the newest. */
export function byUrgency(a: Alert, b: Alert): number {
  return (
    rankOf(b) - rankOf(a) ||
    kindOrder(a) - kindOrder(b) ||
    (b.createTime ?? '').localeCompare(a.createTime ?? '')
  );
}

/** What it is and how far it has come: "báo động III", "ngập sâu", "kẹt xe". */
export function levelWords(alert: Alert, words: Words): string {
  const level = alert.level ?? 0;
  switch (alert.kind) {
    case 'ALERT_KIND_STAGE':
      return words.text('alerts.stage_level', { level: kRoman[level] ?? level });
    case 'ALERT_KIND_STREET_DEPTH':
      return words.text(kDepthWords[level] ?? 'legend.flood');
    case 'ALERT_KIND_JAM':
      return words.text('alerts.jam');
    default:
      return level > 0 ? words.text('alerts.level', { level }) : '';
  }
}
