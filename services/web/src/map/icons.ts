// Small images drawn by code: alert shapes, gauge marks, the chevrons that move along a queue, the hatch of uncertain
// water. Severity is shown by shape as well as by colour.

import type { Map as MapLibreMap } from 'maplibre-gl';
import type { Palette } from '../../styles/palette.js';

export type SeverityName = 'minor' | 'moderate' | 'severe' | 'extreme';
export const kSeverities: readonly SeverityName[] = ['minor', 'moderate', 'severe', 'extreme'];

const kPixelRatio = 2;

/** Corners of each severity's shape in a unit square, y down; the circle has none. */
export const kShapes: Record<SeverityName, readonly (readonly [number, number])[]> = {
  minor: [],
  moderate: [
    [0.5, 0.02],
    [0.98, 0.5],
    [0.5, 0.98],
    [0.02, 0.5],
  ],
  severe: [
    [0.5, 0.06],
    [0.98, 0.92],
    [0.02, 0.92],
  ],
  extreme: [
    [0.27, 0.08],
    [0.73, 0.08],
    [0.98, 0.5],
    [0.73, 0.92],
    [0.27, 0.92],
    [0.02, 0.5],
  ],
};

/** The shape of a severity as SVG markup for lists. */
export function severityIcon(severity: SeverityName): SVGSVGElement {
  const ns = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(ns, 'svg');
  svg.setAttribute('viewBox', '0 0 1 1');
  svg.setAttribute('class', `severity-icon severity-${severity}`);
  svg.setAttribute('aria-hidden', 'true');
  const corners = kShapes[severity];
  const shape = document.createElementNS(ns, corners.length ? 'polygon' : 'circle');
  if (corners.length)
    shape.setAttribute('points', corners.map((corner) => corner.join()).join(' '));
  else
    for (const [name, value] of [
      ['cx', 0.5],
      ['cy', 0.5],
      ['r', 0.42],
    ] as const) {
      shape.setAttribute(name, String(value));
    }
  svg.append(shape);
  return svg;
}

function canvas(width: number, height: number): CanvasRenderingContext2D {
  const element = document.createElement('canvas');
  element.width = width * kPixelRatio;
  element.height = height * kPixelRatio;
  const context = element.getContext('2d', { willReadFrequently: true })!;
  context.scale(kPixelRatio, kPixelRatio);
  return context;
}

function image(context: CanvasRenderingContext2D): ImageData {
  return context.getImageData(0, 0, context.canvas.width, context.canvas.height);
}

function alertImage(severity: SeverityName, color: string, halo: string): ImageData {
  const size = 26;
  const inset = 4;
  const context = canvas(size, size);
  const path = new Path2D();
  const side = size - 2 * inset;
  const corners = kShapes[severity];
  if (corners.length === 0) path.arc(size / 2, size / 2, side * 0.42, 0, 2 * Math.PI);
  corners.forEach(([x, y], i) => path[i ? 'lineTo' : 'moveTo'](inset + x * side, inset + y * side));
  path.closePath();
  context.lineJoin = 'round';
  context.lineWidth = 5;
  context.strokeStyle = halo;
  context.stroke(path);
  context.fillStyle = color;
  context.fill(path);
  return image(context);
}

function gaugeImage(color: string, halo: string): ImageData {
  const context = canvas(20, 20);
  context.fillStyle = halo;
  context.beginPath();
  context.arc(10, 10, 9, 0, 2 * Math.PI);
  context.fill();
  context.strokeStyle = color;
  context.lineWidth = 1.8;
  context.lineCap = 'round';
  for (const y of [6.5, 10, 13.5]) {
    context.beginPath();
    context.moveTo(4.8, y);
    context.bezierCurveTo(7, y - 2.6, 8.6, y - 2.2, 10, y);
    context.bezierCurveTo(11.4, y + 2.2, 13, y + 2.6, 15.2, y);
    context.stroke();
  }
  return image(context);
}

/** Diagonal hairlines for water whose ground is not surveyed. */
function hatchImage(color: string): ImageData {
  const size = 10;
  const context = canvas(size, size);
  context.strokeStyle = color;
  context.lineWidth = 0.9;
  for (const shift of [-size, 0, size]) {
    context.beginPath();
    context.moveTo(shift, size);
    context.lineTo(shift + size, 0);
    context.stroke();
  }
  return image(context);
}

export const kChevronLength = 24;
const kChevronHeight = 8;

/** Chevrons pointing along the line, shifted by `phase` (0 to 1) of their distance. */
export function chevronImage(phase: number, color: string): ImageData {
  const context = canvas(kChevronLength, kChevronHeight);
  context.strokeStyle = color;
  context.lineWidth = 1.6;
  context.lineCap = 'butt';
  for (const turn of [-1, 0, 1]) {
    const x = (phase + turn) * kChevronLength + kChevronLength / 2;
    context.beginPath();
    context.moveTo(x - 2.2, 1.2);
    context.lineTo(x + 1.6, kChevronHeight / 2);
    context.lineTo(x - 2.2, kChevronHeight - 1.2);
    context.stroke();
  }
  return image(context);
}

const kCrossLength = 28;
const kCrossHeight = 10;

/** A ✕ in the middle of its section of the line. */
function crossImage(color: string, halo: string): ImageData {
  const context = canvas(kCrossLength, kCrossHeight);
  const [x, y, arm] = [kCrossLength / 2, kCrossHeight / 2, kCrossHeight / 2 - 1.4];
  context.lineCap = 'round';
  for (const [width, stroke] of [
    [3.2, halo],
    [1.6, color],
  ] as const) {
    context.lineWidth = width;
    context.strokeStyle = stroke;
    context.beginPath();
    context.moveTo(x - arm, y - arm);
    context.lineTo(x + arm, y + arm);
    context.moveTo(x + arm, y - arm);
    context.lineTo(x - arm, y + arm);
    context.stroke();
  }
  return image(context);
}

export const kClosedImage = 'closed-cross';

export const kFlowImages = ['flow-queuing', 'flow-stationary'] as const;

/** Adds all images to the map, or replaces them after a change of theme. */
export function putImages(map: MapLibreMap, palette: Palette): void {
  const put = (id: string, data: ImageData): void => {
    if (map.hasImage(id)) map.updateImage(id, data);
    else map.addImage(id, data, { pixelRatio: kPixelRatio });
  };
  kSeverities.forEach((severity, i) =>
    put(`alert-${severity}`, alertImage(severity, palette.severity[i]!, palette.labelHalo)),
  );
  put('gauge', gaugeImage(palette.flood[1], palette.labelHalo));
  put('hatch', hatchImage(palette.flood[0]));
  put(kClosedImage, crossImage(palette.closedDash, palette.closed));
  for (const id of kFlowImages) put(id, chevronImage(0, 'rgba(255,255,255,0.85)'));
}
