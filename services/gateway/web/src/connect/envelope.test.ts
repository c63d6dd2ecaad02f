import { describe, expect, it } from 'vitest';
import { EnvelopeDecoder, encodeEnvelope, kEndStreamFlag, kEnvelopeBytesMax } from './envelope.js';

function join(...parts: Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

function text(data: Uint8Array): unknown {
  return JSON.parse(new TextDecoder().decode(data));
}

describe('encodeEnvelope', () => {
  it('is a flag byte, a big-endian length and the JSON', () => {
    expect([...encodeEnvelope({ a: 1 })]).toEqual([
      0,
      0,
      0,
      0,
      7,
      ...new TextEncoder().encode('{"a":1}'),
    ]);
  });

  it('counts bytes, not letters', () => {
    const bytes = encodeEnvelope({ a: 'Phú' });
    expect(bytes[4]).toBe(bytes.length - 5);
  });
});

describe('EnvelopeDecoder', () => {
  const end = encodeEnvelope({});
  end[0] = kEndStreamFlag;
  const stream = join(encodeEnvelope({ n: 1 }), encodeEnvelope({ n: 2 }), end);

  it.each([1, 2, 3, 4, 5, 6, 7, 11, 1000])(
    'gives the same envelopes when cut every %i bytes',
    (size) => {
      const decoder = new EnvelopeDecoder();
      const envelopes = [];
      for (let at = 0; at < stream.length; at += size)
        envelopes.push(...decoder.push(stream.slice(at, at + size)));
      expect(envelopes.map((e) => e.flags)).toEqual([0, 0, kEndStreamFlag]);
      expect(envelopes.map((e) => text(e.data))).toEqual([{ n: 1 }, { n: 2 }, {}]);
      expect(decoder.drained).toBe(true);
    },
  );

  it('holds back an envelope that is not complete', () => {
    const decoder = new EnvelopeDecoder();
    expect(decoder.push(stream.slice(0, 9))).toEqual([]);
    expect(decoder.drained).toBe(false);
  });

  it('refuses a length that no message has', () => {
    const head = new Uint8Array(5);
    new DataView(head.buffer).setUint32(1, kEnvelopeBytesMax + 1);
    expect(() => new EnvelopeDecoder().push(head)).toThrow(/envelope of/);
  });

  it('refuses compression that was not asked for', () => {
    expect(() => new EnvelopeDecoder().push(new Uint8Array([1, 0, 0, 0, 0]))).toThrow(/compressed/);
  });
});
