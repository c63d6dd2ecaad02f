// The longest delays as a list.

import type { CityState } from '../city_state.js';
import type { Jam, Point } from '../connect/messages.js';
import { distance, number } from '../format.js';
import type { Words } from '../i18n/index.js';
import { h, placeChildren, setText } from './dom.js';

const kJamsShown = 5;
const kJamZoom = 15;
/** Change of length within ten minutes, in metres, that counts as growing or shrinking. */
const kJamTrendM = 30;

export class JamList {
  private readonly list = h('ol', { class: 'jams' });
  readonly element = h('div', { 'data-testid': 'jams' }, this.list);
  private readonly none = h('li', { class: 'none' });
  private readonly lines = new Map<string, JamLine>();

  constructor(
    private readonly city: CityState,
    private words: Words,
    private readonly onPlace: (place: Point, zoom: number) => void,
  ) {
    city.on(['jams'], () => this.render());
    this.render();
  }

  setWords(words: Words): void {
    this.words = words;
    this.render();
  }

  /** A jam keeps its element while it is shown: it may be touched or have the focus while its numbers change. */
  private render(): void {
    const jams = this.city.jams.slice(0, kJamsShown);
    setText(this.none, this.words.text('jams.none'));
    const names = new Set(jams.map((jam) => jam.name ?? ''));
    for (const name of this.lines.keys()) if (!names.has(name)) this.lines.delete(name);
    const elements = jams.map((jam) => {
      const name = jam.name ?? '';
      const line = this.lines.get(name) ?? new JamLine(this.onPlace);
      this.lines.set(name, line);
      line.show(jam, this.words);
      return line.element;
    });
    placeChildren(this.list, elements.length > 0 ? elements : [this.none]);
  }
}

class JamLine {
  private jam: Jam = {};
  private readonly dot = h('span');
  private readonly street = h('strong');
  private readonly length = h('span');
  private readonly trend = h('span', { class: 'trend' });
  private readonly delay = h('span', { class: 'figure' });
  private readonly speed = h('span', { class: 'figure quiet' });
  readonly element: HTMLLIElement;

  constructor(onPlace: (place: Point, zoom: number) => void) {
    const onclick = (): void => {
      const where = this.jam.tail ?? this.jam.head;
      if (where) onPlace(where, kJamZoom);
    };
    const button = h(
      'button',
      { type: 'button', class: 'jam-line', onclick },
      this.dot,
      this.street,
      h('span', { class: 'figure' }, this.length, this.trend),
      this.delay,
      this.speed,
    );
    this.element = h('li', {}, button);
  }

  show(jam: Jam, words: Words): void {
    this.jam = jam;
    const { language } = words;
    const stationary =
      jam.level === 'TRAFFIC_LEVEL_STATIONARY' || jam.level === 'TRAFFIC_LEVEL_CLOSED';
    this.dot.className = `dot ${stationary ? 'stationary' : 'queuing'}`;
    setText(this.street, jam.street || words.text('jams.unnamed'));
    setText(this.length, distance(jam.lengthM ?? 0, language));
    this.showTrend(jam.trendM ?? 0, words);
    const minutes = number(Math.max(1, (jam.delayS ?? 0) / 60), 0, language);
    setText(this.delay, words.text('jams.delay', { minutes }));
    const speed = number(jam.speedKmh ?? 0, 0, language);
    setText(this.speed, words.text('jams.speed', { speed }));
  }

  private showTrend(trendM: number, words: Words): void {
    const growing = trendM > kJamTrendM;
    const shrinking = trendM < -kJamTrendM;
    setText(this.trend, growing ? ' ↑' : shrinking ? ' ↓' : '');
    this.trend.title = growing
      ? words.text('jams.growing')
      : shrinking
        ? words.text('jams.shrinking')
        : '';
  }
}
