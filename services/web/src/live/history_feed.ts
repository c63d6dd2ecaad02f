// The stored water levels of the gauges. They have no stream: the hub polls them for all its pages; newer readings are
// in the stages of the stream.

import { collect } from '../connect/client.js';
import type { QueryReadingsResponse, Stage } from '../connect/messages.js';
import { samplesOf } from './history.js';
import type { HistoryEvent } from './live_protocol.js';

const kPeriodMs = 60_000;
const kRetryMs = 2000;
/** Time without an answer after which the history counts as lost. */
const kLostAfterMs = 8000;
const kWindow = '600s';

export class HistoryFeed {
  private stations: string[] = [];
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** Incremented by each request: an answer to an earlier request is ignored. */
  private turn = 0;
  /** Time of the oldest unanswered request; 0: there is none. */
  private wantedSinceMs = 0;

  constructor(private readonly tell: (history: HistoryEvent) => void) {}

  /** Contains "history" while it is unavailable. */
  get lost(): string[] {
    const late = this.wantedSinceMs > 0 && Date.now() - this.wantedSinceMs > kLostAfterMs;
    return late ? ['history'] : [];
  }

  /** Polls for these gauges. */
  follow(stages: readonly Stage[]): void {
    const stations = stages.map((stage) => stage.station ?? '').filter(Boolean);
    const asking = this.timer !== undefined;
    if (asking && stations.join() === this.stations.join()) return;
    this.stop();
    this.stations = stations;
    if (stations.length > 0) this.askIn(0);
  }

  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.turn++;
    this.wantedSinceMs = 0;
  }

  private askIn(waitMs: number): void {
    this.timer = setTimeout(() => void this.ask(++this.turn), waitMs);
  }

  private async ask(turn: number): Promise<void> {
    this.wantedSinceMs ||= Date.now();
    const measures = this.stations.map((station) => `${station}/measures/water_level`);
    try {
      const answers = await collect<QueryReadingsResponse>(
        'citylayers.readings.v1.ReadingService/QueryReadings',
        { measures, window: kWindow, function: 'AGGREGATE_FUNCTION_MEAN' },
      );
      if (turn !== this.turn) return;
      this.wantedSinceMs = 0;
      this.tell(
        Object.fromEntries(
          this.stations.map((station, i) => [
            station,
            answers.flatMap((answer) => samplesOf(answer.readings, measures[i]!)),
          ]),
        ),
      );
      this.askIn(kPeriodMs);
    } catch {
      if (turn === this.turn) this.askIn(kRetryMs);
    }
  }
}
