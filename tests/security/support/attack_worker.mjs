// Runs attacks in a separate thread, so that the attacker's work is not measured as the bystander's latency.

import { once } from 'node:events';
import { parentPort, Worker } from 'node:worker_threads';

/**
 * Starts the module at `url` as a worker with `workerData`. Resolves once its attack is running, to { stop }, which
 * ends it and returns the counts of repeat().
 */
export async function startAttack(url, workerData) {
  const worker = new Worker(new URL(url), { workerData });
  await once(worker, 'message');
  return {
    stop: async () => {
      worker.postMessage('stop');
      const [counts] = await once(worker, 'message');
      await worker.terminate();
      return counts;
    },
  };
}

/** In the worker: calls `one` repeatedly, `parallel` at a time, until it is stopped; counts its results. */
export async function repeat(parallel, one) {
  const counts = {};
  let going = true;
  parentPort.once('message', () => (going = false));
  const loops = Array.from({ length: parallel }, async () => {
    while (going) {
      const outcome = await one();
      counts[outcome] = (counts[outcome] ?? 0) + 1;
    }
  });
  parentPort.postMessage('going');
  await Promise.all(loops);
  return () => parentPort.postMessage(counts);
}
