// The list of present alerts, updated message by message.

import type { Alert, WatchAlertsResponse } from './connect/messages.js';

/** More than a city has at once, and the server's maximum page size. Further alerts are shown as "+". */
export const kAlertsMax = 1000;

/** The list after a message of the alert stream: resolved alerts are removed, changed ones replaced. */
export function mergeAlerts(held: readonly Alert[], message: WatchAlertsResponse): Alert[] {
  const byName = new Map((message.snapshot ? [] : held).map((alert) => [alert.name, alert]));
  for (const alert of message.alerts ?? []) byName.set(alert.name, alert);
  return [...byName.values()]
    .filter((alert) => alert.state !== 'ALERT_STATE_RESOLVED')
    .slice(0, kAlertsMax);
}
