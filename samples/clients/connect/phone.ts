// A phone app without bidirectional streams (browsers, React Native, iOS by URLSession): follows a layer
// by WatchLayer, moves its view by SetViewport, returns after a loss with the state that it holds, and reads
// what has changed in the background with one GET.
//
//   npm ci && npm run build && node build/phone.js [URL] [SECONDS]

import { create } from '@bufbuild/protobuf';
import { Code, ConnectError, createClient } from '@connectrpc/connect';
import { createConnectTransport } from '@connectrpc/connect-web';
import {
  LayerService,
  type View,
  ViewSchema,
} from './gen/citylayers/layers/v1/layer_service_pb.js';
import { LayerState } from './layer_state.js';

const [baseUrl = 'http://127.0.0.1:8080', seconds = '10'] = process.argv.slice(2);
const kLayer = 'layers/traffic';
const kHeartbeatMs = 30_000;
const kMoveEveryMs = 2000;
const kPauseMaxMs = 5000;

const transport = createConnectTransport({ baseUrl, useBinaryFormat: true, useHttpGet: true });
const layers = createClient(LayerService, transport);
const end = Date.now() + 1000 * Number(seconds);
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

function viewAt(shiftDeg: number): View {
  return create(ViewSchema, {
    viewport: {
      westDeg: 106.68 + shiftDeg,
      southDeg: 10.76,
      eastDeg: 106.71 + shiftDeg,
      northDeg: 10.78,
    },
    zoom: 15,
  });
}

let view = viewAt(0);
let state = new LayerState(view);

/** What a WatchLayer or GetChanges request has of the view and the state. */
function held() {
  return {
    name: kLayer,
    zoom: view.zoom,
    ...(view.viewport && { viewport: view.viewport }),
    ...(state.resume && { resume: state.resume }),
  };
}

/** Moves the stream. NOT_FOUND: it has ended; the next one begins with the view. */
async function moveTo(next: View, streamId: string): Promise<void> {
  view = next;
  const request = { name: kLayer, streamId, zoom: view.zoom };
  await layers
    .setViewport({ ...request, ...(view.viewport && { viewport: view.viewport }) }, { timeoutMs: 10_000 })
    .catch((error: unknown) => {
      if (ConnectError.from(error).code !== Code.NotFound) console.log(`not moved: ${String(error)}`);
    });
}

/** One WatchLayer call, until it ends; throws its error. */
async function watch(): Promise<void> {
  const abort = new AbortController();
  let timer: ReturnType<typeof setInterval> | undefined;
  // Browsers cannot ping: a stream that is silent for two heartbeats is broken.
  let silence = setTimeout(() => abort.abort(), 2 * kHeartbeatMs);
  const stop = setTimeout(() => abort.abort(), end - Date.now());
  try {
    const request = { ...held(), tickMs: 1000, heartbeatMs: kHeartbeatMs };
    for await (const { event, streamId } of layers.watchLayer(request, { signal: abort.signal })) {
      clearTimeout(silence);
      silence = setTimeout(() => abort.abort(), 2 * kHeartbeatMs);
      if (!state.apply(event)) {
        state = new LayerState(view);
        return;
      }
      const moved = event.case !== 'heartbeat' && event.value?.view ? ', moved' : '';
      console.log(`${kLayer} ${event.case}${moved}, ${state.size} held`);
      if (streamId) {
        timer = setInterval(
          () => void moveTo(viewAt(0.01 * Math.round(Math.random() * 4 - 2)), streamId),
          kMoveEveryMs,
        );
      }
    }
  } finally {
    clearInterval(timer);
    clearTimeout(silence);
    clearTimeout(stop);
    abort.abort();
  }
}

for (let failures = 0; Date.now() < end; failures++) {
  try {
    await watch();
    failures = 0;
  } catch (error) {
    const { code, message } = ConnectError.from(error);
    const isTransient = [Code.Unavailable, Code.ResourceExhausted, Code.Canceled, Code.Unknown];
    if (!isTransient.includes(code)) throw error;
    if (Date.now() < end) console.log(`stream ended: ${message}`);
  }
  const backoff = Math.min(250 * 2 ** failures, kPauseMaxMs);
  if (Date.now() < end) await pause(backoff * (0.5 + Math.random() / 2));
}

// In the background: no stream, one GET for all that has changed since.
const answer = await layers.getChanges(held(), { timeoutMs: 10_000 });
state.apply(answer.event);
console.log(`${kLayer} background ${answer.event.case}: ${state.size} held`);
