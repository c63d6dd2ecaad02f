// HTTP requests without end, from a thread of their own, as flood.mjs sends calls.
//
//   const load = await postFlood(url, { method: 'flood.v1.FloodService/GetDepth', json, parallel: 4 });
//   … measure …
//   const counts = await load.stop();   // { 400: 83, 429: 12 }: how often which status came

import { once } from 'node:events';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

export async function postFlood(url, { method, json, parallel }) {
  const worker = new Worker(new URL(import.meta.url), { workerData: { url, method, json, parallel } });
  await once(worker, 'message'); // the first requests are on their way
  return {
    stop: async () => {
      worker.postMessage('stop');
      const [counts] = await once(worker, 'message');
      await worker.terminate();
      return counts;
    },
  };
}

async function attack({ url, method, json, parallel }) {
  const counts = {};
  let going = true;
  const loop = async () => {
    while (going) {
      const status = await fetch(`${url}/citylayers.${method}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: json,
      }).then(
        async (reply) => (await reply.text(), reply.status),
        () => 'cut',
      );
      counts[status] = (counts[status] ?? 0) + 1;
    }
  };
  parentPort.once('message', () => (going = false));
  const loops = Array.from({ length: parallel }, loop);
  parentPort.postMessage('going');
  await Promise.all(loops);
  parentPort.postMessage(counts);
}

if (!isMainThread) await attack(workerData);
