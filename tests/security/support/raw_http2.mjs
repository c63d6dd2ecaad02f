// HTTP/2 frames built by hand, for requests that no client library sends.
//
//   const wire = await RawHttp2.connect('127.0.0.1:50051');
//   wire.send(callFrames(1, '/package.Service/Method', { message: bytes, headers: [['x-a', Buffer.from([0x80])]] }));
//   const answer = await wire.readUntil('grpc-status', 5000);

import { connect } from 'node:net';
import { once } from 'node:events';

const kPreface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
const kEndStream = 1;
const kEndHeaders = 4;
export const kData = 0;
export const kHeaders = 1;
export const kRstStream = 3;
export const kSettings = 4;

/** A frame of `type`; `payload` is a Buffer. */
export function frame(type, flags, stream, payload = Buffer.alloc(0)) {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** An HPACK string without Huffman coding. */
export function hpackText(value) {
  const bytes = Buffer.isBuffer(value) ? value : Buffer.from(value);
  const size = [];
  let rest = bytes.length;
  if (rest < 127) {
    size.push(rest);
  } else {
    size.push(127);
    for (rest -= 127; rest >= 128; rest >>= 7) size.push((rest & 127) | 128);
    size.push(rest);
  }
  return Buffer.concat([Buffer.from(size), bytes]);
}

/** A header block of [name, value] pairs; values may be Buffers. */
export function headerBlock(pairs) {
  return Buffer.concat(pairs.flatMap(([name, value]) => [Buffer.from([0]), hpackText(name), hpackText(value)]));
}

/** The HEADERS of a gRPC call, and its DATA when there is a `message`. `te` replaces "trailers". */
export function callFrames(stream, path, { message, headers = [], te = 'trailers', flag = 0 } = {}) {
  const block = headerBlock([
    [':method', 'POST'],
    [':scheme', 'http'],
    [':path', path],
    [':authority', 'city'],
    ['content-type', 'application/grpc'],
    ['te', te],
    ...headers,
  ]);
  const head = frame(kHeaders, kEndHeaders, stream, block);
  if (message === undefined) return head;
  const prefix = Buffer.alloc(5);
  prefix[0] = flag;
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, frame(kData, kEndStream, stream, Buffer.concat([prefix, message]))]);
}

export const resetFrame = (stream) => frame(kRstStream, 0, stream, Buffer.from([0, 0, 0, 8]));

/** One connection; received bytes are kept as latin1 text, in which names and values of headers can be found. */
export class RawHttp2 {
  static async connect(address) {
    const [host, port] = address.split(':');
    const wire = new RawHttp2(connect({ host, port: Number(port) }));
    await once(wire.socket, 'connect');
    wire.send(Buffer.concat([kPreface, frame(kSettings, 0, 0)]));
    return wire;
  }

  constructor(socket) {
    this.socket = socket;
    this.received = '';
    this.closed = false;
    socket.on('data', (bytes) => {
      this.received = (this.received + bytes.toString('latin1')).slice(-65536);
      this.wake?.();
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      this.closed = true;
      this.wake?.();
    });
  }

  /** False when the connection is closed; resolves once the bytes are passed to the kernel. */
  async send(bytes) {
    if (this.closed) return false;
    await new Promise((resolve) => {
      this.socket.once('close', resolve);
      this.socket.write(bytes, () => {
        this.socket.removeListener('close', resolve);
        resolve();
      });
    });
    return !this.closed;
  }

  /** Waits until `wanted` has arrived or the connection closed; returns all received text. */
  async readUntil(wanted, timeoutMs = 10_000) {
    const endMs = Date.now() + timeoutMs;
    while (!this.received.includes(wanted) && !this.closed && Date.now() < endMs) {
      await new Promise((resolve) => {
        const timer = setTimeout(resolve, Math.max(1, endMs - Date.now()));
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    return this.received;
  }

  close() {
    this.socket.destroy();
  }
}
