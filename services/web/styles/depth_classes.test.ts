// Compares the page's classes of water depth and of roads with those of the server.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import en from '../src/i18n/en.json';
import vi from '../src/i18n/vi.json';
import { kDepthClasses, depthClassOf, parseDepthClass } from './depth_classes.js';
import { kRoadClasses } from './widths.js';

const kRoot = join(__dirname, '../../..');

interface Row {
  number: number;
  id: string;
  fromCm: number;
  vi: string;
  en: string;
}

/** The wet rows of kDepthClasses in depth_class.h, with the numbers of its enum. */
function serverClasses(): Row[] {
  const text = readFileSync(join(kRoot, 'geo/flood/depth_class.h'), 'utf8');
  const body = /enum class DepthClass[^{]*\{([^}]*)\}/.exec(text)![1]!;
  const numbers = new Map(
    [...body.matchAll(/(k\w+) = (\d+)/g)].map(([, name, number]) => [name, Number(number)]),
  );
  return [...text.matchAll(/\{DepthClass::(k\w+), (\d+), "(\w+)", "([^"]+)", "([^"]+)"\}/g)]
    .map(([, name, fromCm, id, viName, enName]) => ({
      number: numbers.get(name)!,
      id: id!,
      fromCm: Number(fromCm),
      vi: viName!,
      en: enName!,
    }))
    .filter(({ fromCm }) => fromCm > 0);
}

describe('classes of water depth', () => {
  const server = serverClasses();

  it('have the numbers, ids and depths of the server', () => {
    expect(server).toHaveLength(4);
    expect(kDepthClasses).toEqual(server.map(({ number, id, fromCm }) => ({ number, id, fromCm })));
  });

  it('have the names of the server in both languages', () => {
    for (const row of server) {
      expect(vi[`flood.${row.id}` as keyof typeof vi]).toBe(row.vi);
      expect(en[`flood.${row.id}` as keyof typeof en]).toBe(row.en);
    }
  });

  it('have the numbers of the protos', () => {
    const text = readFileSync(join(kRoot, 'proto/citylayers/flood/v1/flood_service.proto'), 'utf8');
    const names = [...text.matchAll(/^\s+(FLOOD_CLASS_\w+) = (\d+);/gm)];
    expect(names).toHaveLength(6);
    for (const [, name, number] of names) {
      expect(parseDepthClass(name)).toBe(depthClassOf(Number(number)));
    }
  });

  it('do not contain the dry and the unknown', () => {
    for (const number of [undefined, 0, 1, 6]) expect(depthClassOf(number)).toBeUndefined();
    for (const name of [undefined, 'FLOOD_CLASS_DRY', 'FLOOD_CLASS_UNSPECIFIED']) {
      expect(parseDepthClass(name)).toBeUndefined();
    }
  });
});

it('classes of roads are words of the server', () => {
  const text = readFileSync(join(kRoot, 'geo/roads/road_class.h'), 'utf8');
  const words = /kRoadClassWords = \{([^}]*)\}/.exec(text)![1]!.match(/\w+/g)!;
  expect(words).toHaveLength(7);
  expect([...kRoadClasses, 'service']).toEqual(words);
});
