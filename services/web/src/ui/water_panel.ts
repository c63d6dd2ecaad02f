// The panel of gauges and jams, with two tabs.

import type { CityState } from '../city_state.js';
import type { Point } from '../connect/messages.js';
import type { Words } from '../i18n/index.js';
import { h } from './dom.js';
import { GaugeView } from './gauge_view.js';
import { JamList } from './jam_list.js';
import { Tabs } from './tabs.js';

export class WaterPanel {
  readonly element: HTMLElement;
  private readonly tabs: Tabs;
  private readonly gauges: GaugeView;
  private readonly jams: JamList;

  constructor(
    private readonly city: CityState,
    private words: Words,
    onPlace: (place: Point, zoom: number) => void,
  ) {
    this.gauges = new GaugeView(city, words, onPlace);
    this.jams = new JamList(city, words, onPlace);
    this.tabs = new Tabs(
      [
        { id: 'gauges', panel: this.gauges.element },
        { id: 'jams', panel: this.jams.element },
      ],
      (id) => (this.gauges.stations.hidden = id !== 'gauges'),
    );
    this.element = h(
      'section',
      { class: 'panel water-panel', 'data-panel': 'gauges' },
      h('div', { class: 'water-head' }, this.tabs.element, this.gauges.stations),
      this.gauges.element,
      this.jams.element,
    );
    city.on(['jams'], () => this.renderTabs());
    this.tabs.show('gauges');
    this.renderTabs();
  }

  setWords(words: Words): void {
    this.words = words;
    this.gauges.setWords(words);
    this.jams.setWords(words);
    this.renderTabs();
  }

  /** Shows one of its two tabs. */
  show(half: 'gauges' | 'jams'): void {
    this.tabs.show(half);
  }

  selectStation(station: string): void {
    this.tabs.show('gauges');
    this.gauges.select(station);
  }

  /** Restores the initial state. */
  reset(): void {
    this.tabs.show('gauges');
    this.gauges.reset();
  }

  private renderTabs(): void {
    const { length } = this.city.jams;
    this.tabs.setText('gauges', this.words.text('gauges.title'));
    this.tabs.setText('jams', `${this.words.text('jams.title')}${length > 0 ? ` ${length}` : ''}`);
  }
}
