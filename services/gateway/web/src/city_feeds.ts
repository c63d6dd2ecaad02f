// Keeps CityState up to date: clock, stages, jams and notices by asking, alerts by their stream alone. Each
// feed has one source: an answer to a call could arrive after what the stream said later.

import type {
  GetClockResponse,
  ListJamsResponse,
  ListStagesResponse,
  QueryReadingsResponse,
  WatchAlertsResponse,
} from './connect/messages.js';
import { mergeAlerts } from './alert_list.js';
import { call, collect } from './connect/client.js';
import type { CityState } from './city_state.js';
import { EventStream } from './live/event_stream.js';
import { samplesOf, withLatest } from './live/history.js';
import { poll } from './poller.js';

/** Well within the five seconds for which a replay's clock runs on by itself. */
const kClockPeriodMs = 2000;
const kStagesPeriodMs = 5000;
const kHistoryPeriodMs = 10_000;
const kNoticesPeriodMs = 15_000;
const kHistoryWindow = '600s';
const kJamsMax = 30;

/** Extra keys of the gateway's TileJSON. */
interface LayerTileJson {
  notices?: string[];
  stale?: boolean;
  data_time?: string;
}

export class CityFeeds {
  private readonly layers: Record<string, LayerTileJson> = {};

  constructor(
    private readonly city: CityState,
    onReachable: (ok: boolean) => void,
  ) {
    poll(kClockPeriodMs, () => this.askClock(), onReachable);
    poll(kStagesPeriodMs, () => this.askStages());
    poll(kStagesPeriodMs, () => this.askJams());
    poll(kHistoryPeriodMs, () => this.askHistory());
    poll(kNoticesPeriodMs, () => this.askNotices());
    new EventStream({
      url: () => '/live/alerts',
      on: { alerts: (data) => this.takeAlerts(data as WatchAlertsResponse), heartbeat: () => {} },
    });
  }

  get stale(): boolean {
    return Object.values(this.layers).some((layer) => layer.stale);
  }

  private async askClock(): Promise<void> {
    const answer = await call<GetClockResponse>('citylayers.common.v1.ClockService/GetClock', {});
    this.city.clock.update(answer.response.clock, answer.serverTimeMs);
    this.city.changed('clock');
  }

  private async askStages(): Promise<void> {
    const { response } = await call<ListStagesResponse>(
      'citylayers.flood.v1.FloodService/ListStages',
      {},
    );
    const isFirst = this.city.stages.length === 0;
    this.city.stages = response.stages ?? [];
    for (const stage of this.city.stages) {
      const name = stage.station ?? '';
      const latest = { timeMs: Date.parse(stage.readTime ?? ''), value: stage.stageM ?? 0 };
      this.city.history.set(name, withLatest(this.city.history.get(name) ?? [], latest));
    }
    this.city.changed('stages');
    if (isFirst && this.city.stages.length > 0) await this.askHistory();
  }

  private async askHistory(): Promise<void> {
    for (const stage of this.city.stages) {
      const name = stage.station ?? '';
      const measure = `${name}/measures/water_level`;
      const answers = await collect<QueryReadingsResponse>(
        'citylayers.readings.v1.ReadingService/QueryReadings',
        { measures: [measure], window: kHistoryWindow, function: 'AGGREGATE_FUNCTION_MEAN' },
      );
      const samples = answers.flatMap((answer) => samplesOf(answer.readings, measure));
      const latest = { timeMs: Date.parse(stage.readTime ?? ''), value: stage.stageM ?? 0 };
      this.city.history.set(name, withLatest(samples, latest));
    }
    if (this.city.stages.length > 0) this.city.changed('history');
  }

  private async askJams(): Promise<void> {
    const { response } = await call<ListJamsResponse>(
      'citylayers.traffic.v1.TrafficService/ListJams',
      { pageSize: kJamsMax },
    );
    this.city.jams = response.jams ?? [];
    this.city.changed('jams');
  }

  private async askNotices(): Promise<void> {
    for (const id of ['base', 'traffic', 'flood']) {
      const reply = await fetch(`/tiles/${id}.json`);
      if (reply.ok) this.layers[id] = (await reply.json()) as LayerTileJson;
    }
    const notices = Object.values(this.layers).flatMap((layer) => layer.notices ?? []);
    this.city.notices = [...new Set(notices)];
    this.city.changed('notices');
  }

  private takeAlerts(message: WatchAlertsResponse): void {
    this.city.alerts = mergeAlerts(this.city.alerts, message);
    this.city.changed('alerts');
  }
}
