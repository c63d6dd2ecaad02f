// Stored readings of a gauge, from the columns that the API returns.

import type { ReadingColumns } from '../connect/messages.js';
import type { Sample } from '../ui/chart_scale.js';

/** Rows of one measure in time order, without rows of other measures and values that are not numbers. */
export function samplesOf(columns: ReadingColumns | undefined, measure: string): Sample[] {
  const samples: Sample[] = [];
  const wanted = (columns?.measures ?? []).indexOf(measure);
  let timeMs = 0;
  (columns?.timeDeltasMs ?? []).forEach((delta, row) => {
    timeMs += Number(delta);
    const value = Number(columns?.values?.[row] ?? 0);
    if ((columns?.measureIndexes?.[row] ?? 0) === wanted && Number.isFinite(value)) {
      samples.push({ timeMs, value });
    }
  });
  return samples;
}

/** Adds the newest reading. Samples later than it are removed: city time was set back. */
export function withLatest(samples: readonly Sample[], latest: Sample | undefined): Sample[] {
  if (!latest || Number.isNaN(latest.timeMs)) return [...samples];
  const before = samples.filter((sample) => sample.timeMs <= latest.timeMs);
  return before.at(-1)?.timeMs === latest.timeMs ? before : [...before, latest];
}
