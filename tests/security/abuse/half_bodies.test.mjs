// Requests that never end: the received parts of their bodies are bounded in total, and other clients are not affected.

import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { once } from 'node:events';
import { test } from 'node:test';
import { attackedCity, assertAlive, residentMib } from '../support/attacked_city.mjs';
import { assertUndisturbed } from '../support/bystander.mjs';
import { until } from '../../support/daemon.mjs';

const here = attackedCity();
const kConnections = 300;
const kBodyBytes = 4 << 20;
const kPath = '/citylayers.readings.v1.ReadingService/WriteReadings';
// The share of request bodies is 64 MiB; the rest is used by sockets and parsers.
const kMoreMib = 150;

const mib = () => Math.max(...[...here.city.processes.values()].map(({ child }) => residentMib(child.pid)));

/** Opens a connection and sends the head of a POST with the given content length, then `body`. */
async function half(head, body) {
  const { hostname, port } = new URL(here.city.url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => {}); // closed by the server, as expected
  await once(socket, 'connect');
  socket.answer = '';
  socket.on('data', (data) => (socket.answer += data));
  socket.write(
    `POST ${kPath} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n${head}\r\n\r\n`,
  );
  if (body.length > 0) socket.write(body);
  return socket;
}

test('claimed lengths cost nothing', async () => {
  const beforeMib = mib();
  const sockets = [];
  for (let i = 0; i < kConnections; i++) {
    sockets.push(await half(`Content-Length: ${kBodyBytes}`, Buffer.alloc(100, 0x20)));
  }
  assert.equal((await fetch(`${here.city.url}/healthz`)).status, 200);
  assert.ok(mib() - beforeMib < 30, `${(mib() - beforeMib).toFixed(0)} MiB more`);
  for (const socket of sockets) socket.destroy();
});

test('300 bodies, all but their last byte: a bystander feels nothing, memory is bounded', async () => {
  const beforeMib = mib();
  const body = Buffer.alloc(kBodyBytes - 1, 0x20);
  await assertUndisturbed('half-sent bodies', here, async () => {
    const sockets = [];
    for (let i = 0; i < kConnections; i++) {
      sockets.push(await half(`Content-Length: ${kBodyBytes}`, body));
    }
    await until('some are refused', () => sockets.some((s) => s.answer.startsWith('HTTP/1.1 503')));
    const refused = sockets.find((s) => s.answer.startsWith('HTTP/1.1 503'));
    assert.match(refused.answer, /Retry-After: 1/);
    return () => {
      assertAlive(here);
      assert.ok(mib() - beforeMib < kMoreMib, `${(mib() - beforeMib).toFixed(0)} MiB more`);
      for (const socket of sockets) socket.destroy();
    };
  });
});

test('the same in chunks, and afterwards bodies are taken again', async () => {
  const chunk = Buffer.concat([
    Buffer.from(`${(kBodyBytes - 1).toString(16)}\r\n`),
    Buffer.alloc(kBodyBytes - 1, 0x20),
  ]);
  const sockets = [];
  for (let i = 0; i < 100; i++) sockets.push(await half('Transfer-Encoding: chunked', chunk));
  await until('some are refused', () => sockets.some((s) => s.answer.startsWith('HTTP/1.1 503')));
  assertAlive(here);
  for (const socket of sockets) socket.destroy();
  await until('a body is accepted', async () => {
    const reply = await fetch(`${here.city.url}${kPath}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ source: 'x'.repeat(60), readings: { measures: ['a'] } }),
    });
    await reply.text();
    return reply.status === 200;
  });
});

here.judge();
