// Scale of the page by screen size: a rem grows with the screen, and so does the map's content.

/** As in narrow.css: on such a screen one panel is shown at a time, at the bottom. */
const kPhoneQuery = '(max-width: 860px), (max-height: 679px)';

/** Scale relative to a desktop screen: 2 on a wall of 3840 px. */
export function screenScale(): number {
  return parseFloat(getComputedStyle(document.documentElement).fontSize) / 16 || 1;
}

export function isPhone(): boolean {
  return matchMedia(kPhoneQuery).matches;
}
