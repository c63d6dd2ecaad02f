// Self-update of a page that stays open for days: when the server serves a newer page, an idle one reloads itself.

import { serverUrl } from './server_url.js';

const kPeriodMs = 30_000;
const kIdleMs = 10_000;

export function watchPageVersion(idleMs: () => number): void {
  const mine = document.querySelector<HTMLMetaElement>('meta[name=page-version]')?.content;
  if (!mine || mine === 'development') return;
  setInterval(() => {
    if (document.hidden) return;
    fetch(serverUrl('version.json'), { cache: 'no-store' })
      .then((reply) => (reply.ok ? (reply.json() as Promise<{ version?: string }>) : undefined))
      .then((served) => {
        if (served?.version && served.version !== mine && idleMs() > kIdleMs) location.reload();
      })
      .catch(() => {}); // The server is unavailable: the connection's state shows it.
  }, kPeriodMs);
}
