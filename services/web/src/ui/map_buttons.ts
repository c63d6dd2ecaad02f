// Map buttons: zoom in, zoom out, whole city; large enough for a thumb.

import type { Key, Words } from '../i18n/index.js';
import { h, svg } from './dom.js';

export interface MapActions {
  zoomIn(): void;
  zoomOut(): void;
  home(): void;
}

const kButtons: { key: Key; path: string; action: keyof MapActions }[] = [
  { key: 'map.zoom_in', path: 'M10 4v12M4 10h12', action: 'zoomIn' },
  { key: 'map.zoom_out', path: 'M4 10h12', action: 'zoomOut' },
  { key: 'map.home', path: 'M3 10l7-6l7 6M5 9v7h10V9', action: 'home' },
];

export class MapButtons {
  readonly element = h('div', { class: 'map-buttons', role: 'group' });
  private readonly buttons: [Key, HTMLButtonElement][];

  constructor(words: Words, actions: MapActions) {
    this.buttons = kButtons.map(({ key, path, action }) => {
      const icon = svg(
        'svg',
        { viewBox: '0 0 20 20', 'aria-hidden': 'true' },
        svg('path', { d: path }),
      );
      const button = h('button', { type: 'button', onclick: () => actions[action]() }, icon);
      return [key, button];
    });
    this.element.append(...this.buttons.map(([, button]) => button));
    this.setWords(words);
  }

  setWords(words: Words): void {
    for (const [key, button] of this.buttons) button.setAttribute('aria-label', words.text(key));
  }
}
