// Tabs of the phone layout: they select the one visible panel; a second tap shows the map.

import type { Key, Words } from '../i18n/index.js';
import { h, setText } from './dom.js';

const kTabs: [panel: string, key: Key][] = [
  ['alerts', 'alerts.title'],
  ['jams', 'jams.title'],
  ['gauges', 'gauges.title'],
  ['legend', 'legend.title'],
];

export class PhoneTabs {
  readonly element = h('nav', { class: 'phone-tabs', 'data-testid': 'phone-tabs' });
  private readonly buttons: [string, Key, HTMLButtonElement][];

  /** `onShow` receives the visible panel; empty: none. */
  constructor(
    words: Words,
    private readonly onShow: (panel: string) => void = () => {},
  ) {
    this.buttons = kTabs.map(([panel, key]) => [
      panel,
      key,
      h('button', { type: 'button', onclick: () => this.choose(panel) }),
    ]);
    this.element.append(...this.buttons.map(([, , button]) => button));
    this.setWords(words);
    this.reset();
  }

  /** Restores the initial state. */
  reset(): void {
    this.show('alerts');
  }

  setWords(words: Words): void {
    for (const [, key, button] of this.buttons) setText(button, words.text(key));
  }

  private choose(panel: string): void {
    this.show(document.documentElement.dataset['panel'] === panel ? '' : panel);
  }

  private show(panel: string): void {
    document.documentElement.dataset['panel'] = panel;
    for (const [name, , button] of this.buttons) {
      button.setAttribute('aria-pressed', String(name === panel));
    }
    this.onShow(panel);
  }
}
