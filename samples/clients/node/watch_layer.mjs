// Reads a tile, follows a layer for ten deltas and lists the alerts.
//
//   npm ci && node watch_layer.mjs [HOST:PORT] [layers/traffic]

import grpc from '@grpc/grpc-js';
import protoLoader from '@grpc/proto-loader';
import { fileURLToPath } from 'node:url';

const [server = '127.0.0.1:50051', layer = 'layers/traffic'] = process.argv.slice(2);
const kDeadlineMs = 5000;
const kDeltas = 10;
const kRetriesMax = 10;

const proto = fileURLToPath(new URL('../../../proto', import.meta.url));
const definition = protoLoader.loadSync(
  ['citylayers/layers/v1/layer_service.proto', 'citylayers/alerts/v1/alert_service.proto'],
  { includeDirs: [proto], longs: String, enums: String, defaults: true, oneofs: true },
);
const { layers, alerts } = grpc.loadPackageDefinition(definition).citylayers;
const credentials = grpc.credentials.createInsecure();
const layerService = new layers.v1.LayerService(server, credentials);
const alertService = new alerts.v1.AlertService(server, credentials);

/** A unary call with a deadline: without one, a server that hangs would block this program. */
const call = (client, method, request) =>
  new Promise((resolve, reject) => {
    const options = { deadline: Date.now() + kDeadlineMs };
    client[method](request, options, (error, reply) => (error ? reject(error) : resolve(reply)));
  });
const isTransient = (error) =>
  [grpc.status.UNAVAILABLE, grpc.status.RESOURCE_EXHAUSTED].includes(error.code);
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Follows the layer; when the stream breaks it reconnects with the version that it holds. */
async function watch(onEvent) {
  let resume;
  for (let retries = 0; ; retries++) {
    const stream = layerService.WatchLayer({ name: layer, tickMs: 250, resume });
    stream.on('error', () => {}); // a cancelled stream ends with an error; others are thrown below
    try {
      for await (const { snapshot, delta } of stream) {
        if (snapshot) resume = { packId: snapshot.packId, version: snapshot.version };
        if (delta) resume.version = delta.to;
        retries = 0;
        if (onEvent({ snapshot, delta })) return stream.cancel();
      }
    } catch (error) {
      if (!isTransient(error) || retries >= kRetriesMax) throw error;
    }
    await pause(Math.min(200 * 2 ** retries, 5000));
  }
}

const rowCount = (event) => event.rows.reduce((sum, rows) => sum + rows.idGaps.length, 0);

const { tile } = await call(layerService, 'GetTile', {
  name: layer,
  tile: { z: 14, x: 13047, y: 7698 },
});
console.log(`tile 14/13047/7698: ${tile.data.length} bytes, tag ${tile.contentTag}`);

let deltas = 0;
await watch(({ snapshot, delta }) => {
  if (snapshot) console.log(`snapshot ${snapshot.version.counter}: ${rowCount(snapshot)} rows`);
  if (delta) console.log(`delta ${++deltas} to ${delta.to.counter}: ${rowCount(delta)} rows`);
  return deltas === kDeltas;
});

const { alerts: list } = await call(alertService, 'ListAlerts', { filter: 'state != RESOLVED' });
console.log(`${list.length} alerts`);
for (const alert of list)
  console.log(`${alert.severity} ${alert.headline.vi} / ${alert.headline.en}`);
layerService.close();
alertService.close();
