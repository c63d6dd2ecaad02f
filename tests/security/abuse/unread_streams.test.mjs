// Clients that open streams and do not read: the streams are bounded in total and ended, and other clients are not
// affected.

import assert from 'node:assert/strict';
import { connect as connectHttp2 } from 'node:http2';
import { connect } from 'node:net';
import { once } from 'node:events';
import { after, test } from 'node:test';
import { attackedCity, assertAlive, residentMib } from '../support/attacked_city.mjs';
import { assertUndisturbed } from '../support/bystander.mjs';
import { codec } from '../../integration/support/api.mjs';
import { until } from '../../support/daemon.mjs';

// Short times, so that the test need not wait a minute for the end of a stream.
process.env.CITYLAYERS_GRPC__WRITE_TIMEOUT = '3s';
process.env.CITYLAYERS_GATEWAY__WRITE_TIMEOUT = '3s';
const here = attackedCity();
const kStreams = 300;
const kMoreMib = 200;
const kEndedMs = 30_000;

const mib = () => Math.max(...[...here.city.processes.values()].map(({ child }) => residentMib(child.pid)));
const sessions = [];
after(() => sessions.forEach((session) => session.destroy()));

const metric = (name, labels) => here.city.of('gateway').metric(name, labels);

/** Opens WatchLayer on a session whose client grants only the first window and does not read. */
function watchUnread(session, request) {
  const bytes = codec('layers.v1.LayerService', 'WatchLayer').encode(request);
  const frame = Buffer.alloc(5 + bytes.length);
  frame.writeUInt32BE(bytes.length, 1);
  Buffer.from(bytes).copy(frame, 5);
  const stream = session.request({
    ':method': 'POST',
    ':path': '/citylayers.layers.v1.LayerService/WatchLayer',
    'content-type': 'application/grpc',
    te: 'trailers',
  });
  stream.on('error', () => {});
  stream.end(frame);
  stream.pause();
}

test('unread WatchLayer streams end, and a bystander feels nothing', async () => {
  const beforeMib = mib();
  await assertUndisturbed('unread WatchLayer', here, async () => {
    for (let i = 0; i < kStreams; i++) {
      if (i % 50 === 0) {
        const session = connectHttp2(`http://${here.city.grpc}`, { settings: { initialWindowSize: 1 } });
        session.on('error', () => {});
        sessions.push(session);
        await once(session, 'connect');
      }
      watchUnread(sessions.at(-1), { name: 'layers/traffic' });
    }
    return () => {
      assertAlive(here);
      assert.ok(mib() - beforeMib < kMoreMib, `${(mib() - beforeMib).toFixed(0)} MiB more`);
    };
  });
  await until(
    'the server has ended them',
    async () =>
      (await metric('citylayers_rpc_unread_total')) >= kStreams &&
      (await metric('citylayers_memory_used_bytes', 'streams')) === 0,
    kEndedMs,
  );
});

test('unread event streams end, and a bystander feels nothing', async () => {
  const beforeMib = mib();
  const { hostname, port } = new URL(here.city.url);
  await assertUndisturbed('unread event streams', here, async () => {
    const sockets = [];
    for (let i = 0; i < kStreams; i++) {
      const socket = connect({ port: Number(port), host: hostname });
      socket.on('error', () => {});
      await once(socket, 'connect');
      socket.pause();
      socket.write('GET /live/traffic HTTP/1.1\r\nHost: localhost\r\n\r\n');
      sockets.push(socket);
    }
    return () => {
      assertAlive(here);
      assert.ok(mib() - beforeMib < kMoreMib, `${(mib() - beforeMib).toFixed(0)} MiB more`);
      for (const socket of sockets) socket.destroy();
    };
  });
  await until(
    'their memory is given back',
    async () => (await metric('citylayers_memory_used_bytes', 'streams')) === 0,
    kEndedMs,
  );
});

test('unread unary answers end as well', async () => {
  const before = await metric('citylayers_rpc_unread_total');
  const session = connectHttp2(`http://${here.city.grpc}`, { settings: { initialWindowSize: 1 } });
  session.on('error', () => {});
  sessions.push(session);
  await once(session, 'connect');
  const bytes = codec('traffic.v1.TrafficService', 'ListSegments').encode({ page_size: 1000 });
  const frame = Buffer.alloc(5 + bytes.length);
  frame.writeUInt32BE(bytes.length, 1);
  Buffer.from(bytes).copy(frame, 5);
  for (let i = 0; i < 20; i++) {
    const stream = session.request({
      ':method': 'POST',
      ':path': '/citylayers.traffic.v1.TrafficService/ListSegments',
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    stream.on('error', () => {});
    stream.end(frame);
    stream.pause();
  }
  await until(
    'the server has ended some',
    async () => (await metric('citylayers_rpc_unread_total')) > before,
    kEndedMs,
  );
  assertAlive(here);
});

here.judge();
