// The health service: status of every service by name, based on readiness.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { City, Daemon, run, temporaryFolder, until } from '../support/daemon.mjs';

let city;
before(async () => {
  city = await City.start();
});
after(() => city?.stop());

const health = (address, service = '') => run('citylayers', ['--server', address, 'health', ...(service ? [service] : [])]);
const kServices = [
  'citylayers.layers.v1.LayerService',
  'citylayers.alerts.v1.AlertService',
  'citylayers.readings.v1.ReadingService',
  'citylayers.readings.v1.StationService',
  'citylayers.traffic.v1.TrafficService',
  'citylayers.flood.v1.FloodService',
  'citylayers.common.v1.ClockService',
];

test('every service is known by its name', async () => {
  for (const service of ['', ...kServices]) {
    await until(`${service} is serving`, () => health(city.grpc, service).status === 0);
  }
  assert.notEqual(health(city.grpc, 'no.such.Service').status, 0);
});

test('a gateway without its backends is not serving', async () => {
  const nowhere = ['readings', 'traffic', 'flood', 'basemap', 'alerts'].map((name) => `${name}=127.0.0.1:1`);
  const args = ['--target', 'gateway', '--data', temporaryFolder(), '--backends', nowhere.join(',')];
  const daemon = await Daemon.start([...args, '--grpc', '127.0.0.1:0', '--http', '127.0.0.1:0', '--admin', '127.0.0.1:0']);
  for (const service of ['', ...kServices]) assert.notEqual(health(daemon.grpc, service).status, 0, service);
  assert.equal((await fetch(`http://${daemon.http}/readyz`)).status, 503);
  assert.equal((await fetch(`http://${daemon.http}/tiles/traffic.json`)).status, 503);
  await daemon.stop();
});

test('every line of a JSON log is JSON, whatever strangers send', async () => {
  const data = temporaryFolder();
  const args = ['--target', 'readings', '--pack', city.pack, '--data', data, '--log-format', 'json'];
  const daemon = new Daemon([...args, '--grpc', '127.0.0.1:0', '--admin', '127.0.0.1:0']);
  daemon.listening.catch(() => {});
  const listening = await until('it listens', () => /"message":"listening".*/.exec(daemon.log)?.[0]);
  const [host, port] = /"grpc":"([^"]+)"/.exec(listening)[1].split(':');
  const { connect } = await import('node:net');
  for (let i = 0; i < 50; i++) {
    const socket = connect({ host, port: Number(port) });
    socket.on('error', () => {});
    // A HEAD request, as probes send it; its header has bytes that a terminal would interpret.
    const text = (s) => Buffer.concat([Buffer.from([s.length]), Buffer.from(s, 'latin1')]);
    const pairs = [[':method', 'HEAD'], [':scheme', 'http'], [':path', '/\x1b[2J'], ['te', '\x1b[31m']];
    const block = Buffer.concat(pairs.flatMap(([n, v]) => [Buffer.from([0]), text(n), text(v)]));
    const head = Buffer.from([0, 0, block.length, 1, 5, 0, 0, 0, 1]);
    const settings = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]);
    socket.write(Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), settings, head, block]));
    await new Promise((resolve) => socket.once('data', resolve).once('close', resolve));
    socket.destroy();
  }
  await daemon.stop();
  const lines = daemon.log.trim().split('\n');
  for (const line of lines) assert.doesNotThrow(() => JSON.parse(line), line);
  assert.doesNotMatch(daemon.log, /\x1b/);
  assert.ok(lines.length < 40, `${lines.length} lines`);
});
