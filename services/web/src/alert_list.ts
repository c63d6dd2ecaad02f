// The alerts that are held, message by message.

import type { Alert, WatchAlertsResponse } from './connect/messages.js';

/** More than a city has at once; the server's longest page. What is beyond is counted with a "+". */
export const kAlertsMax = 1000;

/** What is held after a message of the alert stream: resolved ones go, changed ones are replaced. */
export function mergeAlerts(held: readonly Alert[], message: WatchAlertsResponse): Alert[] {
  const byName = new Map((message.snapshot ? [] : held).map((alert) => [alert.name, alert]));
  for (const alert of message.alerts ?? []) byName.set(alert.name, alert);
  return [...byName.values()]
    .filter((alert) => alert.state !== 'ALERT_STATE_RESOLVED')
    .slice(0, kAlertsMax);
}
