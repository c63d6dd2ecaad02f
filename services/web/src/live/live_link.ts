// Three ways to a live hub: in a shared worker; where there is none (Chrome on Android for long), in the
// page that leads, chosen by a lock; where there are no locks either (plain HTTP), in the page itself.

import { LiveHub } from './live_hub.js';
import type { FromHub, ToHub } from './live_protocol.js';
import workerUrl from './live_worker.ts?sharedworker&url';

export interface LiveLink {
  /** A hub that is silent for so long is dead, or hangs. Unset: kHubDeadMs. */
  readonly silenceMaxMs?: number;
  send(message: ToHub): void;
  close(): void;
}

/** How often the way to a hub had to be opened again. */
export interface Tries {
  /** Openings in a row that were not answered. */
  failures: number;
  /** Grows when a hub hangs: it must not be found again. */
  generation: number;
}

export type OpenLink = (onMessage: (message: FromHub) => void, tries: Tries) => LiveLink;

/** The best way that this browser has; after failures one that needs less. */
export function chooseLink({ failures }: Tries): OpenLink {
  if (failures < 2 && 'SharedWorker' in globalThis) return workerLink;
  const locks = 'locks' in navigator && 'BroadcastChannel' in globalThis;
  return failures < 4 && locks ? leaderLink : ownLink;
}

/** Through a shared worker, which all pages of this build share. */
export const workerLink: OpenLink = (onMessage, { generation }) => {
  const worker = new SharedWorker(workerUrl, { type: 'module', name: `live-${generation}` });
  worker.port.onmessage = (event: MessageEvent<FromHub>) => onMessage(event.data);
  return {
    send: (message) => worker.port.postMessage(message),
    close: () => worker.port.close(),
  };
};

/** A hub of the page's own. */
export const ownLink: OpenLink = (onMessage) => {
  const hub = new LiveHub((_page, message) => onMessage(message));
  return { send: (message) => hub.receive('own', message), close: () => hub.stop() };
};

const kChannel = 'citylayers-live';
/** A page that leads draws a map, too, and may be busy; when it is gone the lock says so at once. */
const kLeaderSilenceMaxMs = 6000;

/** What goes over the channel: to the hub from a page, or to one page. */
interface Letter {
  from?: string;
  to?: string;
  message: ToHub | FromHub;
}

/**
 * Through the page that holds a lock. Other visible pages wait for it, and the first of them takes over
 * when that page closes or is hidden: browsers slow hidden pages down. From one that hangs the lock is
 * taken away.
 */
export const leaderLink: OpenLink = (onMessage, { failures }) => {
  const me = crypto.getRandomValues(new Uint32Array(2)).join('-');
  const channel = new BroadcastChannel(kChannel);
  let hub: LiveHub | undefined;
  let waiting = new AbortController();
  let handOver = (): void => {};
  let hello: ToHub = { kind: 'hello', followed: undefined };
  const post = (page: string, message: FromHub): void => {
    if (page === me) onMessage(message);
    else channel.postMessage({ to: page, message } satisfies Letter);
  };
  const lead = (): Promise<void> =>
    new Promise((resolve) => {
      handOver = resolve;
      hub = new LiveHub(post);
      hub.receive(me, hello);
    });
  const queue = async (steal: boolean): Promise<void> => {
    waiting = new AbortController();
    const options = steal ? { steal } : { signal: waiting.signal };
    // Rejected when this page waits no longer, or when another one has taken the lock away.
    await navigator.locks.request(kChannel, options, lead).catch(() => {});
    hub?.stop();
    hub = undefined;
  };
  const resign = (): void => {
    waiting.abort();
    handOver();
  };
  const onVisibility = (): void => (document.hidden ? resign() : void queue(false));
  document.addEventListener('visibilitychange', onVisibility);
  channel.onmessage = ({ data }: MessageEvent<Letter>) => {
    if (data.to === me) onMessage(data.message as FromHub);
    else if (data.from && hub) hub.receive(data.from, data.message as ToHub);
  };
  if (!document.hidden) void queue(failures > 0);
  return {
    silenceMaxMs: kLeaderSilenceMaxMs,
    send: (message) => {
      if (message.kind === 'hello') hello = message;
      if (hub) hub.receive(me, message);
      else channel.postMessage({ from: me, message } satisfies Letter);
    },
    close: () => {
      document.removeEventListener('visibilitychange', onVisibility);
      resign();
      channel.close();
    },
  };
};
