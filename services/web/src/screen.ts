// How large the screen is: a rem grows with it, and so does what the map draws.

/** As in narrow.css: on such a screen one panel shows at a time, at the bottom. */
const kPhoneQuery = '(max-width: 860px), (max-height: 679px)';

/** How many times larger everything is than on a desk: 2 on a wall of 3840 px. */
export function screenScale(): number {
  return parseFloat(getComputedStyle(document.documentElement).fontSize) / 16 || 1;
}

export function isPhone(): boolean {
  return matchMedia(kPhoneQuery).matches;
}
