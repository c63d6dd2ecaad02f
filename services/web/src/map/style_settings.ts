// The page's settings of the map's style: the language of names and the hatch. They are kept through all states of the
// style: settings made before its layers exist are applied when they do.

import type { Language } from '../format.js';
import { isLost } from './lost_context.js';
import { kHatchLayer } from './overlays.js';

/** The methods of the map that are used; MapLibre's Map implements them. */
export interface StyledMap {
  on(type: 'styledata', listener: () => void): unknown;
  getLayer(id: string): unknown;
  setLayoutProperty(layer: string, name: string, value: unknown): unknown;
}

/** Labels whose text differs by language. */
const kNamedLayers = [
  'label-waterway',
  'label-ward',
  'label-landmark',
  'label-district',
  'label-city',
];

export class StyleSettings {
  private language: Language = 'vi';
  private hatch = false;
  private waiting = false;

  constructor(private readonly map: StyledMap) {
    map.on('styledata', () => {
      if (this.waiting) this.apply();
    });
  }

  get hatched(): boolean {
    return this.hatch;
  }

  setLanguage(language: Language): void {
    this.language = language;
    this.apply();
  }

  /** Whether flood water is hatched, because the ground below it is not surveyed. */
  setHatched(hatched: boolean): void {
    if (hatched === this.hatch) return;
    this.hatch = hatched;
    this.apply();
  }

  /** Applies the settings to a style that is new to the map. */
  apply(): void {
    // Layers appear all at once. Loading tiles are not waited for: there are nearly always some.
    this.waiting = isLost(this.map) || !this.map.getLayer(kHatchLayer);
    if (this.waiting) return;
    this.map.setLayoutProperty(kHatchLayer, 'visibility', this.hatch ? 'visible' : 'none');
    const name =
      this.language === 'en' ? ['coalesce', ['get', 'name_en'], ['get', 'name']] : ['get', 'name'];
    for (const layer of kNamedLayers) {
      if (this.map.getLayer(layer)) this.map.setLayoutProperty(layer, 'text-field', name);
    }
  }
}
