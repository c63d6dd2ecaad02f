// Text from outside: names in maps and files, whose bytes are not checked yet.
#ifndef CITYLAYERS_BASE_TEXT_H_
#define CITYLAYERS_BASE_TEXT_H_

#include <string>
#include <string_view>

namespace citylayers {

// All functions are pure, thread-safe, and linear in the text.

/// Whether the bytes are UTF-8: no overlong form, no surrogate, nothing above U+10FFFF.
bool IsUtf8(std::string_view bytes);

/// The text with U+FFFD in place of each byte that is not part of UTF-8. UTF-8 is returned as is.
std::string RepairUtf8(std::string_view bytes);

/// The text with what XML 1.0 cannot hold left out: control characters other than tab and line
/// ends, U+FFFE, U+FFFF. Bytes that are not UTF-8 become U+FFFD.
std::string XmlText(std::string_view text);

/// One spelling for each name, so that equal names are equal bytes:
///   - Unicode NFC, so "ô" is one character however it was typed;
///   - "Ð", "ð" (Icelandic eth) at the beginning of a word become "Đ", "đ": no word begins with an
///     eth, and every Vietnamese one that seems to was typed on another keyboard;
///   - white space of every kind becomes one space, and none at the ends;
///   - no control characters, noncharacters, or invisible format characters (byte order mark, soft
///     hyphen, zero width space, marks that turn the direction of text);
///   - bytes that are not UTF-8 become U+FFFD.
/// CanonicalName(CanonicalName(x)) == CanonicalName(x).
std::string CanonicalName(std::string_view raw);

}  // namespace citylayers

#endif  // CITYLAYERS_BASE_TEXT_H_
