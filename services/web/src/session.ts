// The session of a person who signed in: a cookie that no script can read, and the token that requests which are not a GET
// must send beside it.

import { serverUrl } from './server_url.js';

export interface SessionState {
  signedIn: boolean;
  /** Name of the key's holder; empty: not signed in. */
  principal: string;
  /** What the viewer may do, signed in or not. */
  scopes: string[];
  csrfToken: string;
}

/** Result of signing in: `wait` seconds must pass after too many attempts. */
export type SignInResult = { kind: 'ok' | 'wrong' | 'failed' } | { kind: 'busy'; waitS: number };

const kTimeoutMs = 8000;
const kNobody: SessionState = { signedIn: false, principal: '', scopes: [], csrfToken: '' };

/** Of this page or worker; undefined: not asked since the start or the last refusal. */
let known: Promise<SessionState | undefined> | undefined;

/** The present session; undefined: the server does not answer. */
export function session(): Promise<SessionState | undefined> {
  known ??= ask();
  return known;
}

/** Asks again before the next call: a call was refused, or the session has changed. */
export function forgetSession(): void {
  known = undefined;
}

/** The header that a call needs during a session. */
export async function sessionHeaders(): Promise<Record<string, string>> {
  const { csrfToken } = (await session()) ?? kNobody;
  return csrfToken ? { 'x-csrf-token': csrfToken } : {};
}

/** Whether the viewer may see the map at all. */
export function seesMap(state: SessionState): boolean {
  return state.scopes.some((scope) => scope === 'admin' || scope.startsWith('layers:read'));
}

export async function signIn(key: string): Promise<SignInResult> {
  forgetSession();
  const reply = await send('POST', { 'content-type': 'application/json' }, JSON.stringify({ key }));
  if (!reply) return { kind: 'failed' };
  if (reply.ok) return { kind: 'ok' };
  if (reply.status === 429) {
    return { kind: 'busy', waitS: Number(reply.headers.get('retry-after')) || 1 };
  }
  return { kind: reply.status < 500 ? 'wrong' : 'failed' };
}

/** Whether the session has ended in the whole city. */
export async function signOut(): Promise<boolean> {
  const reply = await send('DELETE', await sessionHeaders());
  forgetSession();
  // 401: it had ended before.
  return reply !== undefined && (reply.ok || reply.status === 401);
}

async function ask(): Promise<SessionState | undefined> {
  const reply = await send('GET', {});
  const content = (await reply?.json().catch(() => undefined)) as
    | { signed_in?: boolean; principal?: string; scopes?: string[]; csrf_token?: string }
    | undefined;
  if (!reply?.ok || !content) {
    forgetSession();
    return undefined;
  }
  return {
    signedIn: content.signed_in ?? false,
    principal: content.principal ?? '',
    scopes: content.scopes ?? [],
    csrfToken: content.csrf_token ?? '',
  };
}

function send(
  method: string,
  headers: Record<string, string>,
  body?: string,
): Promise<Response | undefined> {
  return fetch(serverUrl('session'), {
    method,
    headers,
    ...(body === undefined ? {} : { body }),
    cache: 'no-store',
    signal: AbortSignal.timeout(kTimeoutMs),
  }).catch(() => undefined);
}
