// The stored readings of a gauge, from the columns that the API sends.

import type { ReadingColumns } from '../connect/messages.js';
import type { Sample } from '../ui/chart_scale.js';

/** Rows of one measure in time order. Rows of other measures and values that are no numbers are left out. */
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

/** Adds the newest reading when it is newer than the last stored one. */
export function withLatest(samples: readonly Sample[], latest: Sample | undefined): Sample[] {
  const last = samples.at(-1);
  if (!latest || Number.isNaN(latest.timeMs) || (last && latest.timeMs <= last.timeMs))
    return [...samples];
  return [...samples, latest];
}
