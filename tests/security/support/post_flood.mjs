// Endless HTTP requests from a separate thread.
//
//   const load = await postFlood(url, { method: 'flood.v1.FloodService/GetDepth', json, parallel: 4 });
//   … measure …
//   const counts = await load.stop();   // { 400: 83, 429: 12 }: how often which status came

import { isMainThread, workerData } from 'node:worker_threads';
import { repeat, startAttack } from './attack_worker.mjs';

export const postFlood = (url, { method, json, parallel }) =>
  startAttack(import.meta.url, { url, method, json, parallel });

async function attack({ url, method, json, parallel }) {
  const tell = await repeat(parallel, () =>
    fetch(`${url}/citylayers.${method}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: json,
    }).then(
      async (reply) => (await reply.text(), reply.status),
      () => 'cut',
    ),
  );
  tell();
}

if (!isMainThread) await attack(workerData);
