import { expect, it } from 'vitest';
import { CityState } from '../city_state.js';
import { Words } from '../i18n/index.js';
import { overlayFeatures } from './overlay_features.js';

const location = { lonDeg: 106.7, latDeg: 10.78 };

it('gauges carry the level they have reached, and whether their reading is old', () => {
  const city = new CityState();
  city.stages = [
    {
      station: 'stations/phu-an',
      displayName: { vi: 'Phú An' },
      location,
      stageM: 1.7,
      readTime: '2026-10-23T10:00:00Z',
      trendMPerH: 0.1,
      alertLevel: 3,
    },
    { station: 'stations/nha-be', displayName: { vi: 'Nhà Bè' }, location, stale: true },
    { station: 'stations/nowhere' },
  ];
  const gauges = overlayFeatures(city, new Words('vi'), '').gauges.map((one) => one.properties);
  expect(gauges).toMatchObject([
    { station: 'stations/phu-an', level: 3, old: false, label: 'Phú An 1,70 m ↑' },
    { station: 'stations/nha-be', level: 0, old: true },
  ]);
});

it('the alert that is open stands out, jams only from near', () => {
  const city = new CityState();
  city.alerts = [
    { name: 'alerts/1', kind: 'ALERT_KIND_STAGE', severity: 'SEVERITY_SEVERE', location },
    { name: 'alerts/2', kind: 'ALERT_KIND_JAM', severity: 'SEVERITY_SEVERE', location },
    { name: 'alerts/3', kind: 'ALERT_KIND_STAGE' },
  ];
  const { alerts } = overlayFeatures(city, new Words('vi'), 'alerts/2');
  expect(alerts.map((one) => one.properties)).toMatchObject([
    { name: 'alerts/1', near: false, selected: false },
    { name: 'alerts/2', near: true, selected: true },
  ]);
});
