// Alerts, one line each: severity by shape, word and colour. A tap flies there and opens the details.

import type { CityState } from '../city_state.js';
import type { Alert } from '../connect/messages.js';
import { clockTime } from '../format.js';
import type { Words } from '../i18n/index.js';
import { severityIcon } from '../map/icons.js';
import { byUrgency, levelWords, severityOf } from './alert_words.js';
import { h, setText } from './dom.js';

export class AlertsPanel {
  readonly element: HTMLElement;
  private readonly title = h('h2', { id: 'alerts-title' });
  private readonly count = h('span', { class: 'count', 'data-testid': 'alert-count' });
  private readonly list = h('ul', {
    class: 'alerts',
    'aria-live': 'polite',
    'data-testid': 'alerts',
  });
  private selected = '';
  private drawn = '';

  constructor(
    private readonly city: CityState,
    private words: Words,
    private readonly onSelect: (alert: Alert | undefined) => void,
  ) {
    this.element = h(
      'section',
      { class: 'panel alerts-panel', 'data-panel': 'alerts', 'aria-labelledby': 'alerts-title' },
      h('div', { class: 'panel-head' }, this.title, this.count),
      this.list,
    );
    city.on(['alerts'], () => this.render());
    this.render();
  }

  setWords(words: Words): void {
    this.words = words;
    this.drawn = '';
    this.render();
  }

  /** Opens the details of an alert; empty closes them. */
  select(name: string): void {
    this.selected = name;
    this.render();
  }

  private render(): void {
    const alerts = [...this.city.alerts].sort(byUrgency);
    setText(this.title, this.words.text('alerts.title'));
    setText(this.count, alerts.length > 0 ? String(alerts.length) : '');
    // Rebuilding an equal list would make screen readers say it again and drop the focus.
    const drawn = JSON.stringify([this.words.language, this.selected, alerts]);
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    const focused = (document.activeElement as HTMLElement | null)?.dataset?.['alert'];
    if (alerts.length === 0) {
      this.list.replaceChildren(h('li', { class: 'none' }, this.words.text('alerts.none')));
      return;
    }
    this.list.replaceChildren(...alerts.map((alert) => this.item(alert)));
    if (focused)
      this.list.querySelector<HTMLElement>(`[data-alert="${CSS.escape(focused)}"]`)?.focus();
  }

  private item(alert: Alert): HTMLLIElement {
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
          [levelWords(alert, this.words), this.since(alert)]
            .filter(Boolean)
            .map((text) => ` · ${text}`)
            .join(''),
        ),
      ),
    );
    return h('li', { class: open ? 'open' : '' }, line, open && this.details(alert));
  }

  private details(alert: Alert): HTMLElement {
    const taken = alert.acknowledgedBy
      ? this.words.text('alerts.acknowledged', { who: alert.acknowledgedBy })
      : this.words.text('alerts.open');
    return h(
      'div',
      { class: 'alert-details', 'data-testid': 'alert-details' },
      h('p', { class: 'headline' }, this.words.localized(alert.headline)),
      h('p', {}, this.words.localized(alert.instruction)),
      h(
        'p',
        { class: 'quiet' },
        [taken, alert.exercise && this.words.text('alerts.exercise')].filter(Boolean).join(' · '),
      ),
    );
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
