// More idle connections than there are descriptors.

import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { once } from 'node:events';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { until } from '../../support/daemon.mjs';
import { Api } from '../../integration/support/api.mjs';
import { assertAlive, attackedCity } from '../support/attacked_city.mjs';

const here = attackedCity();
const kLimit = 400;

const pid = () => here.city.of('gateway').child.pid;
const open = () => readdirSync(`/proc/${pid()}/fd`).length;

async function idle(address, count) {
  const [host, port] = address.split(':');
  const sockets = [];
  for (let i = 0; i < count; i++) {
    const socket = connect({ host, port: Number(port) });
    socket.on('error', () => {});
    await Promise.race([once(socket, 'connect'), once(socket, 'close')]).catch(() => {});
    sockets.push(socket);
  }
  return () => sockets.forEach((socket) => socket.destroy());
}

test('the soft limit was raised to the hard one', () => {
  const [, soft, hard] = /Max open files\s+(\d+)\s+(\d+)/.exec(readFileSync(`/proc/${pid()}/limits`, 'utf8'));
  assert.equal(Number(soft), Math.min(Number(hard), 65536));
});

for (const port of ['grpc', 'http']) {
  test(`idle ${port} connections over the limit: it answers as before once they are gone`, async () => {
    // The limit of the running process; the city was configured with a higher one, so that it keeps no reserve.
    execFileSync('prlimit', ['--pid', String(pid()), `--nofile=${kLimit}:${kLimit}`]);
    const close = await idle(here.city.of('gateway')[port], kLimit + 200);
    await until('no descriptor is left', () => open() >= kLimit - 2);
    close();
    await until('descriptors are free again', () => open() < kLimit - 100);
    const api = new Api(here.city.grpc);
    await until('a new gRPC connection is served', () => api.call('LayerService.ListLayers'));
    api.close();
    await until('and /readyz', async () => (await fetch(`${here.city.url}/readyz`)).status === 200);
    assertAlive(here);
  });
}

here.judge();
