// Tabs by the ARIA practices: one stop of the Tab key, arrows between the tabs, each panel labelled by its tab.

import { h, setText } from './dom.js';

export interface Tab {
  id: string;
  panel: HTMLElement;
}

export class Tabs {
  readonly element = h('div', { class: 'tabs', role: 'tablist' });
  private readonly buttons: HTMLButtonElement[];

  constructor(
    private readonly tabs: readonly Tab[],
    private readonly onShow: (id: string) => void,
  ) {
    this.buttons = tabs.map(({ id, panel }) => {
      panel.id = `panel-${id}`;
      panel.setAttribute('role', 'tabpanel');
      panel.setAttribute('aria-labelledby', `tab-${id}`);
      return h('button', {
        type: 'button',
        role: 'tab',
        id: `tab-${id}`,
        'aria-controls': panel.id,
        'data-testid': `tab-${id}`,
        onclick: () => this.show(id),
        onkeydown: (event) => this.onKey(event as KeyboardEvent),
      });
    });
    this.element.append(...this.buttons);
  }

  setText(id: string, text: string): void {
    setText(this.buttons[this.tabs.findIndex((tab) => tab.id === id)]!, text);
  }

  show(id: string): void {
    this.tabs.forEach((tab, i) => {
      const chosen = tab.id === id;
      this.buttons[i]!.setAttribute('aria-selected', String(chosen));
      this.buttons[i]!.tabIndex = chosen ? 0 : -1;
      tab.panel.hidden = !chosen;
    });
    this.onShow(id);
  }

  private onKey(event: KeyboardEvent): void {
    const from = this.buttons.indexOf(event.target as HTMLButtonElement);
    const to = neighbour(event.key, from, this.tabs.length);
    if (to === undefined) return;
    event.preventDefault();
    this.show(this.tabs[to]!.id);
    this.buttons[to]!.focus();
  }
}

/** The tab selected by a key, of `count` tabs; undefined: the key selects none. */
export function neighbour(key: string, from: number, count: number): number | undefined {
  switch (key) {
    case 'ArrowRight':
      return (from + 1) % count;
    case 'ArrowLeft':
      return (from + count - 1) % count;
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return undefined;
  }
}
