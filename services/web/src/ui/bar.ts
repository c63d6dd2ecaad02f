// The bar: title, city time, age of the data, language, theme, connection.

import type { CityState } from '../city_state.js';
import { clockTime, number, weekday, type Language } from '../format.js';
import type { Theme } from '../../styles/palette.js';
import type { Key, Words } from '../i18n/index.js';
import { h, setText } from './dom.js';

/** Data older than this (city time) are shown as stale even when the server does not report it. */
const kStaleAfterMs = 15 * 60_000;
const kTickMs = 250;

export interface BarActions {
  language(language: Language): void;
  theme(): void;
  home(): void;
}

export class Bar {
  readonly element: HTMLElement;
  private readonly title = h('span', { class: 'title-words' });
  private readonly cityName = h('span', { class: 'city' });
  private readonly time = h('time', { class: 'clock', 'data-testid': 'city-time' });
  private readonly day = h('span', { class: 'weekday' });
  private readonly age = h('span', { class: 'age', 'data-testid': 'data-age' });
  private readonly connection = h('span', {
    class: 'connection',
    role: 'status',
    'data-testid': 'connection',
  });
  private readonly badges = h('div', { class: 'badges', 'data-testid': 'badges' });
  private readonly languageButtons: Record<Language, HTMLButtonElement>;
  private readonly languageGroup: HTMLElement;
  private readonly themeButton: HTMLButtonElement;
  private badgeKeys = '';

  constructor(
    private readonly city: CityState,
    private words: Words,
    private theme: Theme,
    actions: BarActions,
  ) {
    const choose = (language: Language, text: string): HTMLButtonElement =>
      h(
        'button',
        {
          type: 'button',
          'data-testid': `lang-${language}`,
          onclick: () => actions.language(language),
        },
        text,
      );
    this.languageButtons = { vi: choose('vi', 'VI'), en: choose('en', 'EN') };
    this.languageGroup = h(
      'div',
      { class: 'languages', role: 'group' },
      this.languageButtons.vi,
      this.languageButtons.en,
    );
    this.themeButton = h('button', {
      type: 'button',
      class: 'theme',
      'data-testid': 'theme',
      onclick: () => actions.theme(),
    });
    this.element = h(
      'header',
      { class: 'bar' },
      h('h1', { onclick: () => actions.home() }, this.title, this.cityName),
      this.badges,
      h('div', { class: 'now' }, this.time, this.day, this.age, this.connection),
      h('div', { class: 'switches' }, this.languageGroup, this.themeButton),
    );
    this.render();
    setInterval(() => this.tick(), kTickMs);
    city.on(['clock', 'notices', 'connection'], () => this.tick());
  }

  setWords(words: Words): void {
    this.words = words;
    this.render();
  }

  setTheme(theme: Theme): void {
    this.theme = theme;
    this.render();
  }

  private render(): void {
    setText(this.title, this.words.text('title'));
    setText(this.cityName, this.words.text('city'));
    this.languageGroup.setAttribute('aria-label', this.words.text('switch.language'));
    for (const [language, button] of Object.entries(this.languageButtons)) {
      button.setAttribute('aria-pressed', String(language === this.words.language));
    }
    const label = this.words.text(this.theme === 'night' ? 'switch.day' : 'switch.night');
    this.themeButton.setAttribute('aria-label', label);
    this.themeButton.title = label;
    this.badgeKeys = '';
    this.tick();
  }

  private tick(): void {
    const nowMs = this.city.clock.now();
    if (this.city.clock.known) {
      setText(this.time, clockTime(nowMs));
      this.time.dateTime = new Date(nowMs).toISOString();
      setText(this.day, weekday(nowMs, this.words.language));
    }
    this.tickAge(nowMs);
    const { connection, lost } = this.city;
    this.connection.dataset['state'] = connection;
    const partly = connection === 'lost' && lost.length > 0;
    setText(this.connection, this.words.text(partly ? 'connection.partly' : `connection.${connection}`));
    this.tickBadges();
  }

  private tickAge(nowMs: number): void {
    const ageMs = this.city.dataAge.at(nowMs, performance.now());
    if (Number.isNaN(ageMs) || !this.city.clock.known) {
      setText(this.age, this.words.text('data.none'));
      return;
    }
    const { stale, connection } = this.city;
    const old = stale || connection === 'lost' || ageMs > kStaleAfterMs;
    const age = this.words.age(ageMs);
    this.age.classList.toggle('stale', old);
    document.documentElement.toggleAttribute('data-stale', old);
    setText(this.age, this.words.text(old ? 'stale' : 'data.age', { age }));
  }

  private tickBadges(): void {
    const { clock, notices } = this.city;
    const texts = notices
      .map((notice) => `badge.${notice}`)
      .filter((key): key is Key => this.words.has(key))
      .map((key) => this.words.text(key));
    if (clock.replay) {
      const speed = number(clock.speed, clock.speed < 1 ? 2 : 0, this.words.language);
      texts.unshift(this.words.text(clock.held() ? 'badge.held' : 'badge.replay', { speed }));
    }
    if (texts.join('|') === this.badgeKeys) return;
    this.badgeKeys = texts.join('|');
    this.badges.replaceChildren(...texts.map((text) => h('span', { class: 'badge' }, text)));
  }
}
