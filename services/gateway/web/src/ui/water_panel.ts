// Gauges and jams: one panel, two tabs. The gauge shows its value, its arrow, its age and its last day.

import type { CityState } from '../city_state.js';
import type { Jam, Point, Stage } from '../connect/messages.js';
import { distance, metres, number, type Language } from '../format.js';
import type { Words } from '../i18n/index.js';
import { h, setText } from './dom.js';
import { gaugeChart } from './gauge_chart.js';

const kJamsShown = 5;
const kStationsShown = 4;
/** Width while the panel is hidden, and what the panel's padding takes. */
const kChartWidthPx = 540;
const kChartMarginPx = 40;
/** Slower changes than this count as standing still, metres an hour. */
const kSteadyMPerH = 0.02;
/** Metres of length within ten minutes that count as growing or shrinking. */
const kJamTrendM = 30;
const kRoman = ['', 'I', 'II', 'III'];

export type Trend = 'rising' | 'falling' | 'steady';

export function trendOf(mPerH: number | undefined): Trend {
  if ((mPerH ?? 0) > kSteadyMPerH) return 'rising';
  return (mPerH ?? 0) < -kSteadyMPerH ? 'falling' : 'steady';
}

export const kArrows: Record<Trend, string> = { rising: '↑', falling: '↓', steady: '→' };

/** The stage with its unit, or a dash when it was never read. */
export function stageWords(stage: Stage, language: Language): string {
  return stage.readTime ? metres(stage.stageM ?? 0, language) : '–';
}

export class WaterPanel {
  readonly element: HTMLElement;
  private readonly tabs: Record<'gauges' | 'jams', HTMLButtonElement>;
  private readonly gauges = h('div', { class: 'gauges', role: 'tabpanel', id: 'tab-gauges' });
  private readonly jams = h('ol', { class: 'jams', role: 'tabpanel', id: 'tab-jams', 'data-testid': 'jams' });
  private readonly stations = h('div', { class: 'stations', role: 'group' });
  private shown: 'gauges' | 'jams' = 'gauges';
  private station = '';

  constructor(
    private readonly city: CityState,
    private words: Words,
    private readonly onPlace: (place: Point, zoom: number) => void,
  ) {
    const tab = (id: 'gauges' | 'jams'): HTMLButtonElement =>
      h('button', {
        type: 'button', role: 'tab', 'aria-controls': `tab-${id}`, 'data-testid': `tab-${id}`,
        onclick: () => this.show(id),
      });
    this.tabs = { gauges: tab('gauges'), jams: tab('jams') };
    this.element = h(
      'section', { class: 'panel water-panel', 'data-panel': 'gauges' },
      h(
        'div', { class: 'water-head' },
        h('div', { class: 'tabs', role: 'tablist' }, this.tabs.gauges, this.tabs.jams),
        this.stations,
      ),
      this.gauges, this.jams,
    );
    city.on(['stages', 'history'], () => this.renderGauges());
    city.on(['jams'], () => this.renderJams());
    new ResizeObserver(() => this.renderGauges()).observe(this.gauges);
    this.show('gauges');
    this.setWords(words);
  }

  setWords(words: Words): void {
    this.words = words;
    setText(this.tabs.gauges, words.text('gauges.title'));
    this.stations.setAttribute('aria-label', words.text('gauges.station'));
    this.renderGauges();
    this.renderJams();
  }

  show(id: 'gauges' | 'jams'): void {
    this.shown = id;
    for (const [name, tab] of Object.entries(this.tabs)) {
      tab.setAttribute('aria-selected', String(name === id));
    }
    this.gauges.hidden = id !== 'gauges';
    this.jams.hidden = id !== 'jams';
    this.stations.hidden = id !== 'gauges';
    this.element.dataset['shown'] = this.shown;
  }

  selectStation(station: string): void {
    this.station = station;
    this.show('gauges');
    this.renderGauges();
  }

  private renderGauges(): void {
    const stages = this.city.stages;
    const stage = stages.find((one) => one.station === this.station) ?? preferred(stages);
    if (!stage) {
      this.gauges.replaceChildren(h('p', { class: 'none' }, this.words.text('gauges.none')));
      return;
    }
    const name = this.words.localized(stage.displayName);
    const samples = this.city.history.get(stage.station ?? '') ?? [];
    const values = samples.map((sample) => sample.value);
    const now = stageWords(stage, this.words.language);
    const label = this.words.text('gauges.chart', {
      name, now,
      min: metres(Math.min(...values, stage.stageM ?? 0), this.words.language),
      max: metres(Math.max(...values, stage.stageM ?? 0), this.words.language),
    });
    this.gauges.replaceChildren(
      this.reading(stage, name),
      gaugeChart(samples, stage.alertLevelsM ?? [], this.city.clock.now(), label, this.words.language, this.chartWidth()) as unknown as HTMLElement,
    );
    this.stations.replaceChildren(...(stages.length > 1 ? this.stationChoice(stages, stage) : []));
  }

