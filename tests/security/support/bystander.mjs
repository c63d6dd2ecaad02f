// What another client feels while the city is attacked: the latency of a tile, of readiness and of a gRPC call.

import assert from 'node:assert/strict';
import { performance } from 'node:perf_hooks';
import { Agent, get } from 'node:http';
import { sleep } from '../../support/daemon.mjs';

const kTile = '/tiles/traffic/14/13047/7698.mvt';
const kPeriodMs = 10;
const kDisturbedFactor = 2;
// What the scheduler of a machine with two cores adds by itself when attacker and city share it.
const kNoiseMs = 60;

function fetchThrough(agent, url) {
  return new Promise((resolve, reject) => {
    get(url, { agent }, (reply) => {
      reply.resume();
      reply.once('end', () => resolve(reply.statusCode));
      reply.once('error', reject);
    }).once('error', reject);
  });
}

/**
 * Asks for a tile, for /readyz and for ListStages, in turn, each on a connection that stays open, until `rounds` of
 * each are answered. Returns { p50Ms, p99Ms, maxMs }. Throws when an answer is an error.
 *
 * The requests are sent at fixed times and measured from those: an answer that holds up the next request makes that
 * one late as well.
 */
export async function measureBystander({ city, api }, rounds = 100) {
  const agent = new Agent({ keepAlive: true, maxSockets: 4 });
  const asks = [
    async () => assert.equal(await fetchThrough(agent, `${city.url}${kTile}`), 200),
    async () => assert.equal(await fetchThrough(agent, `${city.url}/readyz`), 200),
    async () => api.call('FloodService.ListStages'),
  ];
  for (const ask of asks) await ask(); // opens the connections
  const times = [];
  const startMs = performance.now();
  for (let i = 0; i < rounds * asks.length; i++) {
    const dueMs = startMs + i * kPeriodMs;
    const waitMs = dueMs - performance.now();
    if (waitMs > 0) await sleep(waitMs);
    await asks[i % asks.length]();
    times.push(performance.now() - dueMs);
  }
  agent.destroy();
  times.sort((a, b) => a - b);
  const at = (share) => times[Math.min(times.length - 1, Math.floor(times.length * share))];
  return { p50Ms: at(0.5), p99Ms: at(0.99), maxMs: times.at(-1) };
}

const text = ({ p50Ms, p99Ms, maxMs }) =>
  `p50 ${p50Ms.toFixed(1)}, p99 ${p99Ms.toFixed(1)}, max ${maxMs.toFixed(1)} ms`;

/** Fails when the p99 under attack is over twice the idle one and over it by more than kNoiseMs. */
export function assertUndisturbed(what, idle, attacked) {
  const factor = attacked.p99Ms / idle.p99Ms;
  console.log(`bystander of ${what}: idle ${text(idle)}; attacked ${text(attacked)}; ×${factor.toFixed(2)}`);
  const boundMs = Math.max(kDisturbedFactor * idle.p99Ms, idle.p99Ms + kNoiseMs);
  assert.ok(attacked.p99Ms <= boundMs, `p99 ${attacked.p99Ms.toFixed(1)} ms > ${boundMs.toFixed(1)} ms`);
}
