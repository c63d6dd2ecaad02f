// Unary gRPC calls at a fixed rate, whether or not the former ones are answered, from a separate process.
//
//   const result = await storm(address, { path, message, keys: [key], rate: 2000, seconds: 3 });
//   // { rate, withheld, cut, unanswered, drainMs, lateP99Ms, codes: { 0: { count, p50Ms, p99Ms, maxMs }, 8: … } }
//
// It builds frames by hand, because a client library takes longer for a call than the server under test.
// After the first call of a connection its headers are indexes, as those of other clients. A latency is that from the
// write to the end of the answer. `rate` is what was sent; `withheld` calls were not, because their connection had as many
// as it may have; the last answer came `drainMs` after the last call; calls were late by up to `lateP99Ms`.

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { frame, hpackText, kData, kHeaders, kSettings } from './raw_http2.mjs';

const kEnoughMs = 10_000; // for the answers to the last calls
const kSettleMs = 100;

/**
 * @param options path: of the method; message: its request, bytes; keys: of the callers, one connection after the
 * other ('': none); rate: calls per second; seconds; connections
 */
export async function storm(address, { message, connections = 40, ...options }) {
  const child = fork(fileURLToPath(import.meta.url), ['storm']);
  const ended = once(child, 'exit');
  child.send({ address, message: Buffer.from(message).toString('base64'), connections, ...options });
  const result = await Promise.race([
    once(child, 'message').then(([value]) => value),
    ended.then(([code]) => Promise.reject(new Error(`the storm ended with ${code}`))),
  ]);
  child.kill();
  return result;
}

// In the separate process.

const kPreface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
const kTableSize = 1;
const kStreamsMax = 3;
const kInitialWindow = 4;
const kPing = 6;
const kGoAway = 7;
const kWindowUpdate = 8;
const kAck = 1;
const kEndStream = 1;
const kEndHeaders = 4;
const kFrameHead = 9;
const kWindowMax = 0x7fffffff;
const kFirstDynamic = 62; // the index of the newest entry of HPACK's dynamic table
const kStatusName = Buffer.from('grpc-status');
const kOpenMax = 2000; // calls of a connection, unless the server's settings permit fewer
const kSlots = 4096; // a power of two above that

function setting(id, value) {
  const bytes = Buffer.alloc(6);
  bytes.writeUInt16BE(id, 0);
  bytes.writeUInt32BE(value, 2);
  return bytes;
}

function windowUpdate(increment) {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(increment);
  return frame(kWindowUpdate, 0, 0, bytes);
}

/** The header blocks of the first and of the further calls of a connection. */
function blocksOf(path, key) {
  const pairs = [
    [':method', 'POST'],
    [':scheme', 'http'],
    [':path', path],
    [':authority', 'city'],
    ['content-type', 'application/grpc'],
    ['te', 'trailers'],
    ...(key ? [['authorization', `Bearer ${key}`]] : []),
  ];
  const first = pairs.flatMap(([name, value]) => [Buffer.from([0x40]), hpackText(name), hpackText(value)]);
  const further = pairs.map((_, i) => 0x80 | (kFirstDynamic + pairs.length - 1 - i));
  return [Buffer.concat(first), Buffer.from(further)];
}

class Connection {
  open = 0;
  openMax = kOpenMax;
  isCut = false;
  next = 1;
  rest = Buffer.alloc(0);
  pending = [];
  sentMs = new Float64Array(kSlots);

  constructor(socket, path, key, message, onAnswer) {
    Object.assign(this, { socket, message, onAnswer, blocks: blocksOf(path, key) });
    // Without a dynamic table, the answers have their headers as plain text.
    const settings = Buffer.concat([setting(kTableSize, 0), setting(kInitialWindow, kWindowMax)]);
    socket.write(Buffer.concat([kPreface, frame(kSettings, 0, 0, settings), windowUpdate(kWindowMax - 65535)]));
    socket.on('data', (bytes) => this.read(bytes));
    socket.on('error', () => {});
    socket.on('close', () => (this.isCut = true));
  }

  call(nowMs) {
    const stream = this.next;
    this.next += 2;
    this.open++;
    this.sentMs[(stream >> 1) & (kSlots - 1)] = nowMs;
    this.pending.push(frame(kHeaders, kEndHeaders, stream, this.blocks[stream === 1 ? 0 : 1]));
    this.pending.push(frame(kData, kEndStream, stream, this.message));
  }