  /** The chart is drawn at the width it has, so that its text keeps its size on a phone. */
  private chartWidth(): number {
    const { clientWidth } = this.gauges;
    return clientWidth > 0 ? clientWidth - kChartMarginPx : kChartWidthPx;
  }

  private reading(stage: Stage, name: string): HTMLElement {
    const readMs = Date.parse(stage.readTime ?? '');
    const trend = trendOf(stage.trendMPerH);
    const level = stage.alertLevel ?? 0;
    const quiet = Number.isNaN(readMs)
      ? this.words.text('gauges.no_reading')
      : this.words.text('age.since', { age: this.words.age(this.city.clock.now() - readMs) });
    return h(
      'div', { class: `reading${stage.stale ? ' stale' : ''}`, 'data-testid': 'gauge-reading' },
      h('span', { class: 'station' }, name),
      h('strong', { class: 'value' }, stageWords(stage, this.words.language)),
      stage.readTime && h('span', { class: `arrow ${trend}`, title: this.words.text(`gauges.${trend}`) }, kArrows[trend]),
      h('span', { class: `stage-level level-${level}` }, this.levelWords(stage)),
      h('span', { class: 'quiet' }, quiet),
    );
  }

  private levelWords(stage: Stage): string {
    const level = stage.alertLevel ?? 0;
    if (level > 0) return this.words.text('gauges.level', { level: kRoman[level] ?? level });
    return stage.readTime && stage.alertLevelsM?.length ? this.words.text('gauges.below') : '';
  }

  private stationChoice(stages: readonly Stage[], chosen: Stage): HTMLElement[] {
    return stages.slice(0, kStationsShown).map((stage) =>
      h(
        'button',
        {
          type: 'button', 'aria-pressed': String(stage === chosen),
          onclick: () => {
            this.selectStation(stage.station ?? '');
            if (stage.location) this.onPlace(stage.location, 14);
          },
        },
        this.words.localized(stage.displayName),
      ),
    );
  }

  private renderJams(): void {
    const { jams } = this.city;
    setText(this.tabs.jams, `${this.words.text('jams.title')}${jams.length ? ` ${jams.length}` : ''}`);
    if (jams.length === 0) {
      this.jams.replaceChildren(h('li', { class: 'none' }, this.words.text('jams.none')));
      return;
    }
    this.jams.replaceChildren(...jams.slice(0, kJamsShown).map((jam) => this.jamLine(jam)));
  }

  private jamLine(jam: Jam): HTMLLIElement {
    const { language } = this.words;
    const trend = jam.trendM ?? 0;
    const arrow = trend > kJamTrendM ? '↑' : trend < -kJamTrendM ? '↓' : '';
    const stationary = jam.level === 'TRAFFIC_LEVEL_STATIONARY' || jam.level === 'TRAFFIC_LEVEL_CLOSED';
    const where = jam.tail ?? jam.head;
    const title = arrow === '↑' ? this.words.text('jams.growing') : arrow ? this.words.text('jams.shrinking') : '';
    return h(
      'li', {},
      h(
        'button',
        { type: 'button', class: 'jam-line', onclick: () => where && this.onPlace(where, 15) },
        h('span', { class: `dot ${stationary ? 'stationary' : 'queuing'}` }),
        h('strong', {}, jam.street || this.words.text('jams.unnamed')),
        h('span', { class: 'figure' }, distance(jam.lengthM ?? 0, language), arrow && h('span', { class: 'trend', title }, ` ${arrow}`)),
        h('span', { class: 'figure' }, this.words.text('jams.delay', { minutes: number(Math.max(1, (jam.delayS ?? 0) / 60), 0, language) })),
        h('span', { class: 'figure quiet' }, this.words.text('jams.speed', { speed: number(jam.speedKmh ?? 0, 0, language) })),
      ),
    );
  }
}

/** The gauge shown first: Phú An, by which the city's alert levels go; else the highest. */
function preferred(stages: readonly Stage[]): Stage | undefined {
  return (
    stages.find((stage) => /phu.?an/i.test(stage.station ?? '') || stage.displayName?.vi === 'Phú An') ??
    [...stages].sort((a, b) => (b.stageM ?? 0) - (a.stageM ?? 0))[0]
  );
}
