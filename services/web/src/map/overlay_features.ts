// Features of the map's overlays: gauges, jam tails and alerts.

import type { CityState } from '../city_state.js';
import type { Point } from '../connect/messages.js';
import type { Words } from '../i18n/index.js';
import { rankOf, severityOf } from '../ui/alert_words.js';
import { kArrows, stageWords, trendOf } from '../ui/stage_words.js';
import type { OverlaySource } from './overlays.js';

function point(place: Point, properties: Record<string, unknown>): GeoJSON.Feature {
  const coordinates = [place.lonDeg ?? 0, place.latDeg ?? 0];
  return { type: 'Feature', geometry: { type: 'Point', coordinates }, properties };
}

export function overlayFeatures(
  city: CityState,
  words: Words,
  selectedAlert: string,
): Record<Exclude<OverlaySource, 'picked'>, GeoJSON.Feature[]> {
  return {
    gauges: city.stages
      .filter((stage) => stage.location)
      .map((stage) =>
        point(stage.location!, {
          station: stage.station,
          level: stage.alertLevel ?? 0,
          old: stage.stale ?? false,
          label: `${words.localized(stage.displayName)} ${stageWords(stage, words.language)} ${stage.readTime ? kArrows[trendOf(stage.trendMPerH)] : ''}`,
        }),
      ),
    jams: city.jams.filter((jam) => jam.tail).map((jam) => point(jam.tail!, { name: jam.name })),
    alerts: city.alerts
      .filter((alert) => alert.location)
      .map((alert) =>
        point(alert.location!, {
          name: alert.name,
          severity: severityOf(alert),
          rank: rankOf(alert),
          // From afar the red line suffices: the sign of a jam is shown at high zooms.
          near: alert.kind === 'ALERT_KIND_JAM' || rankOf(alert) === 0,
          selected: alert.name === selectedAlert,
        }),
      ),
  };
}
