// A street under water that somebody touched: how deep, and who gets through. Asked for anew while open.

import type { CityState } from '../city_state.js';
import { call } from '../connect/client.js';
import type { FloodedSegment, ListFloodedSegmentsResponse } from '../connect/messages.js';
import { number } from '../format.js';
import type { Words } from '../i18n/index.js';
import type { Ground } from '../map/picking.js';
import { poll, type Poller } from '../poller.js';
import { h, setText } from './dom.js';
import { deepest, depthKey, vehicleWords } from './street_words.js';

const kPeriodMs = 5000;
/** More than lie under a finger. */
const kSegmentsMax = 20;

export class StreetCard {
  private readonly title = h('h2');
  private readonly closeButton = h('button', { type: 'button', onclick: () => this.close() }, '✕');
  private readonly body = h('div');
  readonly element = h(
    'section',
    { class: 'street-card', 'aria-live': 'polite', hidden: true, 'data-testid': 'street-card' },
    h('div', { class: 'street-head' }, this.title, this.closeButton),
    this.body,
  );
  private poller: Poller | undefined;
  private segment: FloodedSegment | undefined;
  private dataTimeMs = NaN;
  private silent = false; // the last question was not answered

  constructor(
    private readonly city: CityState,
    private words: Words,
  ) {
    this.setWords(words);
  }

  setWords(words: Words): void {
    this.words = words;
    this.closeButton.setAttribute('aria-label', words.text('street.close'));
    this.render();
  }

  /** Shows the street under water within `bounds`; where all is dry the card closes. */
  open(bounds: Ground): void {
    this.close(); // what stood there is no answer to this touch
    const ask = async (): Promise<void> => {
      const { response } = await call<ListFloodedSegmentsResponse>(
        'citylayers.flood.v1.FloodService/ListFloodedSegments',
        { bounds, pageSize: kSegmentsMax },
      );
      // Somebody may have touched another place meanwhile.
      if (this.poller !== poller) return;
      this.segment = deepest(response.segments ?? []);
      this.dataTimeMs = Date.parse(response.dataTime ?? '');
      if (!this.segment) this.close();
    };
    const poller: Poller = poll(kPeriodMs, ask, (ok) => {
      if (this.poller !== poller) return;
      this.silent = !ok;
      this.render();
    });
    this.poller = poller;
  }

  close(): void {
    this.poller?.stop();
    this.poller = undefined;
    this.segment = undefined;
    this.render();
  }

  private render(): void {
    const { segment, words } = this;
    this.element.hidden = segment === undefined;
    if (!segment) return;
    setText(this.title, segment.street || words.text('jams.unnamed'));
    const key = depthKey(segment);
    const depth = number((segment.depthM ?? 0) * 100, 0, words.language);
    if (this.silent) {
      // Who gets through changes within minutes: an old answer is worse than none.
      this.body.replaceChildren(h('p', { class: 'quiet' }, words.text('connection.lost')));
      return;
    }
    const texts = [key && words.text(key), words.text('street.depth', { depth })];
    const age = words.age(this.city.clock.now() - this.dataTimeMs);
    this.body.replaceChildren(
      h('p', {}, texts.filter(Boolean).join(' · ')),
      h(
        'dl',
        {},
        ...vehicleWords(segment).flatMap(({ vehicle, passage, kind }) => [
          h('dt', {}, words.text(vehicle)),
          h('dd', { class: kind }, words.text(passage)),
        ]),
      ),
      h('p', { class: 'quiet' }, words.text('street.standing')),
      h(
        'p',
        { class: 'quiet' },
        Number.isNaN(this.dataTimeMs) ? words.text('data.none') : words.text('data.age', { age }),
      ),
    );
  }
}
