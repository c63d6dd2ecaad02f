// A phone app: follows two layers on one stream, moves the view, returns after a loss with the state
// that it holds, and reads what has changed in the background with one call.
//
//   npm ci && node phone.mjs [HOST:PORT] [SECONDS]

import grpc from '@grpc/grpc-js';
import protoLoader from '@grpc/proto-loader';
import { fileURLToPath } from 'node:url';
import { LayerState } from './layer_state.mjs';

const [server = '127.0.0.1:50051', seconds = '10'] = process.argv.slice(2);
const kLayers = ['layers/traffic', 'layers/flood'];
const kHeartbeatMs = 30_000;
const kMoveEveryMs = 2000;
const kPauseMaxMs = 5000;

const proto = fileURLToPath(new URL('../../../proto', import.meta.url));
const definition = protoLoader.loadSync('citylayers/layers/v1/layer_service.proto', {
  includeDirs: [proto],
  longs: String,
  enums: String,
  oneofs: true,
  arrays: true,
});
const { layers } = grpc.loadPackageDefinition(definition).citylayers;
const service = new layers.v1.LayerService(server, grpc.credentials.createInsecure(), {
  // Finds silent networks during calls; an idle app sends nothing.
  'grpc.keepalive_time_ms': 30_000,
  'grpc.keepalive_timeout_ms': 10_000,
  'grpc.keepalive_permit_without_calls': 0,
});

const viewAt = (shiftDeg) => ({
  viewport: {
    westDeg: 106.68 + shiftDeg,
    southDeg: 10.76,
    eastDeg: 106.71 + shiftDeg,
    northDeg: 10.78,
  },
  zoom: 15,
});
const states = new Map(kLayers.map((name) => [name, new LayerState(viewAt(0))]));
const end = Date.now() + 1000 * Number(seconds);
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** One FollowLayers call, until it ends; throws its error. */
async function follow(names) {
  const stream = service.FollowLayers();
  const requested = names.map((name) => ({ name, resume: states.get(name).resume }));
  let view = viewAt(0);
  stream.write({ layers: requested, view, tickMs: 1000, heartbeatMs: kHeartbeatMs });
  const moves = setInterval(() => {
    view = viewAt(0.01 * Math.round(Math.random() * 4 - 2));
    stream.write({ view }); // the server sends only what is new in view
  }, kMoveEveryMs);
  const stop = setTimeout(() => stream.cancel(), end - Date.now());
  stream.on('error', () => {}); // thrown below
  try {
    for await (const message of stream) {
      const state = states.get(message.name);
      if (!state.apply(message)) {
        states.set(message.name, new LayerState(view));
        return stream.cancel();
      }
      const kind = message.event;
      const rows = (message[kind].rows ?? []).reduce((sum, { idGaps }) => sum + idGaps.length, 0);
      const moved = message[kind].view ? ', moved' : '';
      console.log(`${message.name} ${kind}: ${rows} rows${moved}, ${state.size} held`);
    }
  } finally {
    clearInterval(moves);
    clearTimeout(stop);
  }
}

const isTransient = ({ code }) =>
  [grpc.status.UNAVAILABLE, grpc.status.RESOURCE_EXHAUSTED, grpc.status.CANCELLED].includes(code);

/** Follows the layers until the end, with a new call after each loss. */
async function keepFollowing(names) {
  for (let failures = 0; Date.now() < end; failures++) {
    try {
      await follow(names);
      failures = 0;
    } catch (error) {
      // A gateway whose layers belong to several processes: one stream for each.
      if (error.code === grpc.status.FAILED_PRECONDITION && names.length > 1) {
        return Promise.all(names.map((name) => keepFollowing([name])));
      }
      if (!isTransient(error)) throw error;
      if (Date.now() < end) console.log(`stream ended: ${error.details}`);
    }
    // The spread keeps ten thousand phones from returning at once.
    const backoff = Math.min(250 * 2 ** failures, kPauseMaxMs);
    if (Date.now() < end) await pause(backoff * (0.5 + Math.random() / 2));
  }
}

await keepFollowing(kLayers);

// In the background: no stream, one call for all that has changed since.
for (const name of kLayers) {
  const request = { name, ...viewAt(0), resume: states.get(name).resume };
  const deadline = Date.now() + 10_000;
  const answer = await new Promise((resolve, reject) =>
    service.GetChanges(request, { deadline }, (error, reply) =>
      error ? reject(error) : resolve(reply),
    ),
  );
  states.get(name).apply(answer);
  console.log(`${name} background ${answer.event}: ${states.get(name).size} held`);
}
service.close();
