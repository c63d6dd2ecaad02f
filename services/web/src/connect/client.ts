// Calls of the public API over HTTP with JSON, by the Connect protocol: unary calls and collected streams.

import { serverUrl } from '../server_url.js';
import { forgetSession, sessionHeaders } from '../session.js';
import { decodeEnvelopes, encodeEnvelope, kEndStreamFlag } from './envelope.js';

/** Maximum duration of a call before it counts as failed. */
const kCallTimeoutMs = 8000;

export class CallError extends Error {
  constructor(
    readonly method: string,
    readonly code: string,
    message: string,
  ) {
    super(`${method}: ${code}: ${message}`);
  }
}

/** The answer of a call, and the server's wall clock from its Date header (NaN when absent). */
export interface Answer<Response> {
  response: Response;
  serverTimeMs: number;
}

/** A unary call; `method` is "package.Service/Method". */
export async function call<Response>(method: string, request: object): Promise<Answer<Response>> {
  const reply = await post(method, 'application/json', JSON.stringify(request));
  return {
    response: (await reply.json()) as Response,
    serverTimeMs: Date.parse(reply.headers.get('date') ?? ''),
  };
}

/** A call whose answer is a stream; resolves with all its messages once it has ended without an error. */
export async function collect<Response>(method: string, request: object): Promise<Response[]> {
  const reply = await post(method, 'application/connect+json', encodeEnvelope(request));
  const text = new TextDecoder();
  const messages: Response[] = [];
  for (const { flags, data } of decodeEnvelopes(new Uint8Array(await reply.arrayBuffer()))) {
    const message: unknown = JSON.parse(text.decode(data));
    if (!(flags & kEndStreamFlag)) {
      messages.push(message as Response);
      continue;
    }
    const { error } = message as { error?: { code?: string; message?: string } };
    if (error) throw failure(method, error.code ?? 'unknown', error.message);
    return messages;
  }
  throw new CallError(method, 'unavailable', 'the stream broke off');
}

async function post(method: string, type: string, body: BodyInit): Promise<Response> {
  const reply = await fetch(serverUrl(method), {
    method: 'POST',
    headers: {
      'content-type': type,
      'connect-protocol-version': '1',
      ...(await sessionHeaders()),
    },
    body,
    signal: AbortSignal.timeout(kCallTimeoutMs),
  });
  if (reply.ok) return reply;
  const error = (await reply.json().catch(() => ({}))) as { code?: string; message?: string };
  throw failure(method, error.code ?? `http_${reply.status}`, error.message);
}

function failure(method: string, code: string, message = ''): CallError {
  // The session may have ended, or another one begun, in another window.
  if (code === 'unauthenticated' || code === 'permission_denied') forgetSession();
  return new CallError(method, code, message);
}
