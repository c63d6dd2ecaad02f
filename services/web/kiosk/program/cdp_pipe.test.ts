import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { CdpPipe, CdpTimeout } from './cdp_pipe.js';

/** A pipe with its other end: `sent` has the messages, answer() writes bytes. */
function pair() {
  const [out, input] = [new PassThrough(), new PassThrough()];
  const sent: { id: number; method: string; sessionId?: string }[] = [];
  out.on('data', (text: Buffer) => sent.push(JSON.parse(text.toString().replace('\0', ''))));
  return {
    pipe: new CdpPipe(out, input),
    sent,
    answer: (text: string | Buffer) => input.write(text),
    close: () => input.destroy(),
  };
}

describe('CdpPipe', () => {
  it('matches answers with calls, in any order', async () => {
    const { pipe, sent, answer } = pair();
    const calls = [pipe.send('A.a'), pipe.send('B.b', {}, 'session')];
    answer('{"id":2,"result":{"of":"b"}}\0{"id":1,"result":{"of":"a"}}\0');
    expect(await Promise.all(calls)).toEqual([{ of: 'a' }, { of: 'b' }]);
    expect(sent.map(({ method, sessionId }) => [method, sessionId])).toEqual([
      ['A.a', undefined],
      ['B.b', 'session'],
    ]);
  });

  it('reads a message that arrives in pieces, cut within a letter', async () => {
    const { pipe, answer } = pair();
    const call = pipe.send('A.a');
    const bytes = Buffer.from('{"id":1,"result":{"title":"Kẹt xe"}}\0');
    for (const byte of bytes) answer(Buffer.from([byte]));
    expect(await call).toEqual({ title: 'Kẹt xe' });
  });

  it('passes events on', async () => {
    const { pipe, answer } = pair();
    const event = new Promise((resolve) => (pipe.onEvent = (...args) => resolve(args)));
    answer('{"method":"Target.targetCrashed","params":{"targetId":"1"}}\0');
    expect(await event).toEqual(['Target.targetCrashed', { targetId: '1' }]);
  });

  it('rejects what waits when the browser ends, and what comes afterwards', async () => {
    const { pipe, close } = pair();
    const call = pipe.send('A.a');
    close();
    await expect(call).rejects.toThrow('A.a: the browser has ended');
    await expect(pipe.send('B.b')).rejects.toThrow('B.b: the browser has ended');
  });

  it('rejects with the error of the browser, and without an answer after the time', async () => {
    const { pipe, answer } = pair();
    const call = pipe.send('A.a');
    answer('{"id":1,"error":{"message":"no such method"}}\0');
    await expect(call).rejects.toThrow('A.a: no such method');
    await expect(pipe.send('B.b', {}, undefined, 1)).rejects.toThrow(CdpTimeout);
  });
});
