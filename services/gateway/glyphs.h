// Empty glyph files of map fonts, for ranges without a glyph.
#ifndef CITYLAYERS_SERVICES_GATEWAY_GLYPHS_H_
#define CITYLAYERS_SERVICES_GATEWAY_GLYPHS_H_

#include <string>
#include <string_view>

namespace citylayers::gateway {

/// Whether the text is a range of 256 characters in the basic plane, as map clients request them:
/// "0-255", "256-511" … "65280-65535".
bool IsGlyphRange(std::string_view range);

/// The glyph file of a font without glyphs in `range`. A map client that receives it draws nothing
/// for these characters; one that receives an error leaves out the labels of the whole tile.
std::string EmptyGlyphs(std::string_view font, std::string_view range);

}  // namespace citylayers::gateway

#endif  // CITYLAYERS_SERVICES_GATEWAY_GLYPHS_H_
