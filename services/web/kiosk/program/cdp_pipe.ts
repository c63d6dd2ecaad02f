// The DevTools protocol over a pair of pipes (--remote-debugging-pipe): messages are JSON texts that end with a zero byte. No
// port is opened, so that no other program of the machine can control the browser.

import type { Readable, Writable } from 'node:stream';

type Params = Record<string, unknown>;
interface Message {
  id?: number;
  method?: string;
  params?: Params;
  result?: Params;
  error?: { message: string };
}

const kEnded = 'the browser has ended';

export class CdpPipe {
  /** Called with each event of the browser. */
  onEvent: (method: string, params: Params) => void = () => {};
  private readonly waiting = new Map<number, (message: Message) => void>();
  private lastId = 0;
  private ended = false;
  private rest: Buffer[] = [];

  /** @param out to the browser  @param input from the browser */
  constructor(
    private readonly out: Writable,
    input: Readable,
  ) {
    input.on('data', (piece: Buffer) => this.read(piece));
    for (const stream of [out, input]) {
      stream.on('error', () => this.end());
      stream.on('close', () => this.end());
    }
  }

  /** Calls a method. Rejects with its error, when the browser ends, or when there is no answer within `timeoutMs`. */
  send(method: string, params: Params = {}, sessionId?: string, timeoutMs = 15_000): Promise<Params> {
    const id = ++this.lastId;
    if (this.ended) return Promise.reject(new Error(`${method}: ${kEnded}`));
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.waiting.delete(id);
        reject(new CdpTimeout(`${method}: no answer within ${timeoutMs} ms`));
      }, timeoutMs);
      this.waiting.set(id, ({ result, error }) => {
        clearTimeout(timer);
        if (error) reject(new Error(`${method}: ${error.message}`));
        else resolve(result ?? {});
      });
      this.out.write(`${JSON.stringify({ id, method, params, ...(sessionId && { sessionId }) })}\0`);
    });
  }

  /** A caller that waits for the answer of an ended browser would not see the next one. */
  private end(): void {
    this.ended = true;
    for (const settle of this.waiting.values()) settle({ error: { message: kEnded } });
    this.waiting.clear();
  }

  private read(piece: Buffer): void {
    let start = 0;
    for (let end; (end = piece.indexOf(0, start)) >= 0; start = end + 1) {
      const text = Buffer.concat([...this.rest, piece.subarray(start, end)]).toString();
      this.rest = [];
      this.handle(JSON.parse(text) as Message);
    }
    if (start < piece.length) this.rest.push(piece.subarray(start));
  }

  private handle(message: Message): void {
    if (message.id === undefined) {
      this.onEvent(message.method ?? '', message.params ?? {});
      return;
    }
    this.waiting.get(message.id)?.(message);
    this.waiting.delete(message.id);
  }
}

/** The browser, or the page, does not answer. */
export class CdpTimeout extends Error {}
