// Signed distance fields of glyphs, and their protobuf encoding by ranges of 256 characters (MapLibre and Mapbox style
// specification, "glyphs").

export interface Point {
  x: number;
  y: number;
}

/** A glyph at kGlyphSize pixels per em; y grows upward from the baseline. */
export interface Outline {
  /** Closed rings, flattened. */
  rings: Point[][];
  advance: number;
}

export interface GlyphSdf {
  id: number;
  /** (width + 2 · kBuffer) · (height + 2 · kBuffer) bytes, rows from the top; absent for a blank. */
  bitmap?: Uint8Array;
  width: number;
  height: number;
  left: number;
  top: number;
  advance: number;
}

/** The format that clients expect: glyphs of 24 px with 3 px around, distances up to 8 px, the edge at 3/4. */
export const kGlyphSize = 24;
export const kBuffer = 3;
const kRadius = 8;
const kCutoff = 0.25;
/** Clients centre text as if the ascender of its font were this many pixels. */
const kAscender = 26;

/** Distance of a point to a segment, squared. */
function squaredDistance(px: number, py: number, a: Point, b: Point): number {
  const dx = b.x - a.x;
  const dy = b.y - a.y;
  const length = dx * dx + dy * dy;
  const t = length > 0 ? ((px - a.x) * dx + (py - a.y) * dy) / length : 0;
  const at = Math.min(1, Math.max(0, t));
  return (px - a.x - at * dx) ** 2 + (py - a.y - at * dy) ** 2;
}

/** Positive outside, negative inside (by the non-zero rule). */
export function signedDistance(rings: readonly Point[][], px: number, py: number): number {
  let nearest = Infinity;
  let winding = 0;
  for (const ring of rings) {
    for (let i = 0; i < ring.length; i++) {
      const a = ring[i]!;
      const b = ring[(i + 1) % ring.length]!;
      nearest = Math.min(nearest, squaredDistance(px, py, a, b));
      if (a.y <= py === b.y <= py) continue;
      const x = a.x + ((py - a.y) / (b.y - a.y)) * (b.x - a.x);
      if (x > px) winding += b.y > a.y ? 1 : -1;
    }
  }
  return winding === 0 ? Math.sqrt(nearest) : -Math.sqrt(nearest);
}

export function glyphSdf(id: number, { rings, advance }: Outline): GlyphSdf {
  const points = rings.flat();
  const blank = { id, width: 0, height: 0, left: 0, top: 0, advance: Math.round(advance) };
  if (points.length === 0) return blank;
  const left = Math.floor(Math.min(...points.map(({ x }) => x)));
  const right = Math.ceil(Math.max(...points.map(({ x }) => x)));
  const bottom = Math.floor(Math.min(...points.map(({ y }) => y)));
  const top = Math.ceil(Math.max(...points.map(({ y }) => y)));
  const width = right - left;
  const height = top - bottom;
  const columns = width + 2 * kBuffer;
  const bitmap = new Uint8Array(columns * (height + 2 * kBuffer));
  for (let i = 0; i < bitmap.length; i++) {
    const x = left - kBuffer + (i % columns) + 0.5;
    const y = top + kBuffer - Math.floor(i / columns) - 0.5;
    const value = 255 - 255 * (signedDistance(rings, x, y) / kRadius + kCutoff);
    bitmap[i] = Math.max(0, Math.min(255, Math.round(value)));
  }
  return { ...blank, bitmap, width, height, left, top: top - kAscender };
}

/** Writes protobuf fields. */
class Writer {
  private readonly bytes: number[] = [];

  varint(value: number): this {
    let rest = value >>> 0;
    for (; rest > 127; rest >>>= 7) this.bytes.push((rest & 127) | 128);
    this.bytes.push(rest);
    return this;
  }
  uint(field: number, value: number): this {
    return this.varint(field << 3).varint(value);
  }
  sint(field: number, value: number): this {
    return this.uint(field, (value << 1) ^ (value >> 31));
  }
  block(field: number, content: Uint8Array): this {
    this.varint((field << 3) | 2).varint(content.length);
    for (const byte of content) this.bytes.push(byte);
    return this;
  }
  text(field: number, content: string): this {
    return this.block(field, new TextEncoder().encode(content));
  }
  done(): Uint8Array {
    return Uint8Array.from(this.bytes);
  }
}

/** The file of one range, such as "0-255". */
export function encodeGlyphs(font: string, range: string, glyphs: readonly GlyphSdf[]): Uint8Array {
  const stack = new Writer().text(1, font).text(2, range);
  for (const glyph of glyphs) {
    const writer = new Writer().uint(1, glyph.id);
    if (glyph.bitmap) writer.block(2, glyph.bitmap);
    writer.uint(3, glyph.width).uint(4, glyph.height);
    writer.sint(5, glyph.left).sint(6, glyph.top).uint(7, glyph.advance);
    stack.block(3, writer.done());
  }
  return new Writer().block(1, stack.done()).done();
}
