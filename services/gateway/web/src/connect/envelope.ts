// Envelopes of the Connect streaming protocol: one flag byte, four bytes of length (big endian), then
// that many bytes of message. Flag 2 marks the last envelope, whose JSON carries the stream's error.

export interface Envelope {
  flags: number;
  data: Uint8Array;
}

export const kEndStreamFlag = 2;
const kCompressedFlag = 1;
const kHeaderBytes = 5;

/** Longest message taken: a damaged length must not make the page wait for gigabytes. */
export const kEnvelopeBytesMax = 16 * 1024 * 1024;

export function encodeEnvelope(message: unknown): Uint8Array<ArrayBuffer> {
  const body = new TextEncoder().encode(JSON.stringify(message));
  const out = new Uint8Array(kHeaderBytes + body.length);
  new DataView(out.buffer).setUint32(1, body.length);
  out.set(body, kHeaderBytes);
  return out;
}

/** Cuts a byte stream into envelopes, however the network cut it into pieces. */
export class EnvelopeDecoder {
  private held = new Uint8Array(0);

  /** Takes the next piece and returns the envelopes that it completes. Throws on a damaged stream. */
  push(piece: Uint8Array): Envelope[] {
    const bytes = new Uint8Array(this.held.length + piece.length);
    bytes.set(this.held);
    bytes.set(piece, this.held.length);
    const view = new DataView(bytes.buffer);
    const envelopes: Envelope[] = [];
    let at = 0;
    while (bytes.length - at >= kHeaderBytes) {
      const flags = view.getUint8(at);
      const length = view.getUint32(at + 1);
      if (flags & kCompressedFlag)
        throw new Error('stream: compressed envelope, none was asked for');
      if (length > kEnvelopeBytesMax) throw new Error(`stream: envelope of ${length} bytes`);
      const end = at + kHeaderBytes + length;
      if (bytes.length < end) break;
      envelopes.push({ flags, data: bytes.slice(at + kHeaderBytes, end) });
      at = end;
    }
    this.held = bytes.slice(at);
    return envelopes;
  }

  /** True when no envelope was left half received. */
  get drained(): boolean {
    return this.held.length === 0;
  }
}
