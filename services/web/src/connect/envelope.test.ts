import { describe, expect, it } from 'vitest';
import { decodeEnvelopes, encodeEnvelope, kEndStreamFlag } from './envelope.js';

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

describe('decodeEnvelopes', () => {
  const end = encodeEnvelope({});
  end[0] = kEndStreamFlag;
  const stream = join(encodeEnvelope({ n: 1 }), encodeEnvelope({ n: 2 }), end);

  it('gives messages in order and the flag of the last', () => {
    const envelopes = decodeEnvelopes(stream);
    expect(envelopes.map((e) => e.flags)).toEqual([0, 0, kEndStreamFlag]);
    expect(envelopes.map((e) => text(e.data))).toEqual([{ n: 1 }, { n: 2 }, {}]);
    expect(decodeEnvelopes(new Uint8Array())).toEqual([]);
  });

  it('reads bytes that lie within a larger buffer', () => {
    const padded = join(new Uint8Array(3), stream, new Uint8Array(3));
    expect(decodeEnvelopes(padded.subarray(3, 3 + stream.length))).toHaveLength(3);
  });

  it('refuses a stream that is cut off anywhere but between envelopes', () => {
    const borders = new Set([0, 12, 24]);
    for (let length = 0; length < stream.length; length++) {
      const cut = stream.slice(0, length);
      if (borders.has(length)) expect(() => decodeEnvelopes(cut)).not.toThrow();
      else expect(() => decodeEnvelopes(cut), `${length} bytes`).toThrow(/ends within/);
    }
  });

  it('refuses a length that no message has', () => {
    expect(() => decodeEnvelopes(new Uint8Array([0, 255, 255, 255, 255]))).toThrow(/ends within/);
  });

  it('refuses compression that was not asked for', () => {
    expect(() => decodeEnvelopes(new Uint8Array([1, 0, 0, 0, 0]))).toThrow(/compressed/);
  });
});
