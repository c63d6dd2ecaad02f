import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { forgetSession, seesMap, session, sessionHeaders, signIn, signOut } from './session.js';

interface Sent {
  url: string;
  init: RequestInit;
}

const sent: Sent[] = [];
let answers: (Response | Error)[] = [];

const json = (content: unknown, status = 200, headers: Record<string, string> = {}): Response =>
  new Response(JSON.stringify(content), { status, headers });
const signedIn = (): Response =>
  json({ signed_in: true, principal: 'night desk', scopes: ['alerts:operate'], csrf_token: 'abc' });

beforeEach(() => {
  forgetSession();
  sent.length = 0;
  vi.stubGlobal('fetch', (url: string, init: RequestInit) => {
    sent.push({ url, init });
    const answer = answers.shift();
    return answer instanceof Response ? Promise.resolve(answer) : Promise.reject(answer);
  });
});
afterEach(() => vi.unstubAllGlobals());

describe('a session', () => {
  it('is asked for once, and again after a refusal', async () => {
    answers = [signedIn(), json({ signed_in: false, scopes: [] })];
    expect((await session())?.principal).toBe('night desk');
    expect(await sessionHeaders()).toEqual({ 'x-csrf-token': 'abc' });
    expect(sent.length).toBe(1);
    forgetSession();
    expect(await sessionHeaders()).toEqual({});
    expect(sent.length).toBe(2);
  });

  it('that cannot be asked for is asked for again', async () => {
    answers = [new Error('offline'), json({}, 503), signedIn()];
    expect(await session()).toBeUndefined();
    expect(await session()).toBeUndefined();
    expect((await session())?.signedIn).toBe(true);
  });
});

describe('signing in', () => {
  it('sends the key in the body and keeps it nowhere', async () => {
    answers = [signedIn()];
    expect(await signIn('clk_a_b')).toEqual({ kind: 'ok' });
    expect(sent[0]?.url).not.toContain('clk_');
    expect(sent[0]?.init).toMatchObject({ method: 'POST', body: '{"key":"clk_a_b"}' });
  });

  it('tells a wrong key from too many attempts and from a server that is down', async () => {
    answers = [json({}, 401), json({}, 429, { 'retry-after': '7' }), json({}, 503), new Error('x')];
    expect(await signIn('a')).toEqual({ kind: 'wrong' });
    expect(await signIn('a')).toEqual({ kind: 'busy', waitS: 7 });
    expect(await signIn('a')).toEqual({ kind: 'failed' });
    expect(await signIn('a')).toEqual({ kind: 'failed' });
  });
});

describe('signing out', () => {
  it('sends the token', async () => {
    answers = [signedIn(), new Response(null, { status: 204 })];
    expect(await signOut()).toBe(true);
    expect(sent[1]?.init).toMatchObject({ method: 'DELETE', headers: { 'x-csrf-token': 'abc' } });
  });

  it('has failed when the server did not end the session', async () => {
    answers = [signedIn(), json({}, 503)];
    expect(await signOut()).toBe(false);
  });
});

describe('the map', () => {
  it.each([
    [['admin'], true],
    [['layers:read:flood', 'alerts:read'], true],
    [['alerts:read'], false],
    [[], false],
  ])('with %j: %s', (scopes, sees) => {
    expect(seesMap({ signedIn: false, principal: '', scopes, csrfToken: '' })).toBe(sees);
  });
});
