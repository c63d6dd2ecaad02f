// View of one gauge: value, trend arrow, age and chart of the last day; and the selection of the gauge.

import type { CityState } from '../city_state.js';
import type { Point, Stage } from '../connect/messages.js';
import { metres } from '../format.js';
import type { Words } from '../i18n/index.js';
import { screenScale } from '../screen.js';
import { h, setText } from './dom.js';
import { gaugeChart } from './gauge_chart.js';
import { gaugeLevelWords, kArrows, readAgeWords, stageWords, trendOf } from './stage_words.js';

const kStationsShown = 4;
/** Width while the panel is hidden, and the panel's padding. */
const kChartWidthPx = 540;
const kChartMarginPx = 40;
const kStationZoom = 14;
/** The reference gauge of the city's alert levels. */
const kFirstStation = 'stations/phu-an';

export class GaugeView {
  readonly element = h('div', { class: 'gauges', tabindex: '0' });
  readonly stations = h('div', { class: 'stations', role: 'group' });
  private station = kFirstStation;
  private readonly stationButtons: HTMLButtonElement[] = [];

  constructor(
    private readonly city: CityState,
    private words: Words,
    private readonly onPlace: (place: Point, zoom: number) => void,
  ) {
    city.on(['stages', 'history'], () => this.render());
    new ResizeObserver(() => this.render()).observe(this.element);
    this.setWords(words);
  }

  setWords(words: Words): void {
    this.words = words;
    this.stations.setAttribute('aria-label', words.text('gauges.station'));
    this.render();
  }

  select(station: string): void {
    this.station = station;
    this.render();
  }

  /** Restores the initial state. */
  reset(): void {
    this.select(kFirstStation);
    this.stations.scrollLeft = 0;
  }

  private render(): void {
    const { stages } = this.city;
    const stage =
      stages.find((one) => one.station === this.station) ??
      stages.find((one) => one.alertLevelsM?.length) ??
      stages[0];
    if (!stage) {
      this.element.replaceChildren(h('p', { class: 'none' }, this.words.text('gauges.none')));
      return;
    }
    this.element.replaceChildren(this.reading(stage), this.chart(stage));
    this.renderStations(stage);
  }

  private chart(stage: Stage): SVGSVGElement {
    const { language } = this.words;
    const samples = this.city.history.get(stage.station ?? '') ?? [];
    const values = [...samples.map((sample) => sample.value), stage.stageM ?? 0];
    const label = this.words.text('gauges.chart', {
      name: this.words.localized(stage.displayName),
      now: stageWords(stage, language),
      min: metres(Math.min(...values), language),
      max: metres(Math.max(...values), language),
    });
    // Drawn at the actual width, so that its text keeps its size on a phone.
    const widthPx = this.element.clientWidth / screenScale();
    const width = widthPx > 0 ? widthPx - kChartMarginPx : kChartWidthPx;
    const nowMs = this.city.clock.now();
    return gaugeChart(samples, stage.alertLevelsM ?? [], nowMs, label, language, width);
  }

  private reading(stage: Stage): HTMLElement {
    const trend = trendOf(stage.trendMPerH);
    const level = stage.alertLevel ?? 0;
    const name = this.words.localized(stage.displayName);
    const age = readAgeWords(stage, this.words, this.city.clock.now());
    return h(
      'div',
      { class: `reading${stage.stale ? ' stale' : ''}`, 'data-testid': 'gauge-reading' },
      h('span', { class: 'station' }, name),
      h('strong', { class: 'value' }, stageWords(stage, this.words.language)),
      stage.readTime &&
        h(
          'span',
          { class: `arrow ${trend}`, title: this.words.text(`gauges.${trend}`) },
          kArrows[trend],
        ),
      h('span', { class: `stage-level level-${level}` }, gaugeLevelWords(stage, this.words)),
      h('span', { class: 'quiet' }, age),
    );
  }

  /** Buttons are kept and updated from the present stations: one may be touched or have the focus. */
  private renderStations(chosen: Stage): void {
    const stages = this.city.stages.length > 1 ? this.city.stages.slice(0, kStationsShown) : [];
    while (this.stationButtons.length < stages.length) {
      const i = this.stationButtons.length;
      const button = h('button', { type: 'button', onclick: () => this.openStation(i) });
      this.stationButtons.push(button);
      this.stations.append(button);
    }
    this.stationButtons.forEach((button, i) => {
      const stage = stages[i];
      button.hidden = stage === undefined;
      setText(button, this.words.localized(stage?.displayName));
      button.setAttribute('aria-pressed', String(stage === chosen));
    });
  }

  private openStation(index: number): void {
    const stage = this.city.stages[index];
    if (!stage) return;
    this.select(stage.station ?? '');
    if (stage.location) this.onPlace(stage.location, kStationZoom);
  }
}
