// Every error of every method has a reason over every protocol, and its text never replaces the code.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import grpc from '@grpc/grpc-js';
import { City } from '../support/daemon.mjs';
import { Api, Code, codec } from './support/api.mjs';

let city;
let api;
before(async () => {
  city = await City.start();
  api = new Api(city.grpc);
});
after(async () => {
  api?.close();
  await city?.stop();
});

const kHeadersBytesMax = 4096;
const kReason = /type\.googleapis\.com\/google\.rpc\.ErrorInfo[^A-Z]*([A-Z][A-Z_]+)/;

// Requests that are invalid for most methods. Fields that a method does not have are left out.
const kWrong = [
  {},
  { name: 'none' },
  { name: 'layers/none' },
  { name: 'alerts/999999999' },
  { name: 'alerts/x' },
  { name: 'segments/999999999' },
  { name: 'stations/none' },
  { name: 'measures/none' },
  { name: 'layers/base' },
  { name: 'layers/flood', zoom: 99 },
  { parent: 'none', series: 'none', filter: '((', page_token: 'none', page_size: -1 },
  { names: ['none'], name: 'x'.repeat(20_000) },
  { name: 'ệ'.repeat(8_000), filter: 'ệ'.repeat(8_000) },
];

const reasonOf = (error) => {
  const details = error.metadata?.get('grpc-status-details-bin')[0];
  return details && kReason.exec(details.toString('latin1'))?.[1];
};

function assertGoodError(what, error) {
  assert.ok(reasonOf(error), `${what}: ${error.code} ${error.details?.slice(0, 100)} has no reason`);
  const details = error.metadata.get('grpc-status-details-bin')[0];
  const bytes = encodeURI(error.details).length + (details.length * 4) / 3;
  assert.ok(bytes <= kHeadersBytesMax, `${what}: ${bytes} bytes`);
}

// The error of a call, or null. A stream that answers is cancelled.
function errorOf(client, { path, requestStream, responseStream, requestSerialize, responseDeserialize }, request) {
  return new Promise((resolve) => {
    const options = { deadline: Date.now() + 20_000 };
    const done = (error) => resolve(error ?? null);
    if (requestStream) {
      const call = client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize, options);
      call.on('error', done).on('data', () => (call.cancel(), done())).on('end', () => done());
      call.end(request);
    } else if (responseStream) {
      const call = client.makeServerStreamRequest(path, requestSerialize, responseDeserialize, request, options);
      call.on('error', done).on('data', () => (done(), call.cancel())).on('end', () => done());
    } else {
      client.makeUnaryRequest(path, requestSerialize, responseDeserialize, request, options, done);
    }
  });
}

test('every method', async () => {
  let errors = 0;
  for (const client of Object.values(api.clients)) {
    for (const method of Object.values(client.constructor.service)) {
      for (const request of kWrong) {
        const error = await errorOf(client, method, request);
        if (!error) continue;
        errors += 1;
        assert.notEqual(error.code, Code.UNKNOWN, `${method.path}: ${error.details}`);
        assertGoodError(`${method.path} ${JSON.stringify(request).slice(0, 80)}`, error);
      }
    }
  }
  assert.ok(errors > 50, `${errors} errors`);
});

test('methods that there are not', async () => {
  const client = new grpc.Client(city.grpc, grpc.credentials.createInsecure());
  const plain = { requestSerialize: (b) => b, responseDeserialize: (b) => b };
  for (const path of ['/citylayers.layers.v1.LayerService/None', '/none.v1.None/None', '/none']) {
    const error = await errorOf(client, { path, ...plain }, Buffer.alloc(0));
    assert.equal(error.code, Code.UNIMPLEMENTED, path);
    assertGoodError(path, error);
  }
  client.close();
});

test('long text in a request does not hide the code', async () => {
  for (const size of [1000, 4000, 8000, 20_000, 200_000]) {
    for (const name of [`layers/${'x'.repeat(size)}`, `layers/${'ệ'.repeat(size)}`]) {
      const error = await api.call('LayerService.GetLayer', { name }).catch((e) => e);
      assert.equal(error.code, Code.NOT_FOUND, `${size}`);
      assertGoodError('GetLayer', error);
      const connect = await fetch(`${city.url}/citylayers.layers.v1.LayerService/GetLayer`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ name }),
      });
      assert.equal(connect.status, 404);
      const { code, details } = await connect.json();
      assert.equal(code, 'not_found');
      assert.ok(details.some(({ type }) => type === 'google.rpc.ErrorInfo'));
      const { encode } = codec('layers.v1.LayerService', 'GetLayer');
      const message = encode({ name });
      const frame = Buffer.alloc(5);
      frame.writeUInt32BE(message.length, 1);
      const web = await fetch(`${city.url}/citylayers.layers.v1.LayerService/GetLayer`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/grpc-web' },
        body: Buffer.concat([frame, message]),
      });
      assert.match(await web.text(), /grpc-status: 5\r/);
    }
  }
});

test('very long deadlines are none', async () => {
  const { requestSerialize, responseDeserialize, path } = api.clients.LayerService.constructor.service.ListLayers;
  for (const years of [1, 100, 290, 585, 1000, 11_000]) {
    const options = { deadline: new Date(Date.now() + years * 365.25 * 86_400_000) };
    await new Promise((resolve, reject) => {
      api.clients.LayerService.makeUnaryRequest(
        path, requestSerialize, responseDeserialize, {}, options,
        (error) => (error ? reject(new Error(`${years} years`, { cause: error })) : resolve()),
      );
    });
  }
});
