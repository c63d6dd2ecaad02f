// The list of alerts, one line each: severity by shape, word and colour. A tap moves the map there and opens the
// details.

import { kAlertsMax } from '../alert_list.js';
import type { CityState } from '../city_state.js';
import type { Alert, Stage } from '../connect/messages.js';
import { clockTime } from '../format.js';
import type { Words } from '../i18n/index.js';
import { severityIcon } from '../map/icons.js';
import { byUrgency, gaugeOf, headlineWords, levelWords, rankOf, severityOf } from './alert_words.js';
import { h, placeChildren, setText } from './dom.js';
import { readAgeWords } from './stage_words.js';

/** Rank of "severe" and above. */
const kAnnouncedRank = 2;

export class AlertsPanel {
  readonly element: HTMLElement;
  private readonly title = h('h2', { id: 'alerts-title' });
  private readonly count = h('span', { class: 'count', 'data-testid': 'alert-count' });
  private readonly list = h('ul', { class: 'alerts', 'data-testid': 'alerts' });
  private readonly none = h('li', { class: 'none' });
  /** Announces new severe alerts to screen readers. */
  private readonly announcer = h('div', { class: 'for-screen-readers', role: 'status' });
  private readonly items = new Map<string, { key: string; element: HTMLLIElement }>();
  private readonly announced = new Set<string>();
  private first = true;
  private selected = '';

  constructor(
    private readonly city: CityState,
    private words: Words,
    private readonly onSelect: (alert: Alert | undefined) => void,
    /** True for visitors, who are not shown which operator has seen an alert. */
    private readonly visitors = false,
  ) {
    this.element = h(
      'section',
      { class: 'panel alerts-panel', 'data-panel': 'alerts', 'aria-labelledby': 'alerts-title' },
      h('div', { class: 'panel-head' }, this.title, this.count),
      this.list,
      this.announcer,
    );
    city.on(['alerts', 'stages'], () => this.render());
    // Updates the age in the details.
    city.on(['clock'], () => this.selected && this.render());
    this.render();
  }

  setWords(words: Words): void {
    this.words = words;
    this.items.clear();
    this.render();
  }

  /** Opens the details of an alert and scrolls to them; empty closes them. */
  select(name: string): void {
    this.selected = name;
    this.render();
    this.items.get(name)?.element.scrollIntoView({ block: 'nearest' });
  }

  /** Restores the initial state: no details, the most severe alert in view. */
  reset(): void {
    this.select('');
    this.list.scrollTop = 0;
  }

  private render(): void {
    const alerts = [...this.city.alerts].sort(byUrgency);
    setText(this.title, this.words.text('alerts.title'));
    const more = alerts.length >= kAlertsMax ? '+' : '';
    setText(this.count, alerts.length > 0 ? `${alerts.length}${more}` : '');
    setText(this.none, this.words.text(this.city.alertsKnown ? 'alerts.none' : 'alerts.unknown'));
    const elements = alerts.map((alert) => this.kept(alert));
    placeChildren(this.list, elements.length > 0 ? elements : [this.none]);
    const names = new Set(alerts.map((alert) => alert.name ?? ''));
    for (const name of this.items.keys()) if (!names.has(name)) this.items.delete(name);
    this.announce(alerts);
  }

  /** The element of an alert: the existing one while its content is unchanged. */
  private kept(alert: Alert): HTMLLIElement {
    const name = alert.name ?? '';
    const { severity, level, place, headline, acknowledgedBy, createTime } = alert;
    const gauge = gaugeOf(alert, this.city.stages);
    const key = JSON.stringify([
      gauge && [gauge.stageM, gauge.alertLevel],
      gauge && name === this.selected && this.readAge(gauge),
      severity,
      level,
      place,
      headline,
      acknowledgedBy,
      createTime,
      name === this.selected,
    ]);
    const held = this.items.get(name);
    if (held?.key === key) return held.element;
    const element = this.item(alert, gauge);
    if (held?.element.contains(document.activeElement)) {
      requestAnimationFrame(() => element.querySelector('button')?.focus());
    }
    this.items.set(name, { key, element });
    return element;
  }

  private announce(alerts: readonly Alert[]): void {
    const fresh = alerts.filter(
      (alert) => rankOf(alert) >= kAnnouncedRank && !this.announced.has(alert.name ?? ''),
    );
    for (const alert of fresh) this.announced.add(alert.name ?? '');
    const text = fresh.map((alert) => this.words.localized(alert.headline)).join('. ');
    if (text && !this.first) setText(this.announcer, this.words.text('alerts.new', { text }));
    if (alerts.length > 0) this.first = false;
  }

  private item(alert: Alert, gauge: Stage | undefined): HTMLLIElement {
    const severity = severityOf(alert);
    const name = alert.name ?? '';
    const open = name === this.selected;
    const line = h(
      'button',
      {
        type: 'button',
        class: 'alert-line',
        'data-alert': name,
        'data-testid': 'alert',
        'aria-expanded': String(open),
        onclick: () => this.toggle(alert),
      },
      severityIcon(severity),
      h(
        'span',
        { class: 'alert-text' },
        h('strong', {}, alert.place || this.words.localized(alert.headline)),
        h(
          'span',
          { class: 'alert-sub' },
          h(
            'span',
            { class: `word severity-${severity}` },
            this.words.text(`severity.${severity}`),
          ),
          [levelWords(alert, this.words, gauge), this.since(alert)]
            .filter(Boolean)
            .map((text) => ` · ${text}`)
            .join(''),
        ),
      ),
    );
    return h('li', { class: open ? 'open' : '' }, line, open && this.details(alert, gauge));
  }

  private details(alert: Alert, gauge: Stage | undefined): HTMLElement {
    const taken = alert.acknowledgedBy
      ? this.words.text('alerts.acknowledged')
      : this.words.text('alerts.open');
    const read = gauge && this.readAge(gauge);
    return h(
      'div',
      { class: 'alert-details', 'data-testid': 'alert-details' },
      h('p', { class: 'headline' }, headlineWords(alert, this.words, gauge)),
      h('p', {}, this.words.localized(alert.instruction)),
      h(
        'p',
        { class: 'quiet' },
        [read, !this.visitors && taken, alert.exercise && this.words.text('alerts.exercise')].filter(Boolean).join(' · '),
      ),
    );
  }

  private readAge(gauge: Stage): string {
    return readAgeWords(gauge, this.words, this.city.clock.now());
  }

  private since(alert: Alert): string {
    const time = Date.parse(alert.createTime ?? '');
    return Number.isNaN(time) ? '' : this.words.text('alerts.since', { time: clockTime(time) });
  }

  private toggle(alert: Alert): void {
    const name = alert.name ?? '';
    this.selected = this.selected === name ? '' : name;
    this.render();
    this.onSelect(this.selected ? alert : undefined);
  }
}
