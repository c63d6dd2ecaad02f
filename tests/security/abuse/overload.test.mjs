// Ten times the load at which the p99 latency has doubled, by valid and by invalid keys: the calls that are admitted stay
// fast, the others are refused, and the city recovers. Prints the figures.
//
// The goals are a p99 of admitted calls of twice the normal one, and a tenth of a core for 2,000 invalid keys per second.
// The assertions are weaker, because here the attacker, and whatever else runs on the machine, share the city's cores:
// kBoundFactor or kNoiseMs for the latency, and for invalid keys the cost of the cheapest valid call; and those of times
// decide only in a full run (CITYLAYERS_FULL=1). What is refused and how, memory and life of the city decide always.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Api, Code, codec } from '../../integration/support/api.mjs';
import { City, kBin, temporaryFolder } from '../../support/daemon.mjs';
import { MemoryWatcher, assertAlive, residentMib } from '../support/attacked_city.mjs';
import { storm } from '../support/call_storm.mjs';

const kService = 'layers.v1.LayerService';
const kMethod = 'GetTileBundle'; // the call of phones that open the map
const kPath = `/citylayers.${kService}/${kMethod}`;
const kViewport = { west_deg: 106.68, south_deg: 10.76, east_deg: 106.72, north_deg: 10.79 };
const kMessage = codec(kService, kMethod).encode({ name: 'layers/traffic', viewport: kViewport, zoom: 14 });
const kJson = JSON.stringify({
  name: 'layers/traffic',
  viewport: { westDeg: 106.68, southDeg: 10.76, eastDeg: 106.72, northDeg: 10.79 },
  zoom: 14,
});
const kWrongKey = `clk_${'a'.repeat(12)}_${'b'.repeat(32)}`;
const kKeys = 4;
const kIdleRate = 150;
const kFirstRate = 400;
const kRateStep = 1.5;
const kRateMax = 1500; // of the search
const kOverload = 10;
const kBoundFactor = 4;
const kNoiseMs = 250;
const kUnsizedMs = 1500; // bound of a city whose limits are not those of the machine
const kRounds = 3; // a city that is slow under load is slow each time, the scheduler of a busy machine is not
const kRecoveryMs = process.env.CITYLAYERS_FULL === '1' ? 5000 : 30_000;
const kMemoryMaxMib = 512; // default of server.memory_max
const kBadKeysPerS = 2000;
const kBadKeysFactor = 1.25; // of a valid call that does nothing
const kBadKeysMax = 0.6; // of a core
const kTicksPerS = 100; // of /proc/PID/stat

// Times are figures of this machine; they decide only in a full run.
const kFull = process.env.CITYLAYERS_FULL === '1';
const cores = availableParallelism();
// docs/operate/sizing.md, "Overload".
const kSized = [
  ...['--server.threads', `${cores}`],
  ...['--grpc.method_limits', `LayerService/${kMethod}=${2 * cores}`],
  ...['--grpc.streams_per_connection_max', '100'],
];
// More than the library can take in, so that open calls accumulate.
const kBeyondPerS = 30_000;

/** Processor time of a process, seconds. */
function cpuSeconds(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / kTicksPerS;
}

const shown = ({ count, p50Ms, p99Ms } = { count: 0, p50Ms: 0, p99Ms: 0 }) =>
  `${count} (p50 ${p50Ms.toFixed(1)}, p99 ${p99Ms.toFixed(1)} ms)`;