  flush() {
    if (this.pending.length === 0) return;
    this.socket.write(Buffer.concat(this.pending));
    this.pending = [];
  }

  read(bytes) {
    const buffer = this.rest.length > 0 ? Buffer.concat([this.rest, bytes]) : bytes;
    let at = 0;
    while (buffer.length - at >= kFrameHead) {
      const end = at + kFrameHead + buffer.readUIntBE(at, 3);
      if (end > buffer.length) break;
      this.take(buffer[at + 3], buffer[at + 4], buffer.readUInt32BE(at + 5), buffer.subarray(at + kFrameHead, end));
      at = end;
    }
    this.rest = buffer.subarray(at);
  }

  take(type, flags, stream, payload) {
    if (type === kHeaders && (flags & kEndStream) !== 0) {
      const name = payload.indexOf(kStatusName);
      const start = name + kStatusName.length + 1;
      const code = name < 0 ? -1 : Number(payload.toString('latin1', start, start + payload[start - 1]));
      this.open--;
      this.onAnswer(code, performance.now() - this.sentMs[(stream >> 1) & (kSlots - 1)]);
    } else if (type === kSettings && (flags & kAck) === 0) {
      for (let i = 0; i < payload.length; i += 6) {
        if (payload.readUInt16BE(i) !== kStreamsMax) continue;
        this.openMax = Math.min(kOpenMax, payload.readUInt32BE(i + 2));
      }
      this.socket.write(frame(kSettings, kAck, 0));
    } else if (type === kPing && (flags & kAck) === 0) {
      this.socket.write(frame(kPing, kAck, 0, payload));
    } else if (type === kGoAway) {
      this.isCut = true;
    }
  }
}

const at = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];

async function run({ address, path, message, keys, rate, seconds, connections: count }) {
  const [host, port] = address.split(':');
  const bytes = Buffer.from(message, 'base64');
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(bytes.length, 1);
  const framed = Buffer.concat([prefix, bytes]);
  const byCode = new Map();
  const onAnswer = (code, ms) => {
    const seen = byCode.get(code);
    if (seen) seen.push(ms);
    else byCode.set(code, [ms]);
  };
  const connections = [];
  for (let i = 0; i < count; i++) {
    const socket = connect({ host, port: Number(port), noDelay: true });
    await once(socket, 'connect');
    connections.push(new Connection(socket, path, keys[i % keys.length], framed, onAnswer));
  }
  await new Promise((resolve) => setTimeout(resolve, kSettleMs));

  const total = Math.round(rate * seconds);
  const late = [];
  let due = 0;
  let withheld = 0;
  const startMs = performance.now();
  await new Promise((resolve) => {
    const step = () => {
      const nowMs = performance.now();
      const wanted = Math.min(total, Math.floor(((nowMs - startMs) * rate) / 1000));
      if (due < wanted) late.push(nowMs - startMs - (due * 1000) / rate);
      for (; due < wanted; due++) {
        const connection = connections[due % count];
        if (connection.isCut || connection.open >= connection.openMax) withheld++;
        else connection.call(nowMs);
      }
      for (const connection of connections) connection.flush();
      if (due < total) setTimeout(step, 1);
      else resolve();
    };
    step();
  });
  const sendMs = performance.now() - startMs;
  const open = () => connections.reduce((sum, one) => sum + (one.isCut ? 0 : one.open), 0);
  const drainStartMs = performance.now();
  while (open() > 0 && performance.now() < drainStartMs + kEnoughMs) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  const drainMs = performance.now() - drainStartMs;

  const codes = {};
  for (const [code, times] of byCode) {
    times.sort((a, b) => a - b);
    codes[code] = { count: times.length, p50Ms: at(times, 0.5), p99Ms: at(times, 0.99), maxMs: times.at(-1) };
  }
  late.sort((a, b) => a - b);
  const cut = connections.filter(({ isCut }) => isCut).length;
  const unanswered = connections.reduce((sum, one) => sum + one.open, 0);
  const sentPerS = ((total - withheld) * 1000) / sendMs;
  return { rate: sentPerS, withheld, cut, unanswered, drainMs, lateP99Ms: at(late, 0.99) ?? 0, codes };
}

if (process.argv[2] === 'storm') process.once('message', async (options) => process.send(await run(options)));
