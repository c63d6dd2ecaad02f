// Writes the events of the live hub to CityState. The stream is the only source of each feed: the answer to a separate
// call could arrive after a newer event of the stream.

import { mergeAlerts } from './alert_list.js';
import type { CityState } from './city_state.js';
import { withLatest } from './live/history.js';
import type { HistoryEvent, LiveEventName, LiveEvents } from './live/live_protocol.js';
import type { Stage } from './connect/messages.js';

/** The source of the events, e.g. LiveClient. */
export interface CitySource {
  on<Name extends LiveEventName>(name: Name, take: (data: LiveEvents[Name]) => void): void;
}

export class CityFeeds {
  constructor(
    private readonly city: CityState,
    source: CitySource,
  ) {
    source.on('layer', ({ layer, snapshot, delta, heartbeat }) => {
      const dataTimeMs = Date.parse((snapshot ?? delta ?? heartbeat)?.dataTime ?? '');
      city.dataAge.note(layer, dataTimeMs, city.clock.now(), performance.now());
    });
    source.on('clock', ({ clock, serverTime }) => {
      city.clock.update(clock, Date.parse(serverTime ?? ''));
      city.changed('clock');
    });
    source.on('alerts', (message) => {
      city.alerts = mergeAlerts(city.alerts, message);
      city.alertsKnown = true;
      city.changed('alerts');
    });
    source.on('jams', ({ jams }) => {
      city.jams = jams ?? [];
      city.changed('jams');
    });
    source.on('stages', ({ stages }) => this.takeStages(stages ?? []));
    source.on('history', (history) => this.takeHistory(history));
    source.on('notices', ({ layers }) => {
      const all = Object.values(layers ?? {});
      city.notices = [...new Set(all.flatMap((layer) => layer.notices ?? []))];
      city.stale = all.some((layer) => layer.stale);
      city.changed('notices');
    });
  }

  private takeStages(stages: readonly Stage[]): void {
    this.city.stages = [...stages];
    for (const stage of stages) this.extend(stage);
    this.city.changed('stages');
  }

  private takeHistory(history: HistoryEvent): void {
    for (const [station, samples] of Object.entries(history))
      this.city.history.set(station, samples);
    for (const stage of this.city.stages) this.extend(stage);
    this.city.changed('history');
  }

  private extend(stage: Stage): void {
    const name = stage.station ?? '';
    const latest = { timeMs: Date.parse(stage.readTime ?? ''), value: stage.stageM ?? 0 };
    this.city.history.set(name, withLatest(this.city.history.get(name) ?? [], latest));
  }
}
