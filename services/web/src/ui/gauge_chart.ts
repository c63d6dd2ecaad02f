// The chart of one gauge over the last 24 hours, with lines at báo động I, II and III.

import { cityHour, clockTime, number, type Language } from '../format.js';
import { hourMarks, place, runs, spread, valueScale, type Sample } from './chart_scale.js';
import { svg } from './dom.js';

const kHeight = 132;
const kLeft = 8;
const kRight = 64;
const kTop = 8;
const kBottom = 24;
/** Half the width of "18:00", so that the first hour is not cut off. */
const kTickHalfWidth = 20;
/** Distance between level names, so that they do not overlap. */
const kNameHeight = 16;
const kSpanMs = 24 * 3_600_000;
/** Readings come every ten minutes: an hour without one is a gap. */
const kGapMs = 3_600_000;
const kRoman = ['I', 'II', 'III'];

export function gaugeChart(
  samples: readonly Sample[],
  levels: readonly number[],
  nowMs: number,
  label: string,
  language: Language,
  width: number,
): SVGSVGElement {
  const shown = samples.filter((s) => s.timeMs > nowMs - kSpanMs && s.timeMs <= nowMs);
  const time = { min: nowMs - kSpanMs, max: nowMs };
  const scale = valueScale(shown, levels);
  const x = (timeMs: number): number => place(timeMs, time, kLeft, width - kRight);
  const y = (value: number): number => place(value, scale, kHeight - kBottom, kTop);
  const chart = svg('svg', {
    class: 'chart',
    viewBox: `0 0 ${width} ${kHeight}`,
    role: 'img',
    'aria-label': label,
    'data-testid': 'gauge-chart',
  });
  for (const mark of hourMarks(time.min, time.max, 6)) {
    const midnight = cityHour(mark) < 0.01;
    chart.append(
      svg('line', {
        class: midnight ? 'grid midnight' : 'grid',
        x1: x(mark),
        x2: x(mark),
        y1: kTop,
        y2: kHeight - kBottom,
      }),
      svg(
        'text',
        {
          class: 'tick',
          x: Math.max(x(mark), kTickHalfWidth),
          y: kHeight - 6,
          'text-anchor': 'middle',
        },
        clockTime(mark),
      ),
    );
  }
  const names = spread(levels.map(y), kNameHeight, kTop);
  levels.forEach((level, i) => {
    chart.append(
      svg('line', {
        class: `level level-${i + 1}`,
        x1: kLeft,
        x2: width - kRight,
        y1: y(level),
        y2: y(level),
      }),
      svg(
        'text',
        { class: `level-name level-${i + 1}`, x: width - kRight + 8, y: names[i]! + 4.5 },
        `${kRoman[i] ?? ''} ${number(level, 2, language)}`,
      ),
    );
  });
  for (const run of runs(shown, kGapMs)) {
    const points = run.map((s) => `${x(s.timeMs).toFixed(1)} ${y(s.value).toFixed(1)}`);
    const first = run[0]!;
    const last = run.at(-1)!;
    const floor = kHeight - kBottom;
    chart.append(
      svg('path', {
        class: 'area',
        d: `M${x(first.timeMs)} ${floor}L${points.join('L')}L${x(last.timeMs)} ${floor}Z`,
      }),
      svg('path', { class: 'line', d: `M${points.join('L')}` }),
    );
  }
  const last = shown.at(-1);
  if (last) {
    chart.append(svg('circle', { class: 'now', cx: x(last.timeMs), cy: y(last.value), r: 4.5 }));
  }
  return chart;
}
