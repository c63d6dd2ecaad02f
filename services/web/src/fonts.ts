// Loads the bundled font completely before the map starts: the map renders its glyphs once, with the font that is
// available then.

const kFaces = [
  "400 16px 'Be Vietnam Pro'",
  "600 16px 'Be Vietnam Pro'",
  "600 16px 'Be Vietnam Pro SemiBold'",
  "italic 400 16px 'Be Vietnam Pro Italic'",
];
/** A character of each subset: basic Latin and Vietnamese. */
const kSample = 'Aăđư ếữ';

/** Maximum wait; the page is better with a fallback font than not at all. */
const kFontsMaxMs = 10_000;

/** Never fails: fonts that do not load in time are replaced by the system's font. */
export async function loadFonts(): Promise<void> {
  const late = new Promise((resolve) => setTimeout(resolve, kFontsMaxMs));
  const loads = kFaces.map((face) => document.fonts.load(face, kSample));
  await Promise.race([Promise.allSettled(loads), late]);
}
