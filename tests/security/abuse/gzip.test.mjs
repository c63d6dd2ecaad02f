// Compressed requests: a megabyte that decompresses to a gigabyte.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deflateSync, gzipSync } from 'node:zlib';
import { codec } from '../../integration/support/api.mjs';
import { assertAlive, attackedCity, residentMib } from '../support/attacked_city.mjs';
import { callFrames, frame, kData, RawHttp2 } from '../support/raw_http2.mjs';

const here = attackedCity();
const split = attackedCity({ split: true });

const kUnpackedMib = 512;
const kSlackMib = 100;
const kPath = '/citylayers.readings.v1.ReadingService/WriteReadings';
const kUnimplemented = 'grpc-status\x0212'; // as HPACK writes it without Huffman

const bomb = (() => {
  const zeros = Buffer.alloc(kUnpackedMib << 20);
  return { gzip: gzipSync(zeros, { level: 1 }), deflate: deflateSync(zeros, { level: 1 }) };
})();

async function answerTo(address, path, message, headers, flag = 1) {
  const wire = await RawHttp2.connect(address);
  void wire.send(callFrames(1, path, { message, headers, flag }));
  const answer = await wire.readUntil('grpc-status');
  wire.close();
  return answer;
}

for (const [mode, place] of [['one process', here], ['split', split]]) {
  for (const encoding of ['gzip', 'deflate']) {
    test(`${mode}: a request of ${encoding} is refused, not unpacked`, async () => {
      const pids = [...place.city.processes.values()].map(({ child }) => child.pid);
      const before = pids.map(residentMib);
      const headers = [['grpc-encoding', encoding]];
      const small = codec('layers.v1.LayerService', 'GetLayer').encode({ name: 'layers/traffic' });
      const packed = encoding === 'gzip' ? gzipSync(small) : deflateSync(small);
      const answer = await answerTo(place.city.grpc, '/citylayers.layers.v1.LayerService/GetLayer', packed, headers);
      assert.ok(answer.includes(kUnimplemented), answer);
      // A frame holds at most 16 KB unless the server allows more: the request is sent in several frames.
      const wires = await Promise.all([1, 2, 3].map(() => RawHttp2.connect(place.city.grpc)));
      for (const wire of wires) {
        void wire.send(bombFrames(bomb[encoding], headers));
      }
      await Promise.all(wires.map((wire) => wire.readUntil('grpc-status', 10_000)));
      pids.forEach((pid, i) => {
        const grownMib = residentMib(pid) - before[i];
        assert.ok(grownMib < kSlackMib, `${grownMib.toFixed(0)} MiB more`);
      });
      wires.forEach((wire) => wire.close());
      assertAlive(place);
    });
  }

  test(`${mode}: answers may be asked for in gzip`, async () => {
    const message = codec('layers.v1.LayerService', 'GetLayer').encode({ name: 'layers/traffic' });
    const headers = [['grpc-accept-encoding', 'identity,gzip,deflate']];
    const path = '/citylayers.layers.v1.LayerService/GetLayer';
    const answer = await answerTo(place.city.grpc, path, message, headers, 0);
    assert.ok(answer.includes('grpc-status\x010'), answer);
  });
}

function bombFrames(packed, headers) {
  const prefix = Buffer.alloc(5);
  prefix[0] = 1;
  prefix.writeUInt32BE(packed.length, 1);
  const body = Buffer.concat([prefix, packed]);
  const frames = [callFrames(1, kPath, { headers })];
  const kFrameBytes = 16_384;
  for (let at = 0; at < body.length; at += kFrameBytes) {
    const last = at + kFrameBytes >= body.length;
    frames.push(frame(kData, last ? 1 : 0, 1, body.subarray(at, at + kFrameBytes)));
  }
  return Buffer.concat(frames);
}

here.judge();
split.judge();
