// Endless calls from a separate thread.
//
//   const load = await flood(here.city.grpc, { name: 'FloodService.ExportDepth', stream: true, parallel: 200 });
//   … measure …
//   const counts = await load.stop();   // { 0: 83, 8: 3752 }: how often the calls ended with which code

import { isMainThread, workerData } from 'node:worker_threads';
import { Api, Code } from '../../integration/support/api.mjs';
import { sleep } from '../../support/daemon.mjs';
import { repeat, startAttack } from './attack_worker.mjs';

// A refused client retries after the delay in RetryInfo.
const kRetryMs = 1000;

export const flood = (address, { name, request = {}, stream = false, parallel }) =>
  startAttack(import.meta.url, { address, name, request, stream, parallel });

async function attack({ address, name, request, stream, parallel }) {
  const api = new Api(address);
  const tell = await repeat(parallel, async () => {
    try {
      if (!stream) {
        await api.call(name, request);
      } else {
        for await (const message of api.stream(name, request)) void message;
      }
      return 0;
    } catch (error) {
      if (error.code === Code.RESOURCE_EXHAUSTED) await sleep(kRetryMs);
      return error.code;
    }
  });
  api.close();
  tell();
}

if (!isMainThread) await attack(workerData);
