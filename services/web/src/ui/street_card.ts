// The card of a selected street: traffic flow, water depth, passable vehicles. Shown at once with the map's state, and
// updated from the server while it is open.

import { call } from '../connect/client.js';
import type {
  FloodedSegment,
  ListFloodedSegmentsResponse,
  ListSegmentsResponse,
  Segment,
} from '../connect/messages.js';
import type { CityState } from '../city_state.js';
import { number } from '../format.js';
import type { Words } from '../i18n/index.js';
import { poll, type Poller } from '../poller.js';
import { h, setText } from './dom.js';
import {
  depthKey,
  levelOf,
  vehicleWords,
  type LevelWords,
  type StreetState,
} from './street_words.js';

const kPeriodMs = 5000;
/** More than lie within the requested box. */
const kSegmentsMax = 100;
/** Half the side of the box around the touched place, in degrees: about ten metres. */
const kBoxDeg = 1e-4;

/** A street on the map. */
export interface TouchedStreet {
  /** Index of its segment; undefined: a road without traffic data. */
  segment: number | undefined;
  name: string;
  lonDeg: number;
  latDeg: number;
}

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
  private street: TouchedStreet | undefined;
  private segment: Segment | undefined;
  private water: FloodedSegment | undefined;
  private silent = false; // the last request was not answered

  /** `stateOf`: the live layer's row of a segment; `onClose`: called whenever the card closes. */
  constructor(
    private readonly city: CityState,
    private words: Words,
    private readonly stateOf: (segment: number) => StreetState | undefined,
    private readonly onClose: () => void,
  ) {
    this.setWords(words);
    addEventListener('keydown', (event) => {
      if (event.key === 'Escape') this.close();
    });
  }

  setWords(words: Words): void {
    this.words = words;
    this.closeButton.setAttribute('aria-label', words.text('street.close'));
    this.render();
  }

  /** Shows a street, and removes the content of the former one. */
  open(street: TouchedStreet): void {
    this.close();
    this.street = street;
    this.render();
    if (street.segment === undefined) return;
    const poller: Poller = poll(
      kPeriodMs,
      () => this.ask(street),
      (ok) => {
        // Another street may have been selected meanwhile.
        if (this.street !== street) return;
        this.silent = !ok;
        this.render();
      },
    );
    this.poller = poller;
  }

  close(): void {
    if (!this.street) return;
    this.poller?.stop();
    this.poller = undefined;
    this.street = undefined;
    this.segment = undefined;
    this.water = undefined;
    this.silent = false;
    this.render();
    this.onClose();
  }

  private async ask(street: TouchedStreet): Promise<void> {
    const { lonDeg, latDeg } = street;
    const bounds = {
      westDeg: lonDeg - kBoxDeg,
      southDeg: latDeg - kBoxDeg,
      eastDeg: lonDeg + kBoxDeg,
      northDeg: latDeg + kBoxDeg,
    };
    const request = { bounds, pageSize: kSegmentsMax };
    const [roads, wet] = await Promise.all([
      call<ListSegmentsResponse>('citylayers.traffic.v1.TrafficService/ListSegments', request),
      call<ListFloodedSegmentsResponse>(
        'citylayers.flood.v1.FloodService/ListFloodedSegments',
        request,
      ),
    ]);
    if (this.street !== street) return;
    const isIt = ({ index }: { index?: number }): boolean => (index ?? 0) === street.segment;
    this.segment = roads.response.segments?.find(isIt);
    this.water = wet.response.segments?.find(isIt);
  }

  private render(): void {
    const { street, words } = this;
    this.element.hidden = street === undefined;
    if (!street) return;
    setText(this.title, street.name || words.text('jams.unnamed'));
    this.body.replaceChildren(...(this.silent ? [this.lost()] : this.lines(street)));
  }

  /** Passability changes within minutes: an outdated answer is worse than none. */
  private lost(): HTMLElement {
    return h('p', { class: 'quiet' }, this.words.text('connection.lost'));
  }

  private lines({ segment }: TouchedStreet): (HTMLElement | string)[] {
    const live = segment === undefined ? undefined : this.stateOf(segment);
    const traffic = this.trafficLines(levelOf(live, this.segment));
    if (segment === undefined) return traffic;
    return [...traffic, ...this.waterLines(live), this.age()].filter(Boolean);
  }

  private trafficLines(state: LevelWords | undefined): HTMLElement[] {
    const { words } = this;
    if (!state) return [h('p', { class: 'quiet' }, words.text('street.no_data'))];
    const speed = number(state.speedKmh, 0, words.language);
    const line = h(
      'p',
      { class: 'street-traffic', 'data-testid': 'street-traffic' },
      h('span', { class: `dot ${state.dot}` }),
      h('strong', {}, words.text(state.key)),
      state.speedKmh > 0 && ` · ${words.text('jams.speed', { speed })}`,
    );
    if (!state.typical) return [line];
    return [line, h('p', { class: 'quiet' }, words.text('traffic.profile'))];
  }

  private waterLines(live: StreetState | undefined): HTMLElement[] {
    const { water, words } = this;
    const key = depthKey(water, live);
    if (!key) return [h('p', {}, words.text('street.dry'))];
    const depth = number((water?.depthM ?? 0) * 100, 0, words.language);
    const texts = [words.text(key), water && words.text('street.depth', { depth })];
    const passages = water ? vehicleWords(water) : [];
    return [
      h('p', {}, texts.filter(Boolean).join(' · ')),
      h(
        'dl',
        {},
        ...passages.flatMap(({ vehicle, passage, kind }) => [
          h('dt', {}, words.text(vehicle)),
          h('dd', { class: kind }, words.text(passage)),
        ]),
      ),
      h('p', { class: 'quiet' }, words.text('street.standing')),
    ];
  }

  private age(): HTMLElement | string {
    const dataTimeMs = Date.parse(this.segment?.dataTime ?? '');
    if (Number.isNaN(dataTimeMs)) return '';
    const age = this.words.age(this.city.clock.now() - dataTimeMs);
    return h('p', { class: 'quiet' }, this.words.text('data.age', { age }));
  }
}
