import { describe, expect, it } from 'vitest';
import { encodeGlyphs, glyphSdf, kBuffer, signedDistance, type Point } from './glyph_sdf.js';
import { flatten, glyphRanges, kMapFonts, outlinesOf } from './map_glyphs.js';

const square = (size: number, at = 0): Point[] => [
  { x: at, y: at },
  { x: at + size, y: at },
  { x: at + size, y: at + size },
  { x: at, y: at + size },
];

/** Fields of a protobuf message as [number, value]; values are numbers or bytes. */
function fields(bytes: Uint8Array): [number, number | Uint8Array][] {
  const found: [number, number | Uint8Array][] = [];
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++]!;
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const key = varint();
    const value = varint();
    if ((key & 7) === 0) found.push([key >> 3, value]);
    else found.push([key >> 3, bytes.subarray(at, (at += value))]);
  }
  return found;
}

describe('signedDistance', () => {
  it('is negative inside and positive outside', () => {
    expect(signedDistance([square(10)], 5, 5)).toBe(-5);
    expect(signedDistance([square(10)], 5, 12)).toBe(2);
    expect(signedDistance([square(10)], 13, 14)).toBe(5);
  });

  it('knows a hole by its direction, and an overlap by none', () => {
    const hole = square(4, 3).reverse();
    expect(signedDistance([square(10), hole], 5, 5)).toBe(2);
    expect(signedDistance([square(10), square(4, 3)], 5, 5)).toBeLessThan(0);
  });
});

describe('glyphSdf', () => {
  it('has the edge at three quarters, rows from above', () => {
    const glyph = glyphSdf(65, { rings: [[{ x: 1, y: 0 }, { x: 11, y: 0 }, { x: 11, y: 14 }, { x: 1, y: 14 }]], advance: 12.4 });
    expect([glyph.width, glyph.height, glyph.left, glyph.top, glyph.advance]).toEqual([10, 14, 1, -12, 12]);
    const columns = glyph.width + 2 * kBuffer;
    expect(glyph.bitmap).toHaveLength(columns * (glyph.height + 2 * kBuffer));
    const at = (column: number, row: number): number => glyph.bitmap![row * columns + column]!;
    // Half a pixel on both sides of the left edge: 191 ∓ 16.
    expect(at(kBuffer, 10)).toBe(207);
    expect(at(kBuffer - 1, 10)).toBe(175);
    expect(at(8, 0)).toBeLessThan(at(8, kBuffer));
  });

  it('of a blank has an advance and nothing to draw', () => {
    const glyph = glyphSdf(32, { rings: [], advance: 6 });
    expect(glyph).toEqual({ id: 32, width: 0, height: 0, left: 0, top: 0, advance: 6 });
  });
});

describe('encodeGlyphs', () => {
  it('is a message of one stack', () => {
    const glyph = { id: 7841, bitmap: Uint8Array.of(1, 2), width: 1, height: 2, left: -3, top: -20, advance: 13 };
    const [[, stack]] = fields(encodeGlyphs('Font', '7680-7935', [glyph])) as [[number, Uint8Array]];
    const [name, range, letter] = fields(stack).map(([, value]) => value as Uint8Array);
    expect(new TextDecoder().decode(name)).toBe('Font');
    expect(new TextDecoder().decode(range)).toBe('7680-7935');
    expect(fields(letter!)).toEqual([
      [1, 7841], [2, Uint8Array.of(1, 2)], [3, 1], [4, 2], [5, 5], [6, 39], [7, 13],
    ]);
  });
});

describe('flatten', () => {
  it('draws curves through their middle', () => {
    const [ring] = flatten([
      { type: 'M', x: 0, y: 0 },
      { type: 'Q', x1: 5, y1: -10, x: 10, y: 0 },
      { type: 'Z' },
    ]);
    expect(ring).toContainEqual({ x: 5, y: 5 });
  });
});

describe('the fonts of the map', () => {
  it('have every letter of Vietnamese, in each style', () => {
    const letters = 'aăâeêioôơuưyđ'.split('').flatMap((letter) =>
      ['', '\u0300', '\u0301', '\u0303', '\u0309', '\u0323'].map((tone) => (letter + tone).normalize('NFC')),
    );
    const text = [...letters, ...letters.map((letter) => letter.toUpperCase()), ...'0123456789 -–,.()/&'];
    for (const ending of Object.values(kMapFonts)) {
      const outlines = outlinesOf(ending);
      const missing = text.filter((letter) => letter.length === 1 && !outlines.has(letter.codePointAt(0)!));
      expect(missing, ending).toEqual([]);
    }
  }, 60_000);

  it('come in ranges of 256', () => {
    const ranges = glyphRanges('Be Vietnam Pro', kMapFonts['Be Vietnam Pro']);
    for (const range of ['0-255', '256-511', '7680-7935', '8192-8447']) expect(ranges.has(range), range).toBe(true);
    for (const bytes of ranges.values()) expect(bytes.length).toBeLessThan(300_000);
  }, 60_000);
});
