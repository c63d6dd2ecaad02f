// A citylayersd for tests: on free ports, in one process or in one per service, with its log.
//
//   const city = await City.start({ data });        // pack from CITYLAYERS_PACK, programs from CITYLAYERS_BIN_DIR
//   await fetch(`${city.url}/readyz`);
//   await city.stop();
//
// CITYLAYERS_SPLIT=1 starts every service as its own process; the interface for tests is the same.

import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const kRoot = fileURLToPath(new URL('../..', import.meta.url));
export const kBin = process.env.CITYLAYERS_BIN_DIR ?? join(kRoot, 'build/dev/bin');
export const kPack = process.env.CITYLAYERS_PACK;
export const kSplit = process.env.CITYLAYERS_SPLIT === '1';
const kStartMs = 60_000;
const kStopMs = 15_000;
const kLogLines = 30;

// Services that a process calls, in a possible order of start. Readings owns the city clock, so that all others call
// it.
const kSplitTable = {
  readings: [],
  basemap: ['readings'],
  flood: ['readings'],
  traffic: ['readings', 'flood'],
  alerts: ['readings', 'traffic', 'flood'],
  gateway: ['readings', 'basemap', 'flood', 'traffic', 'alerts'],
};

// Cleanup at the end of a test program: processes first, because they write into the folders.
const running = new Set();
const folders = [];
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
  const retried = { recursive: true, force: true, maxRetries: 10, retryDelay: 100 };
  for (const folder of folders) rmSync(folder, retried); // a killed process may still write briefly
});

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Waits until `condition` returns a true value and returns it; fails with `what` after `timeoutMs`. */
export async function until(what, condition, timeoutMs = 30_000) {
  const endMs = Date.now() + timeoutMs;
  let last;
  for (;;) {
    try {
      const value = await condition();
      if (value) return value;
    } catch (error) {
      last = error;
    }
    if (Date.now() > endMs) {
      throw new Error(`not within ${timeoutMs / 1000} s: ${what}`, { cause: last });
    }
    await sleep(50);
  }
}

/** A new folder that is removed when the test program ends. */
export function temporaryFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'citylayers-test-'));
  folders.push(folder);
  return folder;
}

// CI runs the tests as root.
const kAllowRoot = { CITYLAYERS_SERVER__ALLOW_ROOT: 'true' };

/** Runs a program of this project to its end: { status, stdout, stderr }. */
export function run(program, args, options = {}) {
  const env = { ...kAllowRoot, ...(options.env ?? process.env) };
  return spawnSync(join(kBin, program), args, { encoding: 'utf8', timeout: 60_000, ...options, env });
}

/** Listens on a TCP port of 127.0.0.1 until release(). */
export async function occupyPort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: server.address().port,
    release: () => new Promise((resolve) => server.close(resolve)),
  };
}

/** One citylayersd process. */
export class Daemon {
  /** Starts it and waits until it listens; rejects with its log when it ends before. */
  static async start(args, env) {
    const daemon = new Daemon(args, env);
    await daemon.listening;
    return daemon;
  }

  /** @param env variables in addition to those of this process */
  constructor(args, env = {}) {
    this.log = '';
    this.child = spawn(join(kBin, 'citylayersd'), args, {
      stdio: ['ignore', 'ignore', 'pipe'],
      // Tests of other things need no keys.
      env: { CITYLAYERS_SECURITY__ANONYMOUS: 'admin', ...kAllowRoot, ...process.env, ...env },
    });
    running.add(this.child);
    this.ended = new Promise((resolve) => {
      this.child.once('exit', (code, signal) => {
        running.delete(this.child);
        resolve({ code, signal });
      });
    });
    this.listening = new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`citylayersd does not listen after ${kStartMs} ms:\n${this.log}`)),
        kStartMs,
      );
      this.child.stderr.setEncoding('utf8').on('data', (text) => {
        this.log += text;
        // Up to the end of the line: the text arrives in pieces.
        const ports = /listening grpc=(\S+) admin=(\S+)\n/.exec(this.log);
        if (!ports) return;
        clearTimeout(timer);
        [, this.grpc, this.admin] = ports;
        const http = /listening to HTTP port=(\d+)\n/.exec(this.log);
        if (http) this.http = `127.0.0.1:${http[1]}`;
        resolve();
      });
      this.child.once('error', (error) => {
        clearTimeout(timer);
        reject(error);
      });
      void this.ended.then(({ code }) => {
        clearTimeout(timer);
        reject(new Error(`citylayersd ended with ${code}:\n${this.log}`));
      });
    });
    this.listening.catch(() => {}); // a caller that awaits it receives the error
  }

  /** SIGTERM; returns { code, ms } when the process has ended, and kills it when it does not end. */
  async stop(signal = 'SIGTERM') {
    const startMs = Date.now();
    const timer = setTimeout(() => this.child.kill('SIGKILL'), kStopMs);
    this.child.kill(signal);
    const { code } = await this.ended;
    clearTimeout(timer);
    return { code, ms: Date.now() - startMs };
  }

  /** Sum of a metric's samples, by name and a part of the label text; 0 when there is none. */
  async metric(name, labels = '') {
    const text = await (await fetch(`http://${this.admin}/metrics`)).text();
    let sum = 0;
    for (const line of text.split('\n')) {
      if (!line.startsWith(name) || !line.includes(labels)) continue;
      if (!/^[{ ]/.test(line.slice(name.length))) continue;
      sum += Number(line.slice(line.lastIndexOf(' ') + 1));
    }
    return sum;
  }
}

