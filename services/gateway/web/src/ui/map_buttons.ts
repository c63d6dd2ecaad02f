// Zoom in, zoom out, back to the whole city: large enough for a thumb.

import type { Key, Words } from '../i18n/index.js';
import type { MapView } from '../map/map_view.js';
import { h, svg } from './dom.js';

const kButtons: { key: Key; path: string; act: (view: MapView) => void }[] = [
  { key: 'map.zoom_in', path: 'M10 4v12M4 10h12', act: (view) => view.map.zoomIn() },
  { key: 'map.zoom_out', path: 'M4 10h12', act: (view) => view.map.zoomOut() },
  { key: 'map.home', path: 'M3 10l7-6l7 6M5 9v7h10V9', act: (view) => view.flyHome() },
];

export class MapButtons {
  readonly element = h('div', { class: 'map-buttons', role: 'group' });
  private readonly buttons: [Key, HTMLButtonElement][];

  constructor(view: MapView, words: Words) {
    this.buttons = kButtons.map(({ key, path, act }) => {
      const icon = svg(
        'svg',
        { viewBox: '0 0 20 20', 'aria-hidden': 'true' },
        svg('path', { d: path }),
      );
      const button = h('button', { type: 'button', onclick: () => act(view) }, icon);
      return [key, button];
    });
    this.element.append(...this.buttons.map(([, button]) => button));
    this.setWords(words);
  }

  setWords(words: Words): void {
    for (const [key, button] of this.buttons) button.setAttribute('aria-label', words.text(key));
  }
}
