// Gauges and jams: one panel, two tabs.

import type { CityState } from '../city_state.js';
import type { Point } from '../connect/messages.js';
import type { Words } from '../i18n/index.js';
import { h, setText } from './dom.js';
import { GaugeView } from './gauge_view.js';
import { JamList } from './jam_list.js';

type Tab = 'gauges' | 'jams';

export class WaterPanel {
  readonly element: HTMLElement;
  private readonly tabs: Record<Tab, HTMLButtonElement>;
  private readonly gauges: GaugeView;
  private readonly jams: JamList;

  constructor(
    private readonly city: CityState,
    private words: Words,
    onPlace: (place: Point, zoom: number) => void,
  ) {
    this.gauges = new GaugeView(city, words, onPlace);
    this.jams = new JamList(city, words, onPlace);
    const tab = (id: Tab): HTMLButtonElement =>
      h('button', {
        type: 'button',
        role: 'tab',
        'aria-controls': `tab-${id}`,
        'data-testid': `tab-${id}`,
        onclick: () => this.show(id),
      });
    this.tabs = { gauges: tab('gauges'), jams: tab('jams') };
    const tabs = h('div', { class: 'tabs', role: 'tablist' }, this.tabs.gauges, this.tabs.jams);
    this.element = h(
      'section',
      { class: 'panel water-panel', 'data-panel': 'gauges' },
      h('div', { class: 'water-head' }, tabs, this.gauges.stations),
      this.gauges.element,
      this.jams.element,
    );
    city.on(['jams'], () => this.renderTabs());
    this.show('gauges');
    this.renderTabs();
  }

  setWords(words: Words): void {
    this.words = words;
    this.gauges.setWords(words);
    this.jams.setWords(words);
    this.renderTabs();
  }

  show(id: Tab): void {
    for (const [name, tab] of Object.entries(this.tabs)) {
      tab.setAttribute('aria-selected', String(name === id));
    }
    this.gauges.element.hidden = id !== 'gauges';
    this.gauges.stations.hidden = id !== 'gauges';
    this.jams.element.hidden = id !== 'jams';
  }

  selectStation(station: string): void {
    this.show('gauges');
    this.gauges.select(station);
  }

  /** As at the start. */
  reset(): void {
    this.show('gauges');
    this.gauges.reset();
  }

  private renderTabs(): void {
    const { length } = this.city.jams;
    setText(this.tabs.gauges, this.words.text('gauges.title'));
    setText(this.tabs.jams, `${this.words.text('jams.title')}${length > 0 ? ` ${length}` : ''}`);
  }
}
