// Build plugin that writes the glyphs of the map's fonts as /fonts/{font}/{range}.pbf, from the same font files as the
// page's web fonts. For map clients that cannot draw text with those.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import opentype from 'opentype.js';
import type { Font, PathCommand } from 'opentype.js';
import type { Plugin } from 'vite';
import { encodeGlyphs, glyphSdf, kGlyphSize, type GlyphSdf, type Outline, type Point } from './glyph_sdf.js';

/** Fonts by the names that the styles use, with the endings of their files. */
export const kMapFonts = {
  'Be Vietnam Pro': '400-normal',
  'Be Vietnam Pro SemiBold': '600-normal',
  'Be Vietnam Pro Italic': '400-italic',
} as const;
/** The package splits each font by scripts; the first file that has a glyph provides it. */
const kSubsets = ['latin', 'vietnamese', 'latin-ext'];
const kRangeSize = 256;
/** Straight pieces per curve: the error is well below a tenth of a pixel. */
const kCurveSteps = 8;

/** Rings of straight pieces, y upward. */
export function flatten(commands: readonly PathCommand[]): Point[][] {
  const rings: Point[][] = [];
  let ring: Point[] = [];
  let at: Point = { x: 0, y: 0 };
  const to = (x: number, y: number): void => {
    at = { x, y };
    ring.push(at);
  };
  const curve = (points: readonly Point[]): void => {
    const from = at;
    for (let step = 1; step <= kCurveSteps; step++) {
      // De Casteljau: midpoints of midpoints, until one is left.
      let level: Point[] = [from, ...points];
      const t = step / kCurveSteps;
      while (level.length > 1) {
        level = level.slice(1).map((point, i) => ({
          x: level[i]!.x + t * (point.x - level[i]!.x),
          y: level[i]!.y + t * (point.y - level[i]!.y),
        }));
      }
      to(level[0]!.x, level[0]!.y);
    }
  };
  for (const command of commands) {
    if (command.type === 'M') {
      ring = [];
      rings.push(ring);
      to(command.x, -command.y);
    } else if (command.type === 'L') {
      to(command.x, -command.y);
    } else if (command.type === 'Q') {
      curve([
        { x: command.x1, y: -command.y1 },
        { x: command.x, y: -command.y },
      ]);
    } else if (command.type === 'C') {
      curve([
        { x: command.x1, y: -command.y1 },
        { x: command.x2, y: -command.y2 },
        { x: command.x, y: -command.y },
      ]);
    }
  }
  return rings.filter((points) => points.length > 2);
}

function loadFont(ending: string, subset: string): Font {
  const require = createRequire(import.meta.url);
  const file = require.resolve(
    `@fontsource/be-vietnam-pro/files/be-vietnam-pro-${subset}-${ending}.woff`,
  );
  const bytes = readFileSync(file);
  return opentype.parse(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer);
}

/** The outlines of a font by character code. */
export function outlinesOf(ending: string): Map<number, Outline> {
  const outlines = new Map<number, Outline>();
  for (const subset of kSubsets) {
    const font = loadFont(ending, subset);
    for (const [code, index] of Object.entries(font.tables.cmap.glyphIndexMap)) {
      if (outlines.has(Number(code)) || index === 0) continue;
      const glyph = font.glyphs.get(index);
      outlines.set(Number(code), {
        rings: flatten(glyph.getPath(0, 0, kGlyphSize).commands),
        advance: ((glyph.advanceWidth ?? 0) / font.unitsPerEm) * kGlyphSize,
      });
    }
  }
  return outlines;
}

/** The files of a font by range, "0-255" first. */
export function glyphRanges(font: string, ending: string): Map<string, Uint8Array> {
  const byRange = new Map<number, GlyphSdf[]>();
  const outlines = [...outlinesOf(ending)].sort(([a], [b]) => a - b);
  for (const [code, outline] of outlines) {
    if (code > 0xffff) continue; // clients request only the basic plane
    const first = code - (code % kRangeSize);
    const glyphs = byRange.get(first) ?? [];
    byRange.set(first, glyphs);
    glyphs.push(glyphSdf(code, outline));
  }
  return new Map(
    [...byRange].map(([first, glyphs]) => {
      const range = `${first}-${first + kRangeSize - 1}`;
      return [range, encodeGlyphs(font, range, glyphs)];
    }),
  );
}

export function mapGlyphs(): Plugin {
  return {
    name: 'map-glyphs',
    apply: 'build',
    generateBundle() {
      for (const [font, ending] of Object.entries(kMapFonts)) {
        for (const [range, source] of glyphRanges(font, ending)) {
          this.emitFile({ type: 'asset', fileName: `fonts/${font}/${range}.pbf`, source });
        }
      }
    },
  };
}
