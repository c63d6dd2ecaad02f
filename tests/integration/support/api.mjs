// The public gRPC API through @grpc/grpc-js, loaded from the .proto files like other clients.

import grpc from '@grpc/grpc-js';
import protoLoader from '@grpc/proto-loader';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { kRoot } from '../../support/daemon.mjs';

const kProto = join(kRoot, 'proto');
const kFiles = [
  'access/v1/key_service',
  'backup/v1/backup_service',
  'common/v1/clock_service',
  'readings/v1/reading_service',
  'readings/v1/station_service',
];
kFiles.push('layers/v1/layer_service', 'traffic/v1/traffic_service', 'flood/v1/flood_service');
kFiles.push('alerts/v1/alert_service');

const definition = protoLoader.loadSync(
  kFiles.map((file) => join(kProto, 'citylayers', `${file}.proto`)),
  {
    includeDirs: [kProto],
    keepCase: true,
    longs: Number,
    enums: String,
    defaults: true,
    oneofs: true,
  },
);
const packages = grpc.loadPackageDefinition(definition).citylayers;

export const Code = grpc.status;
const kMessageBytesMax = 64 << 20;
const kDeadlineMs = 20_000;

/** encode(request) and decode(bytes) of a method, for tests that send messages over other protocols. */
export function codec(service, method) {
  const { requestSerialize, responseDeserialize } = definition[`citylayers.${service}`][method];
  return { encode: requestSerialize, decode: responseDeserialize };
}

/** Every method of the API: { service, method, path, streams, requestStream, reads, encode } by its full name. */
export const kMethods = Object.entries(definition)
  .filter(([, entry]) => !('format' in entry) && !('type' in entry))
  .flatMap(([service, methods]) =>
    Object.entries(methods).map(([method, entry]) => ({
      service,
      method,
      path: entry.path,
      streams: entry.requestStream || entry.responseStream,
      requestStream: entry.requestStream,
      reads: entry.options.idempotency_level === 'NO_SIDE_EFFECTS', // Connect offers GET
      encode: entry.requestSerialize,
    })),
  );

/**
 * Credentials for TLS.
 * @param authority PEM text; identity: paths of `certificate` and `key` of the client; undefined: none
 */
export function tlsCredentials(authority, identity) {
  const own = identity ? [readFileSync(identity.key), readFileSync(identity.certificate)] : [];
  return grpc.credentials.createSsl(Buffer.from(authority), ...own);
}

/** Clients of all services at one address; close() ends them. */
export class Api {
  /**
   * @param key an API key, for all calls; '': none
   * @param credentials of the connection, as tlsCredentials; by default without TLS
   * @param servername name in the server's certificate, when it is not that of `address`
   */
  constructor(address, key = '', credentials = grpc.credentials.createInsecure(), servername = undefined) {
    this.metadata = new grpc.Metadata();
    if (key) this.metadata.set('authorization', `Bearer ${key}`);
    const names = servername
      ? { 'grpc.ssl_target_name_override': servername, 'grpc.default_authority': servername }
      : {};
    const make = (Client) =>
      new Client(address, credentials, {
        ...names,
        'grpc.max_receive_message_length': kMessageBytesMax,
        'grpc.max_send_message_length': kMessageBytesMax,
      });
    this.clients = {
      KeyService: make(packages.access.v1.KeyService),
      BackupService: make(packages.backup.v1.BackupService),
      ClockService: make(packages.common.v1.ClockService),
      ReadingService: make(packages.readings.v1.ReadingService),
      StationService: make(packages.readings.v1.StationService),
      LayerService: make(packages.layers.v1.LayerService),
      TrafficService: make(packages.traffic.v1.TrafficService),
      FloodService: make(packages.flood.v1.FloodService),
      AlertService: make(packages.alerts.v1.AlertService),
    };
  }

  /** Unary: api.call('FloodService.ListStages', {}). Rejects with the gRPC error: code, details. */
  call(name, request = {}) {
    const [service, method] = name.split('.');
    const options = { deadline: Date.now() + kDeadlineMs };
    return new Promise((resolve, reject) => {
      this.clients[service][method](request, this.metadata, options, (error, response) =>
        error ? reject(error) : resolve(response),
      );
    });
  }

  /** Server stream: an async iterable with cancel(). */
  stream(name, request = {}) {
    const [service, method] = name.split('.');
    const call = this.clients[service][method](request, this.metadata);
    call.on('error', () => {}); // the reader receives the error; a caller that cancelled ignores it
    return call;
  }

  /** All items of a paged list. */
  async list(name, field, request = {}) {
    const items = [];
    let page_token = '';
    do {
      const page = await this.call(name, { ...request, page_size: 1000, page_token });
      items.push(...page[field]);
      page_token = page.next_page_token;
    } while (page_token);
    return items;
  }

  close() {
    for (const client of Object.values(this.clients)) client.close();
  }
}

/** The reason in the ErrorInfo of a Connect error's JSON text; undefined: it has none. */
export function reasonOf(text) {
  const info = JSON.parse(text).details?.find(({ type }) => type === 'google.rpc.ErrorInfo');
  return info && /[A-Z][A-Z_]+/.exec(Buffer.from(info.value, 'base64').toString('latin1'))?.[0];
}
