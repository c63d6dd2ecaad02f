import { describe, expect, it } from 'vitest';
import { mergeAlerts } from '../alert_list.js';
import { Words } from '../i18n/index.js';
import { byUrgency, gaugeOf, headlineWords, levelWords, severityOf } from './alert_words.js';

describe('alerts', () => {
  it('stand in order of severity, then the newest first', () => {
    const alerts = [
      { name: 'a', severity: 'SEVERITY_MINOR', createTime: '2026-10-23T10:09:00Z' },
      { name: 'b', severity: 'SEVERITY_EXTREME', createTime: '2026-10-23T10:00:00Z' },
      { name: 'c', severity: 'SEVERITY_SEVERE', createTime: '2026-10-23T10:00:00Z' },
      { name: 'd', severity: 'SEVERITY_SEVERE', createTime: '2026-10-23T10:05:00Z' },
    ];
    expect(alerts.sort(byUrgency).map((alert) => alert.name)).toEqual(['b', 'd', 'c', 'a']);
  });

  it('of equal severity put a river before a jam, however new the jam', () => {
    const jam = { name: 'jam', kind: 'ALERT_KIND_JAM', createTime: '2026-10-23T10:09:00Z' };
    const stage = { name: 'stage', kind: 'ALERT_KIND_STAGE', createTime: '2026-10-23T10:00:00Z' };
    expect([jam, stage].sort(byUrgency)[0]).toBe(stage);
  });

  it('of a severity that is not known are shown as minor', () => {
    expect(severityOf({ severity: 'SEVERITY_NEW' })).toBe('minor');
    expect(severityOf({})).toBe('minor');
  });

  it('say what they are in the words of the city', () => {
    const words = new Words('vi');
    expect(levelWords({ kind: 'ALERT_KIND_STAGE', level: 3 }, words)).toBe('báo động III');
    expect(levelWords({ kind: 'ALERT_KIND_STREET_DEPTH', level: 4 }, words)).toBe('ngập sâu');
    expect(levelWords({ kind: 'ALERT_KIND_JAM', level: 2 }, words)).toBe('kẹt xe');
    expect(levelWords({ kind: 'ALERT_KIND_OUTAGE', level: 1 }, words)).toBe('không có số liệu');
    expect(levelWords({ kind: 'ALERT_KIND_NEW', level: 2 }, words)).toBe('mức 2');
    expect(levelWords({}, words)).toBe('');
  });
});

describe('an alert and its gauge', () => {
  const words = new Words('vi');
  const alert = {
    kind: 'ALERT_KIND_STAGE',
    subject: 'stations/phu-an',
    place: 'Phú An',
    level: 3,
    peakValue: 1.7,
    headline: { vi: 'Mực nước tại Phú An lên báo động III' },
  };
  const gauge = {
    station: 'stations/phu-an',
    stageM: 1.41,
    alertLevel: 1,
    alertLevelsM: [1.4, 1.5, 1.6],
    readTime: '2026-10-23T12:40:00Z',
  };

  it('say the same number and the same level', () => {
    const found = gaugeOf(alert, [{ station: 'stations/nha-be' }, gauge]);
    expect(found).toBe(gauge);
    expect(levelWords(alert, words, found)).toBe('1,41\u0020m, báo động I');
    expect(headlineWords(alert, words, found)).toBe('Phú An: cao nhất 1,70\u0020m trong đợt này');
    const fallen = { ...gauge, stageM: 1.31, alertLevel: 0 };
    expect(levelWords(alert, words, fallen)).toBe('1,31\u0020m, dưới báo động I');
  });

  it('keep the headline while it is so', () => {
    const high = { ...gauge, stageM: 1.65, alertLevel: 3 };
    expect(headlineWords(alert, words, high)).toBe('Mực nước tại Phú An lên báo động III');
    expect(headlineWords(alert, words, undefined)).toBe('Mực nước tại Phú An lên báo động III');
  });

  it('are not mixed up: a street has none, nor has a gauge that was never read', () => {
    expect(gaugeOf({ ...alert, kind: 'ALERT_KIND_JAM' }, [gauge])).toBeUndefined();
    expect(gaugeOf(alert, [{ station: 'stations/phu-an' }])).toBeUndefined();
    expect(levelWords(alert, words, undefined)).toBe('báo động III');
  });
});

describe('mergeAlerts', () => {
  const held = [
    { name: 'a', state: 'ALERT_STATE_OPEN' },
    { name: 'b', state: 'ALERT_STATE_OPEN' },
  ];

  it('replaces changed ones, adds new ones and drops resolved ones', () => {
    const merged = mergeAlerts(held, {
      alerts: [
        { name: 'a', state: 'ALERT_STATE_ACKNOWLEDGED' },
        { name: 'b', state: 'ALERT_STATE_RESOLVED' },
        { name: 'c', state: 'ALERT_STATE_OPEN' },
      ],
    });
    expect(merged).toEqual([
      { name: 'a', state: 'ALERT_STATE_ACKNOWLEDGED' },
      { name: 'c', state: 'ALERT_STATE_OPEN' },
    ]);
  });

  it('forgets what it held on a snapshot', () => {
    expect(mergeAlerts(held, { snapshot: true })).toEqual([]);
  });
});
