// Envelopes of the Connect streaming protocol: one flag byte, four bytes of length (big endian), then the message of
// that length. Flag 2 marks the last envelope, whose JSON has the stream's error.

export interface Envelope {
  flags: number;
  data: Uint8Array;
}

export const kEndStreamFlag = 2;
const kCompressedFlag = 1;
const kHeaderBytes = 5;

export function encodeEnvelope(message: unknown): Uint8Array<ArrayBuffer> {
  const body = new TextEncoder().encode(JSON.stringify(message));
  const out = new Uint8Array(kHeaderBytes + body.length);
  new DataView(out.buffer).setUint32(1, body.length);
  out.set(body, kHeaderBytes);
  return out;
}

/** Splits the bytes of a whole stream into its envelopes. Throws on a damaged or truncated one. */
export function decodeEnvelopes(bytes: Uint8Array): Envelope[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const envelopes: Envelope[] = [];
  for (let at = 0; at < bytes.length;) {
    if (bytes.length - at < kHeaderBytes) throw new Error('stream: it ends within a header');
    const flags = view.getUint8(at);
    const end = at + kHeaderBytes + view.getUint32(at + 1);
    if (flags & kCompressedFlag) throw new Error('stream: compressed envelope, none was asked for');
    if (end > bytes.length) throw new Error('stream: it ends within an envelope');
    envelopes.push({ flags, data: bytes.subarray(at + kHeaderBytes, end) });
    at = end;
  }
  return envelopes;
}
