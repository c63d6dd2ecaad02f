// Three kinds of links to a live hub: a shared worker; without support for those (Chrome on Android for long), the
// leading page, chosen by a lock; without locks (plain HTTP), the page itself.

import { LiveHub } from './live_hub.js';
import type { FromHub, ToHub } from './live_protocol.js';
import workerUrl from './live_worker.ts?sharedworker&url';

export interface LiveLink {
  /** Time without a message after which a hub counts as dead. Unset: kHubDeadMs. */
  readonly silenceMaxMs?: number;
  send(message: ToHub): void;
  close(): void;
}

/** Counters of attempts to open a link. */
export interface Tries {
  /** Consecutive links that received no message. */
  failures: number;
  /** Incremented when a hub hangs, so that it is not found again. */
  generation: number;
}

export type OpenLink = (onMessage: (message: FromHub) => void, tries: Tries) => LiveLink;

/** The best link that this browser supports; after failures one with fewer requirements. */
export function chooseLink({ failures }: Tries): OpenLink {
  if (failures < 2 && 'SharedWorker' in globalThis) return workerLink;
  const locks = 'locks' in navigator && 'BroadcastChannel' in globalThis;
  return failures < 4 && locks ? leaderLink : ownLink;
}

/** A shared worker, which all pages of this build share. */
export const workerLink: OpenLink = (onMessage, { generation }) => {
  const worker = new SharedWorker(workerUrl, { type: 'module', name: `live-${generation}` });
  worker.port.onmessage = (event: MessageEvent<FromHub>) => onMessage(event.data);
  return {
    send: (message) => worker.port.postMessage(message),
    close: () => worker.port.close(),
  };
};

/** A hub within the page. */
export const ownLink: OpenLink = (onMessage) => {
  const hub = new LiveHub((_page, message) => onMessage(message));
  return { send: (message) => hub.receive('own', message), close: () => hub.stop() };
};

const kChannel = 'citylayers-live';
/** The leading page also draws a map and may be busy; when it closes, its lock is released at once. */
const kLeaderSilenceMaxMs = 6000;

/** A message on the channel: from a page to the hub, or to one page. */
interface Letter {
  from?: string;
  to?: string;
  message: ToHub | FromHub;
}

/**
 * A hub in the page that holds a lock. Other visible pages wait for the lock, and the first of them takes over when
 * that page closes or is hidden, because browsers slow hidden pages down. The lock is stolen from a page that hangs.
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
    // Rejected when this page stops waiting, or when another page has stolen the lock.
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
