// Measures the latency of another client while the city is attacked: of a tile, of readiness and of a gRPC call.

import assert from 'node:assert/strict';
import { performance } from 'node:perf_hooks';
import { Agent, get } from 'node:http';
import { sleep } from '../../support/daemon.mjs';

const kTile = '/tiles/traffic/14/13047/7698.mvt';
const kPeriodMs = 10;
const kDisturbedFactor = 2;
// Latency added by the scheduler of a machine with two cores shared by attacker and city.
const kNoiseMs = 40;
const kRounds = 4;

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
 * Requests a tile, /readyz and ListStages, in turn, each on a connection that stays open, until `rounds` of each are
 * answered. Returns { p50Ms, p99Ms, maxMs }. Throws when an answer is an error.
 *
 * The requests are sent at fixed times and measured from those: an answer that delays the next request makes that one
 * late as well.
 */
async function measureBystander({ city, api }, rounds = 100) {
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

/**
 * Measures a bystander while the city is idle and while it is attacked. `attack` begins an attack and returns a
 * function that ends it. Fails when the p99 under attack exceeds twice the idle one, and exceeds it by more than
 * kNoiseMs, in each of kRounds: an attack that disturbs does so every time, the scheduler of a busy machine does not.
 */
export async function assertUndisturbed(what, here, attack) {
  const seen = [];
  for (let round = 0; round < kRounds; round++) {
    const idle = await measureBystander(here);
    const end = await attack();
    const attacked = await measureBystander(here).finally(end);
    const factor = attacked.p99Ms / idle.p99Ms;
    console.log(`bystander of ${what}: idle ${text(idle)}; attacked ${text(attacked)}; ×${factor.toFixed(2)}`);
    if (attacked.p99Ms <= Math.max(kDisturbedFactor * idle.p99Ms, idle.p99Ms + kNoiseMs)) return;
    seen.push(`${idle.p99Ms.toFixed(1)} -> ${attacked.p99Ms.toFixed(1)}`);
  }
  assert.fail(`a bystander of ${what} waits: p99, ms: ${seen.join(', ')}`);
}
