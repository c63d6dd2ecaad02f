// Headers that gRPC does not accept as metadata, over every protocol. gRPC aborts a process that adds such metadata.

import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { test } from 'node:test';
import { codec } from '../../integration/support/api.mjs';
import { assertAlive, attackedCity } from '../support/attacked_city.mjs';
import { callFrames, RawHttp2 } from '../support/raw_http2.mjs';

// Without the limit of invalid keys, of which this file sends many.
const env = { CITYLAYERS_LIMITS__FAILURES_PER_SECOND: '0' };
const here = attackedCity({ env });
const split = attackedCity({ env, split: true });

const kAdvisory = ['X-Request-Id', 'traceparent', 'tracestate', 'Accept-Language'];
const kNeeded = ['X-Citylayers-Probe', 'X-Citylayers-A'];
const kOfKeys = ['Authorization', 'X-Api-Key'];
const kBadValues = ['Nguyễn', '\x80', 'a\tb', '\xff\xfe', 'vi,\xe1'].map((v) =>
  Buffer.from(v, /[\x80-\xff]/.test(v) && !/[^\x00-\xff]/.test(v) ? 'latin1' : 'utf8'),
);
const kBadNames = ['X-Citylayers-A!b', "X-Citylayers-'", 'X-Citylayers-#', 'X-Citylayers-|', 'X-Citylayers-~'];
const kService = '/citylayers.layers.v1.LayerService';
const { encode } = codec('layers.v1.LayerService', 'GetLayer');
const kMessage = encode({ name: 'layers/traffic' });

// A raw request: Node's own clients refuse such headers.
function rawPost(url, path, headers, body) {
  const { hostname, port } = new URL(url);
  const lines = headers.flatMap(([name, value]) => [Buffer.from(`${name}: `), Buffer.from(value), Buffer.from('\r\n')]);
  const request = Buffer.concat([
    Buffer.from(`POST ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: ${body.length}\r\n`),
    ...lines,
    Buffer.from('\r\n'),
    body,
  ]);
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port) });
    let text = '';
    socket.on('data', (bytes) => (text += bytes.toString('latin1')));
    socket.on('error', reject);
    socket.on('close', () => resolve({ status: Number(text.slice(9, 12)), text }));
    socket.write(request); // a half-closed connection would end a stream
  });
}

const frameOf = (message) => {
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
};

const kDialects = [
  ['Connect', 'application/json', Buffer.from('{"name":"layers/traffic"}')],
  ['gRPC-Web', 'application/grpc-web', frameOf(kMessage)],
];

const refused = { Connect: (r) => r.status === 400, 'gRPC-Web': (r) => r.text.includes('grpc-status: 3') };
const noKey = { Connect: (r) => r.status === 401, 'gRPC-Web': (r) => r.text.includes('grpc-status: 16') };
const served = { Connect: (r) => r.status === 200, 'gRPC-Web': (r) => r.text.includes('grpc-status: 0') };

for (const [mode, place] of [['one process', here], ['split', split]]) {
  for (const [dialect, type, body] of kDialects) {
    const post = (name, value) =>
      rawPost(place.city.url, `${kService}/GetLayer`, [['Content-Type', type], [name, value]], body);

    test(`${mode}, ${dialect}: advisory headers are left out`, async () => {
      for (const name of kAdvisory) {
        for (const value of kBadValues) {
          const reply = await post(name, value);
          assert.ok(served[dialect](reply), `${name}: ${value.toString('latin1')}\n${reply.text}`);
        }
      }
      assertAlive(place);
    });

    test(`${mode}, ${dialect}: other headers are refused by name`, async () => {
      for (const name of kNeeded) {
        for (const value of kBadValues) {
          const reply = await post(name, value);
          assert.ok(refused[dialect](reply), `${name}: ${value.toString('latin1')}\n${reply.text}`);
          assert.ok(reply.text.includes(name.toLowerCase()), reply.text);
        }
      }
      for (const name of kOfKeys) {
        for (const value of kBadValues) {
          const reply = await post(name, value);
          assert.ok(noKey[dialect](reply), `${name}: ${value.toString('latin1')}\n${reply.text}`);
        }
      }
      for (const name of kBadNames) assert.ok(refused[dialect](await post(name, '1')), name);
      assertAlive(place);
    });
  }

  test(`${mode}, gRPC: metadata of any bytes`, async () => {
    const names = ['x-name', 'authorization', 'traceparent', 'X-Upper', 'x!a', 'x a', '-bin', 'x-a-bin', 'te', 'host'];
    for (const name of [...names, 'grpc-timeout', 'lb-token', 'lb-cost-bin', 'grpc-encoding', 'grpc-tags-bin']) {
      for (const value of [...kBadValues, Buffer.from('plain'), Buffer.alloc(0)]) {
        const wire = await RawHttp2.connect(place.city.grpc);
        const headers = [[name, value]];
        void wire.send(callFrames(1, `${kService}/GetLayer`, { message: kMessage, headers }));
        await wire.readUntil('grpc-status', 2000); // any answer is accepted
        wire.close();
      }
    }
    await place.api.call('LayerService.ListLayers');
    assertAlive(place);
  });

  test(`${mode}, gRPC: headers over the limit, after ones of a wrong value`, async () => {
    const large = ['x-large', Buffer.alloc(12_000, 'a')];
    for (const headers of [[large], [['grpclb_client_stats', 'x'], large], [large, large]]) {
      for (const te of ['trailers', 'x']) {
        const wire = await RawHttp2.connect(place.city.grpc);
        void wire.send(callFrames(1, `${kService}/GetLayer`, { message: kMessage, headers, te }));
        await wire.readUntil('grpc-status', 2000);
        wire.close();
      }
    }
    await place.api.call('LayerService.ListLayers');
    assertAlive(place);
  });
}

here.judge();
split.judge();
