// The longest delays, as a list for those who do not read maps.

import type { CityState } from '../city_state.js';
import type { Jam, Point } from '../connect/messages.js';
import { distance, number } from '../format.js';
import type { Words } from '../i18n/index.js';
import { h } from './dom.js';

const kJamsShown = 5;
const kJamZoom = 15;
/** Metres of length within ten minutes that count as growing or shrinking. */
const kJamTrendM = 30;

export class JamList {
  readonly element = h('ol', {
    class: 'jams',
    role: 'tabpanel',
    id: 'tab-jams',
    'data-testid': 'jams',
  });
  private drawn = '';

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

  private render(): void {
    const jams = this.city.jams.slice(0, kJamsShown);
    // A button that is replaced while a finger is on it takes no tap.
    const drawn = JSON.stringify([this.words.language, jams]);
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    if (jams.length === 0) {
      this.element.replaceChildren(h('li', { class: 'none' }, this.words.text('jams.none')));
      return;
    }
    this.element.replaceChildren(...jams.map((jam) => this.line(jam)));
  }

  private line(jam: Jam): HTMLLIElement {
    const { language } = this.words;
    const trend = jam.trendM ?? 0;
    const arrow = trend > kJamTrendM ? '↑' : trend < -kJamTrendM ? '↓' : '';
    const stationary =
      jam.level === 'TRAFFIC_LEVEL_STATIONARY' || jam.level === 'TRAFFIC_LEVEL_CLOSED';
    const where = jam.tail ?? jam.head;
    const title =
      arrow === '↑'
        ? this.words.text('jams.growing')
        : arrow
          ? this.words.text('jams.shrinking')
          : '';
    return h(
      'li',
      {},
      h(
        'button',
        {
          type: 'button',
          class: 'jam-line',
          onclick: () => where && this.onPlace(where, kJamZoom),
        },
        h('span', { class: `dot ${stationary ? 'stationary' : 'queuing'}` }),
        h('strong', {}, jam.street || this.words.text('jams.unnamed')),
        h(
          'span',
          { class: 'figure' },
          distance(jam.lengthM ?? 0, language),
          arrow && h('span', { class: 'trend', title }, ` ${arrow}`),
        ),
        h(
          'span',
          { class: 'figure' },
          this.words.text('jams.delay', {
            minutes: number(Math.max(1, (jam.delayS ?? 0) / 60), 0, language),
          }),
        ),
        h(
          'span',
          { class: 'figure quiet' },
          this.words.text('jams.speed', { speed: number(jam.speedKmh ?? 0, 0, language) }),
        ),
      ),
    );
  }
}
