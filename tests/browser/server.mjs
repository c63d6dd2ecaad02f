// The server under test: citylayersd on free ports with a pack of the embedded city, driven through the public API like
// a gateway.

import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from './checks.mjs';

const kRoot = new URL('../..', import.meta.url).pathname;
const kBin = process.env.CITYLAYERS_BIN_DIR;
const kClockBeatMs = 1000;

/** A TCP port of 127.0.0.1 that was free just now. */
export async function freePort() {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

/** Unary call of the public API by the Connect protocol. */
export async function call(url, method, request = {}) {
  const reply = await fetch(`${url}/${method}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(request),
  });
  if (!reply.ok) throw new Error(`${method}: HTTP ${reply.status}: ${await reply.text()}`);
  return reply.json();
}

export class Server {
  /** Builds the pack and starts the server; undefined when the programs have not been built. */
  static async start() {
    if (!existsSync(join(kBin, 'citylayersd'))) return undefined;
    const server = new Server();
    server.folder = mkdtempSync(join(tmpdir(), 'citylayers-browser-'));
    process.on('exit', () => server.clear()); // also when it does not become ready
    const pack = join(server.folder, 'saigon.pack');
    const built = spawnSync(join(kBin, 'citylayers'), ['pack', 'build', '--out', pack], {
      encoding: 'utf8',
    });
    if (built.status !== 0) throw new Error(`citylayers pack build: ${built.stderr}`);
    const [http, grpc, admin] = [await freePort(), await freePort(), await freePort()];
    server.url = `http://127.0.0.1:${http}`;
    server.adminUrl = `http://127.0.0.1:${admin}`;
    server.arguments = [
      '--pack',
      pack,
      '--data',
      join(server.folder, 'data'),
      '--web',
      join(kRoot, 'services/web/dist'),
      '--http',
      `127.0.0.1:${http}`,
      '--grpc',
      `127.0.0.1:${grpc}`,
      '--admin',
      `127.0.0.1:${admin}`,
      '--security.anonymous',
      'admin',
      '--allow-root',
    ];
    await server.resume();
    return server;
  }

  /** Starts the daemon with its former data. */
  async resume() {
    const log = openSync(join(this.folder, 'log'), 'a');
    this.child = spawn(join(kBin, 'citylayersd'), this.arguments, { stdio: ['ignore', log, log] });
    this.ended = new Promise((resolve) => this.child.once('exit', resolve));
    await until(
      `${this.url}/readyz answers 200; the log ends: ${this.log().slice(-600)}`,
      async () => (await fetch(`${this.url}/readyz`).catch(() => undefined))?.ok,
    );
  }

  /** Number of event streams that clients have open. */
  async streams() {
    const text = await (await fetch(`${this.adminUrl}/metrics`)).text();
    return Number(/^citylayers_http_streams (\d+)/m.exec(text)[1]);
  }

  /** Stops it with its connections open, like a machine that hangs. */
  freeze() {
    this.child.kill('SIGSTOP');
  }

  thaw() {
    this.child.kill('SIGCONT');
  }

  /** Kills it, like a power cut. */
  async kill() {
    this.child.kill('SIGKILL');
    await this.ended;
  }

  log() {
    return existsSync(join(this.folder, 'log'))
      ? readFileSync(join(this.folder, 'log'), 'utf8')
      : '';
  }

  async stop() {
    clearInterval(this.beat);
    this.child.kill('SIGTERM');
    await this.ended;
  }

  /** Removes all its files. */
  clear() {
    this.child?.kill('SIGKILL');
    const retried = { recursive: true, force: true, maxRetries: 10, retryDelay: 100 };
    rmSync(this.folder, retried); // a killed process may still write briefly
  }

  /** Takes control of the city clock, sets it to a time and lets it run at wall speed. */
  async driveClock(cityTimeMs) {
    clearInterval(this.beat);
    this.clockOriginMs = cityTimeMs - Date.now();
    const beat = () =>
      call(this.url, 'citylayers.common.v1.ClockService/SetClock', {
        mode: 'CLOCK_MODE_REPLAY',
        cityTime: new Date(this.cityTimeMs()).toISOString(),
        speed: 1,
        scenario: 'browser-test',
        driverId: 'browser-test',
        holdAfter: '10s',
      });
    await beat();
    this.beat = setInterval(() => void beat().catch(() => {}), kClockBeatMs);
  }

  cityTimeMs() {
    return Date.now() + this.clockOriginMs;
  }

  /** Writes present values by measure name. */
  async write(values) {
    const measures = Object.keys(values);
    const response = await call(this.url, 'citylayers.readings.v1.ReadingService/WriteReadings', {
      readings: {
        measures,
        measureIndexes: measures.map((_, i) => i),
        timeDeltasMs: measures.map((_, i) => String(i === 0 ? Math.floor(this.cityTimeMs()) : 0)),
        values: measures.map((measure) => values[measure]),
      },
    });
    if (response.rejectedCount)
      throw new Error(`readings refused: ${JSON.stringify(response.rejections)}`);
  }

  /** Unresolved alerts, by name. */
  async standingAlerts() {
    const page = await call(this.url, 'citylayers.alerts.v1.AlertService/ListAlerts', {
      filter: 'state != RESOLVED',
      pageSize: 1000,
    });
    return (page.alerts ?? []).map((alert) => alert.name).sort();
  }

  async resolveAlert(name) {
    await call(this.url, 'citylayers.alerts.v1.AlertService/ResolveAlert', {
      name,
      actor: 'browser-test',
      comment: 'over',
    });
  }

  /** Flooded segments. */
  async floodedSegments() {
    const page = await call(this.url, 'citylayers.flood.v1.FloodService/ListFloodedSegments', {
      pageSize: 1000,
    });
    return page.segments ?? [];
  }

  /** Segments of a street. */
  async segments(street) {
    const segments = [];
    let pageToken = '';
    do {
      const page = await call(this.url, 'citylayers.traffic.v1.TrafficService/ListSegments', {
        street,
        pageSize: 1000,
        pageToken,
      });
      segments.push(...(page.segments ?? []));
      pageToken = page.nextPageToken ?? '';
    } while (pageToken);
    return segments;
  }
}
