// Drives a city like a replay: its clock, and readings at the clock's time, over gRPC.

const kDriver = 'integration-test';
// The minimum: city time hardly moves between two steps.
const kSpeed = 0.01;
const kBatchRows = 10_000; // half of readings.batch_rows_max

export class Driver {
  /** @param startTime the city time to begin at, "2022-10-10T09:00:00Z" */
  constructor(api, startTime) {
    this.api = api;
    this.timeMs = Date.parse(startTime);
  }

  /** Advances the city clock, and takes control of it. */
  async step(minutes = 0) {
    this.timeMs += minutes * 60_000;
    const { clock } = await this.api.call('ClockService.SetClock', {
      mode: 'CLOCK_MODE_REPLAY',
      city_time: { seconds: Math.floor(this.timeMs / 1000) },
      speed: kSpeed,
      scenario: kDriver,
      driver_id: kDriver,
      hold_after: { seconds: 60 },
    });
    return clock;
  }

  /** Writes { measure: value } with the driver's time. Throws when a reading is refused. */
  async write(values, options = {}) {
    const response = await this.api.call('ReadingService.WriteReadings', {
      readings: columns(values, this.timeMs, options.quality),
    });
    if (response.rejected_count > 0) {
      throw new Error(`readings refused: ${JSON.stringify(response.rejections.slice(0, 3))}`);
    }
    return response;
  }

  /** Writes a speed for each of these segments, in batches of accepted size. */
  async writeSpeeds(segments, speedOf) {
    const values = segments.map((s) => [`${s.name}/measures/speed`, speedOf(s)]);
    for (let i = 0; i < values.length; i += kBatchRows) {
      await this.write(Object.fromEntries(values.slice(i, i + kBatchRows)));
    }
  }
}

/** ReadingColumns of { measure: value }, all with the same time. */
export function columns(values, timeMs, quality) {
  const measures = Object.keys(values);
  return {
    measures,
    measure_indexes: measures.map((_, i) => i),
    time_deltas_ms: measures.map((_, i) => (i === 0 ? timeMs : 0)),
    values: Object.values(values),
    qualities: quality ? measures.map(() => quality) : [],
  };
}

/** A stage at every gauge of the embedded city. */
export function stages(stage_m, more = {}) {
  const ids = ['phu-an', 'nha-be', 'thu-duc', 'binh-trieu'];
  const all = ids.map((id) => [`stations/${id}/measures/water_level`, more[id] ?? stage_m]);
  return Object.fromEntries(all);
}