for (const isSized of [false, true]) {
  const name = isSized ? 'with limits for its cores' : 'as installed';
  describe(`a city ${name}`, () => {
    const here = {};
    const keys = []; // of the callers
    let baseMib;
    let idleMs; // p99
    let rate; // at which it has doubled
    let normalMs; // p99 there
    const say = (text) => console.log(`${name}: ${text}`);

    before(async () => {
      const data = temporaryFolder();
      const text = execFileSync(join(kBin, 'citylayers'), ['keys', 'init', '--data', data], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      }).trim();
      const flags = isSized ? kSized : [];
      here.city = await City.start({ data, flags, env: { CITYLAYERS_SECURITY__ANONYMOUS: '' }, split: false });
      const admin = new Api(here.city.grpc, text);
      for (let i = 0; i < kKeys; i++) {
        const request = { principal: `phone ${i}`, scopes: ['layers:read'] };
        keys.push((await admin.call('KeyService.CreateKey', request)).key_text);
      }
      admin.close();
      baseMib = residentMib(pid());
      here.watcher = new MemoryWatcher(() => here.city.processes);
    });
    after(async () => {
      here.watcher?.stop();
      await here.city?.stop();
    });

    const pid = () => here.city.of('gateway').child.pid;
    const offer = (callsPerS, seconds, callers = keys, call = { path: kPath, message: kMessage }) =>
      storm(here.city.grpc, { ...call, keys: callers, rate: callsPerS, seconds });

    /** Checks that every call was answered, with one of these codes. */
    function assertAnswered({ codes, unanswered, cut }, expected) {
      assert.deepEqual(Object.keys(codes).filter((code) => !expected.includes(Number(code))), []);
      assert.equal(unanswered, 0);
      assert.equal(cut, 0);
    }

    const boundMs = () => (isSized ? Math.max(kBoundFactor * normalMs, normalMs + kNoiseMs) : kUnsizedMs);

    /** Runs `measure`, which returns latencies, until they are within the bound, up to kRounds times. */
    async function assertFast(measure) {
      const seen = [];
      for (let round = 0; round < kRounds; round++) {
        const worstMs = Math.max(...(await measure()));
        if (worstMs <= boundMs()) return;
        seen.push(worstMs.toFixed(1));
      }
      const figures = `p99 of ${seen.join(', ')} ms, limit ${boundMs().toFixed(1)} ms`;
      if (kFull) assert.fail(figures);
      say(figures);
    }

    /** Waits until calls are as fast as before the load; `drainMs` of the load's answers count as well. */
    async function assertRecovers({ drainMs }) {
      const startMs = performance.now();
      for (;;) {
        const { codes } = await offer(kIdleRate, 0.5);
        const tookMs = drainMs + performance.now() - startMs;
        const isFast = Object.keys(codes).join() === `${Code.OK}` && codes[Code.OK].p99Ms <= normalMs + kNoiseMs;
        if (isFast) return say(`recovered within ${tookMs.toFixed(0)} ms`);
        assert.ok(tookMs <= kRecoveryMs, `not recovered after ${tookMs.toFixed(0)} ms: ${JSON.stringify(codes)}`);
      }
    }

    test('the p99 doubles at some rate', async () => {
      await offer(kIdleRate, 0.5); // fills caches
      idleMs = (await offer(kIdleRate, 1.5)).codes[Code.OK].p99Ms;
      for (rate = kFirstRate; ; rate *= kRateStep) {
        const result = await offer(rate, 1);
        normalMs = result.codes[Code.OK].p99Ms;
        if (normalMs >= 2 * idleMs || rate * kRateStep > kRateMax) break;
      }
      say(
        `idle p99 ${idleMs.toFixed(1)} ms; at ${rate.toFixed(0)}/s ${normalMs.toFixed(1)} ms; ` +
          `${cores} cores, load ${loadavg()[0].toFixed(1)}`,
      );
    });

    /** Calls the method over HTTP until `isOver`; returns how often which status came. */
    async function callOverHttp(isOver) {
      const statuses = {};
      const loop = async (key) => {
        while (!isOver()) {
          const headers = { 'content-type': 'application/json', 'x-api-key': key };
          const reply = await fetch(`${here.city.url}${kPath}`, { method: 'POST', headers, body: kJson });
          await reply.arrayBuffer();
          statuses[reply.status] = (statuses[reply.status] ?? 0) + 1;
          if (reply.status === 429) assert.match(reply.headers.get('retry-after'), /^\d+$/);
        }
      };
      await Promise.all(keys.map(loop));
      return statuses;
    }

    test('ten times that rate by valid keys: admitted calls stay fast, the others are refused', async () => {
      await assertFast(async () => {
        let isOver = false;
        const http = callOverHttp(() => isOver);
        const result = await offer(kOverload * rate, 2.5).finally(() => (isOver = true));
        const statuses = await http.catch((error) => assert.fail(`over HTTP: ${error.cause ?? error}\n${here.city.log()}`));
        const { [Code.OK]: admitted, [Code.RESOURCE_EXHAUSTED]: refused } = result.codes;
        say(
          `${result.rate.toFixed(0)}/s by valid keys: admitted ${shown(admitted)}, ` +
            `x${(admitted.p99Ms / normalMs).toFixed(1)} of normal; refused ${shown(refused)}; ` +
            `HTTP ${JSON.stringify(statuses)}; attacker late by ${result.lateP99Ms.toFixed(0)} ms`,
        );
        assertAnswered(result, [Code.OK, Code.RESOURCE_EXHAUSTED]);
        assert.ok(refused?.count > 0, 'the load exceeds what the city can do');
        assert.deepEqual(Object.keys(statuses).filter((status) => !['200', '429'].includes(status)), []);
        assert.ok(statuses[429] > 0, JSON.stringify(statuses));
        await assertRecovers(result);
        return [admitted.p99Ms, refused.p99Ms];
      });
    });

    // Not yet with the defaults: docs/operate/sizing.md, "Overload".
    test('its memory is bounded', { todo: !isSized }, async () => {
      if (isSized) {
        const { rate: sent, withheld } = await offer(kBeyondPerS, 1.5);
        say(`beyond: ${sent.toFixed(0)}/s sent, ${withheld} calls withheld by the limit of a connection`);
      }
      assertAlive(here);
      say(`before ${baseMib.toFixed(0)} MiB, peak ${here.watcher.peakMib.toFixed(0)} MiB`);
      assert.ok(here.watcher.peakMib <= baseMib + kMemoryMaxMib);
    });
    if (isSized) return; // no limit of calls is reached below

    test('ten times that rate by invalid keys: calls with valid ones stay fast', async () => {
      await assertFast(async () => {
        const [attack, valid] = await Promise.all([offer(kOverload * rate, 2.5, [kWrongKey]), offer(rate / 2, 2)]);
        const { [Code.OK]: admitted } = valid.codes;
        say(
          `${attack.rate.toFixed(0)}/s by invalid keys: admitted ${shown(admitted)}, x` +
            `${(admitted.p99Ms / normalMs).toFixed(1)} of normal; refused ${shown(attack.codes[Code.RESOURCE_EXHAUSTED])}`,
        );
        assertAnswered(attack, [Code.UNAUTHENTICATED, Code.RESOURCE_EXHAUSTED]);
        assertAnswered(valid, [Code.OK, Code.RESOURCE_EXHAUSTED]);
        assert.ok(admitted.count >= (kFull ? 0.5 * rate : 1), `${admitted.count} of ${rate} were admitted`);
        await assertRecovers(attack);
        return [admitted.p99Ms];
      });
    });

    /** Share of a core for kBadKeysPerS calls, beyond that of a city without callers. */
    async function costOf(caller, call, idle = 0) {
      const start = { cpu: cpuSeconds(pid()), ms: performance.now() };
      const seconds = 2;
      const result = await offer(kBadKeysPerS, seconds, [caller], call);
      const cpu = cpuSeconds(pid()) - start.cpu - (idle * (performance.now() - start.ms)) / 1000;
      return { result, share: (cpu / seconds) * (kBadKeysPerS / result.rate) };
    }

    test('an invalid key costs no more than a valid call that does nothing', async () => {
      const start = { cpu: cpuSeconds(pid()), ms: performance.now() };
      await offer(1, 1);
      const idle = (cpuSeconds(pid()) - start.cpu) / ((performance.now() - start.ms) / 1000);
      const call = { path: '/citylayers.common.v1.ClockService/GetClock', message: Buffer.alloc(0) };
      const valid = await costOf(keys[0], call, idle);
      const invalid = await costOf(kWrongKey, call, idle);
      const percent = (share) => `${(100 * share).toFixed(1)} %`;
      say(
        `${kBadKeysPerS} calls/s on open connections: invalid keys ${percent(invalid.share)} of a core, ` +
          `valid GetClock ${percent(valid.share)}, idle ${percent(idle)}`,
      );
      assertAnswered(valid.result, [Code.OK]);
      assertAnswered(invalid.result, [Code.UNAUTHENTICATED, Code.RESOURCE_EXHAUSTED]);
      assert.ok(invalid.share > 0, 'the measurement sees the load');
      if (!kFull) return;
      assert.ok(invalid.share <= kBadKeysFactor * valid.share, percent(invalid.share / valid.share));
      assert.ok(invalid.share <= kBadKeysMax, percent(invalid.share));
    });
  });
}
