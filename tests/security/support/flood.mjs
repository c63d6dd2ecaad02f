// Calls without end from a thread of their own, so that the attacker's work does not count as the bystander's wait.
//
//   const load = await flood(here.city.grpc, { name: 'FloodService.ExportDepth', stream: true, parallel: 200 });
//   … measure …
//   const counts = await load.stop();   // { 0: 83, 8: 3752 }: how often the calls ended with which code

import { once } from 'node:events';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { Api, Code } from '../../integration/support/api.mjs';
import { sleep } from '../../support/daemon.mjs';

// A refused client comes back when RetryInfo says so.
const kRetryMs = 1000;

export async function flood(address, { name, request = {}, stream = false, parallel }) {
  const worker = new Worker(new URL(import.meta.url), {
    workerData: { address, name, request, stream, parallel },
  });
  await once(worker, 'message'); // the first calls are on their way
  return {
    stop: async () => {
      worker.postMessage('stop');
      const [counts] = await once(worker, 'message');
      await worker.terminate();
      return counts;
    },
  };
}

async function attack({ address, name, request, stream, parallel }) {
  const api = new Api(address);
  const counts = {};
  let going = true;
  const one = async () => {
    try {
      if (!stream) {
        await api.call(name, request);
      } else {
        for await (const message of api.stream(name, request)) void message;
      }
      return 0;
    } catch (error) {
      return error.code;
    }
  };
  const loop = async () => {
    while (going) {
      const code = await one();
      counts[code] = (counts[code] ?? 0) + 1;
      if (code === Code.RESOURCE_EXHAUSTED) await sleep(kRetryMs);
    }
  };
  parentPort.once('message', () => (going = false));
  const loops = Array.from({ length: parallel }, loop);
  parentPort.postMessage('going');
  await Promise.all(loops);
  api.close();
  parentPort.postMessage(counts);
}

if (!isMainThread) await attack(workerData);
