// The bundled font, loaded in full before the map starts: the map draws its letters once, with
// whatever font is there at that moment.

const kFaces = [
  "400 16px 'Be Vietnam Pro'",
  "600 16px 'Be Vietnam Pro'",
  "600 16px 'Be Vietnam Pro SemiBold'",
  "italic 400 16px 'Be Vietnam Pro Italic'",
];
/** A letter of each subset: basic Latin and Vietnamese. */
const kSample = 'Aăđư ếữ';

/** A page with other letters is better than none. */
const kFontsMaxMs = 10_000;

/** Never fails: what cannot be loaded in time is drawn with the system's font. */
export async function loadFonts(): Promise<void> {
  const late = new Promise((resolve) => setTimeout(resolve, kFontsMaxMs));
  const loads = kFaces.map((face) => document.fonts.load(face, kSample));
  await Promise.race([Promise.allSettled(loads), late]);
}
