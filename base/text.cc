#include "base/text.h"

#include <cstdint>
#include <cstdlib>
#include <memory>

#include <utf8proc.h>

namespace citylayers {
namespace {

using Code = utf8proc_int32_t;

constexpr std::string_view kReplacement = "\uFFFD";
constexpr Code kCapitalEth = 0xD0, kSmallEth = 0xF0;
constexpr std::string_view kCapitalDStroke = "Đ", kSmallDStroke = "đ";

// Removes the first character. Returns a negative value when the byte removed is not part of UTF-8.
Code TakeCode(std::string_view& text, std::string_view* bytes) {
  Code code = -1;
  const utf8proc_ssize_t size =
      utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                       static_cast<utf8proc_ssize_t>(text.size()), &code);
  const std::size_t taken = size > 0 ? static_cast<std::size_t>(size) : 1;
  *bytes = text.substr(0, taken);
  text.remove_prefix(taken);
  return size > 0 ? code : -1;
}

bool IsNoncharacter(Code code) {
  return (code & 0xFFFE) == 0xFFFE || (code >= 0xFDD0 && code <= 0xFDEF);
}

// U+200C and U+200D join letters in some scripts and are kept; the other invisible characters would
// only make two names that look alike different.
bool IsInvisible(Code code) {
  constexpr Code kNonJoiner = 0x200C, kJoiner = 0x200D;
  return utf8proc_category(code) == UTF8PROC_CATEGORY_CF && code != kNonJoiner && code != kJoiner;
}

bool IsSpace(Code code) {
  const utf8proc_category_t category = utf8proc_category(code);
  return (code >= '\t' && code <= '\r') || code == 0x85 || category == UTF8PROC_CATEGORY_ZS ||
         category == UTF8PROC_CATEGORY_ZL || category == UTF8PROC_CATEGORY_ZP;
}

bool IsPartOfWord(Code code) {
  const utf8proc_category_t category = utf8proc_category(code);
  return (category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_NO);
}

// REQUIRES: UTF-8.
std::string Composed(const std::string& text) {
  utf8proc_uint8_t* raw = nullptr;
  const utf8proc_ssize_t size =
      utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                   static_cast<utf8proc_ssize_t>(text.size()), &raw,
                   static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(raw, &std::free);
  if (size < 0) return text;
  return {reinterpret_cast<const char*>(raw), static_cast<std::size_t>(size)};
}

bool IsPlainAscii(std::string_view text) {
  for (const char c : text) {
    if (c < ' ' || c == '\x7F')
      return false;  // char is signed: bytes over 0x7F are below ' ' as well
  }
  return true;
}

}  // namespace

bool IsUtf8(std::string_view bytes) {
  std::string_view character;
  while (!bytes.empty()) {
    if (TakeCode(bytes, &character) < 0) return false;
  }
  return true;
}

std::string RepairUtf8(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  std::string_view character;
  while (!bytes.empty()) {
    out += TakeCode(bytes, &character) < 0 ? kReplacement : character;
  }
  return out;
}

std::string XmlText(std::string_view text) {
  if (IsPlainAscii(text)) return std::string(text);
  std::string out;
  out.reserve(text.size());
  std::string_view character;
  while (!text.empty()) {
    const Code code = TakeCode(text, &character);
    if (code < 0) {
      out += kReplacement;
    } else if ((code >= ' ' && code != 0xFFFE && code != 0xFFFF) || code == '\t' || code == '\n' ||
               code == '\r') {
      out += character;
    }
  }
  return out;
}

std::string CanonicalName(std::string_view raw) {
  std::string out;
  out.reserve(raw.size());
  bool space = false, in_word = false;
  std::string_view character;
  while (!raw.empty()) {
    const Code code = TakeCode(raw, &character);
    if (code < 0) {
      character = kReplacement;
    } else if (IsSpace(code)) {
      space = !out.empty();
      in_word = false;
      continue;
    } else if (utf8proc_category(code) == UTF8PROC_CATEGORY_CC || IsNoncharacter(code) ||
               IsInvisible(code)) {
      continue;
    } else if (!in_word && (code == kCapitalEth || code == kSmallEth)) {
      character = code == kCapitalEth ? kCapitalDStroke : kSmallDStroke;
    }
    if (space) out += ' ';
    space = false;
    in_word = code >= 0 && IsPartOfWord(code);
    out += character;
  }
  return IsPlainAscii(out) ? out : Composed(out);
}

}  // namespace citylayers
