// Settings from the address (?kiosk=1&lang=en&theme=day) and from the visitor's last choices.

import type { Theme } from '../styles/palette.js';
import type { Language } from './format.js';
import type { Home } from './map/map_view.js';

export interface Settings {
  kiosk: boolean;
  language: Language;
  theme: Theme;
  home: Home;
}

const kHome: Home = { center: [106.706, 10.781], zoom: 12.6 };
/** Width below which the same zoom shows too little of the city. */
const kNarrowPx = 700;
const kNarrowZoom = 11.9;

export function readSettings(
  query: URLSearchParams,
  stored: Storage | undefined,
  widthPx: number,
  scale = 1,
): Settings {
  const kiosk = query.get('kiosk') === '1';
  // A kiosk starts the same way for every visitor.
  const kept = (name: string): string | null =>
    kiosk ? null : (stored?.getItem(`citylayers.${name}`) ?? null);
  const language = query.get('lang') ?? kept('lang');
  const theme = query.get('theme') ?? kept('theme');
  return {
    kiosk,
    language: language === 'en' ? 'en' : 'vi',
    theme: theme === 'day' ? 'day' : 'night',
    // A larger screen shows the same part of the city at a larger scale.
    home: {
      ...kHome,
      zoom: (widthPx < kNarrowPx ? kNarrowZoom : kHome.zoom) + Math.log2(scale),
    },
  };
}

export function keep(stored: Storage | undefined, name: 'lang' | 'theme', value: string): void {
  stored?.setItem(`citylayers.${name}`, value);
}