/** A complete city: `url` for HTTP, `grpc` for gRPC, and its processes by target. */
export class City {
  former = []; // its processes that have ended or were replaced

  /**
   * @param options data: its folder; flags: additional ones; split: one process per service; env: variables of its
   * processes.
   */
  static async start({
    data = temporaryFolder(),
    flags = [],
    split = kSplit,
    pack = kPack,
    env = {},
  } = {}) {
    const city = new City();
    Object.assign(city, { data, flags, split, pack, env, processes: new Map() });
    await city.resume();
    return city;
  }

  /** Starts again after stop(), with its former data. */
  async resume() {
    this.former.push(...this.processes.values());
    this.processes.clear();
    for (const target of this.split ? Object.keys(kSplitTable) : ['all']) {
      await this.startTarget(target);
    }
    const front = this.of('gateway');
    this.url = `http://${front.http}`;
    this.grpc = front.grpc;
    await this.ready();
  }

  /** Starts one process; with `ports` of an earlier run it has the same addresses. */
  async startTarget(target, ports = { grpc: '127.0.0.1:0', http: '127.0.0.1:0' }) {
    // The process of readings also has the keys, and makes backups of both.
    const modules = target === 'readings' ? 'readings,keys,backup' : target;
    const args = ['--target', modules, '--pack', this.pack, '--data', this.data];
    args.push('--grpc', ports.grpc, '--admin', '127.0.0.1:0');
    if (target === 'gateway' || target === 'all') args.push('--http', ports.http);
    const calls = kSplitTable[target] ?? [];
    const backends = calls.map((other) => `${other}=${this.processes.get(other).grpc}`);
    if (backends.length > 0) {
      backends.push(`keys=${this.processes.get('readings').grpc}`);
      backends.push(`backup=${this.processes.get('readings').grpc}`);
      args.push('--backends', backends.join(','));
    }
    const daemon = await Daemon.start([...args, ...this.flags], this.env);
    if (this.processes.has(target)) this.former.push(this.processes.get(target));
    this.processes.set(target, daemon);
  }

  /** Waits until all processes are ready. */
  async ready() {
    await until(`${this.url}/readyz and every process's is 200\n${this.log()}`, async () => {
      if (!(await fetch(`${this.url}/readyz`)).ok) return false;
      for (const daemon of this.processes.values()) {
        if (!(await fetch(`http://${daemon.admin}/readyz`)).ok) return false;
      }
      return true;
    });
  }

  /** The process that runs a service. */
  of(target) {
    return this.processes.get(this.split ? target : 'all');
  }

  async stop(signal = 'SIGTERM') {
    const last = [...this.processes.values()].reverse();
    return Promise.all(last.map((daemon) => daemon.stop(signal)));
  }

  /** The last log lines of each of its processes. */
  log() {
    const end = (text) => text.trimEnd().split('\n').slice(-kLogLines).join('\n');
    return [...this.processes]
      .map(([target, daemon]) => `--- ${target}\n${end(daemon.log)}`)
      .join('\n');
  }

  /** The whole logs of all its processes, with those before a restart. */
  allLogs() {
    return [...this.former, ...this.processes.values()].map(({ log }) => log).join('\n');
  }

  /**
   * Waits until the layer has published twice, and the gateway has the new version: all data that the layer received
   * before are then in its tiles.
   */
  async published(layer) {
    const name = 'citylayers_layer_publish_seconds_count';
    const count = () => this.of(layer).metric(name, `layer="${layer}"`);
    const before = await count();
    await until(`layer ${layer} publishes`, async () => (await count()) >= before + 2);
    // The layer's own version, and the one of the gateway's last poll: until they agree the gateway may serve cached
    // tiles. Reconnecting to a restarted server may take a second.
    const { epoch, counter } = await until(`the gateway reaches ${layer}`, () =>
      this.version(layer).catch(() => false),
    );
    await until(`the gateway sees version ${epoch}:${counter} of layer ${layer}`, async () => {
      const json = await (await fetch(`${this.url}/tiles/${layer}.json`)).json();
      const [seenEpoch, seenCounter] = json.data_version.split(':');
      return seenEpoch === epoch && BigInt(seenCounter) >= BigInt(counter);
    });
  }

  /** The version of a layer, read from its service: { epoch, counter }. */
  async version(layer) {
    const reply = await fetch(`${this.url}/citylayers.layers.v1.LayerService/GetLayer`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: `layers/${layer}` }),
    });
    if (!reply.ok) throw new Error(`GetLayer of ${layer}: HTTP ${reply.status}`);
    const { epoch = '0', counter = '0' } = (await reply.json()).layer.version;
    return { epoch, counter };
  }
}
