// Decodes vector tiles with other readers: @mapbox/vector-tile and GDAL.

import { VectorTile } from '@mapbox/vector-tile';
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Pbf from 'pbf';
import { temporaryFolder } from '../../support/daemon.mjs';

export const kBenThanh = '14/13047/7698';
export const kThaoDien = '14/13049/7697';

/** GET of a tile: { status, etag, bytes, headers }. */
export async function fetchTile(city, layer, tile, headers = {}) {
  const reply = await fetch(`${city.url}/tiles/${layer}/${tile}.mvt`, { headers });
  const bytes = Buffer.from(await reply.arrayBuffer());
  return { status: reply.status, etag: reply.headers.get('etag'), bytes, headers: reply.headers };
}

/** Decodes to { layer name: [features with id, properties, geometry type] }. */
export function decode(bytes) {
  const tile = new VectorTile(new Pbf(bytes));
  const layers = {};
  for (const [name, layer] of Object.entries(tile.layers)) {
    layers[name] = Array.from({ length: layer.length }, (_, i) => layer.feature(i));
  }
  return layers;
}

export const haveGdal = spawnSync('ogrinfo', ['--version']).status === 0;

/** Feature counts by layer name from GDAL's MVT driver. */
export function gdalCounts(bytes, tile) {
  const [z, x, y] = tile.split('/');
  const folder = join(temporaryFolder(), z, x);
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${y}.mvt`); // the driver reads the tile's coordinates from its path
  writeFileSync(file, bytes);
  const info = spawnSync('ogrinfo', ['-ro', '-al', '-so', file], { encoding: 'utf8' });
  if (info.status !== 0) throw new Error(`ogrinfo: ${info.stderr}${info.stdout}`);
  const counts = {};
  const pattern = /^Layer name: (.*)$[^]*?^Feature Count: (\d+)$/gm;
  for (const [, name, count] of info.stdout.matchAll(pattern)) counts[name] = Number(count);
  return counts;
}
