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

export async function loadFonts(): Promise<void> {
  await Promise.all(kFaces.map((face) => document.fonts.load(face, kSample)));
}
