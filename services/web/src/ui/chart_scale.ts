// The arithmetic of the gauge chart, separate from its drawing.

export interface Sample {
  timeMs: number;
  value: number;
}

export interface Scale {
  min: number;
  max: number;
}

/** A scale that includes all samples and the given lines, with a small margin. */
export function valueScale(samples: readonly Sample[], lines: readonly number[]): Scale {
  const values = [...samples.map((sample) => sample.value), ...lines].filter(Number.isFinite);
  if (values.length === 0) return { min: 0, max: 1 };
  const low = Math.min(...values);
  const high = Math.max(...values);
  const air = Math.max(0.05, (high - low) * 0.08);
  return { min: low - air, max: high + air };
}

/** Position of a value between `from` (at scale.min) and `to` (at scale.max). */
export function place(value: number, scale: Scale, from: number, to: number): number {
  const span = scale.max - scale.min;
  if (!(span > 0)) return (from + to) / 2;
  return from + ((value - scale.min) / span) * (to - from);
}

/** Full multiples of `stepMs` in the city's day within the span: the positions of the hour marks. */
export function hourMarks(startMs: number, endMs: number, stepHours: number): number[] {
  const step = stepHours * 3_600_000;
  const offset = 7 * 3_600_000; // UTC+7
  const marks: number[] = [];
  for (let t = Math.ceil((startMs + offset) / step) * step - offset; t <= endMs; t += step)
    marks.push(t);
  return marks;
}

/** Samples split into runs: a gap longer than `gapMs` interrupts the line. */
export function runs(samples: readonly Sample[], gapMs: number): Sample[][] {
  const out: Sample[][] = [];
  for (const sample of samples) {
    const run = out.at(-1);
    const last = run?.at(-1);
    if (run && last && sample.timeMs - last.timeMs <= gapMs) run.push(sample);
    else out.push([sample]);
  }
  return out;
}

/**
 * Moves marks apart to at least `gap`, as little as needed and in their order (ascending or descending). None is less
 * than `least`.
 */
export function spread(marks: readonly number[], gap: number, least = -Infinity): number[] {
  const order = marks.map((mark, index) => ({ mark, index })).sort((a, b) => a.mark - b.mark);
  const placed: number[] = [];
  order.forEach(({ mark }, i) =>
    placed.push(i === 0 ? mark : Math.max(mark, placed[i - 1]! + gap)),
  );
  // Centre the moved run at its original position.
  const shift =
    order.reduce((sum, { mark }, i) => sum + mark - placed[i]!, 0) / (order.length || 1);
  const down = Math.max(0, least - ((placed[0] ?? 0) + shift));
  const out: number[] = [];
  order.forEach(({ index }, i) => (out[index] = placed[i]! + shift + down));
  return out;
}
