// Functions for text from outside, such as names in maps and files, whose bytes
// are not checked yet.
#ifndef CITYLAYERS_BASE_TEXT_H_
#define CITYLAYERS_BASE_TEXT_H_

#include <string>
#include <string_view>

namespace citylayers {

// All functions are pure, thread-safe, and linear in the text.

/// True when the bytes are UTF-8: no overlong form, no surrogate, nothing above U+10FFFF.
bool IsUtf8(std::string_view bytes);

/// Replaces each byte that is not part of UTF-8 by U+FFFD. Valid UTF-8 is returned unchanged.
std::string RepairUtf8(std::string_view bytes);

/// Removes characters that XML 1.0 cannot contain: control characters except tab and line ends,
/// U+FFFE, U+FFFF. Bytes that are not UTF-8 become U+FFFD.
std::string XmlText(std::string_view text);

/// Returns the canonical form of a name, so that equal names have equal bytes:
///   - Unicode NFC, so that "ô" is one character however it was typed;
///   - "Ð", "ð" (Icelandic eth) at the beginning of a word become "Đ", "đ": no word begins with an
///     eth, so these are Vietnamese letters typed on another keyboard;
///   - white space of every kind becomes one space, and none at the ends;
///   - no control characters, noncharacters or invisible format characters (byte order mark, soft
///     hyphen, zero width space, marks that change the direction of text);
///   - bytes that are not UTF-8 become U+FFFD.
/// CanonicalName(CanonicalName(x)) == CanonicalName(x).
std::string CanonicalName(std::string_view raw);

}  // namespace citylayers

#endif  // CITYLAYERS_BASE_TEXT_H_
