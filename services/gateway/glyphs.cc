#include "services/gateway/glyphs.h"

#include <cstdint>

#include "absl/strings/numbers.h"

#include "base/strings.h"

namespace citylayers::gateway {
namespace {

// A length-delimited field with a number below 16.
void AppendBlock(std::string& out, int field, std::string_view content) {
  out += static_cast<char>(field << 3 | 2);
  std::size_t size = content.size();
  for (; size > 127; size >>= 7) out += static_cast<char>((size & 127) | 128);
  out += static_cast<char>(size);
  out += content;
}

}  // namespace

bool IsGlyphRange(std::string_view range) {
  constexpr std::uint32_t kSize = 256;
  constexpr std::uint32_t kLast = 0xffff;
  const std::size_t dash = range.find('-');
  std::uint32_t first = 0;
  if (dash == std::string_view::npos || !absl::SimpleAtoi(ToAbsl(range.substr(0, dash)), &first)) {
    return false;
  }
  return first % kSize == 0 && first <= kLast &&
         range == StrCat(first, "-", first + kSize - 1);  // no signs, spaces or leading zeros
}

std::string EmptyGlyphs(std::string_view font, std::string_view range) {
  std::string stack;
  AppendBlock(stack, 1, font);
  AppendBlock(stack, 2, range);
  std::string file;
  AppendBlock(file, 1, stack);
  return file;
}

}  // namespace citylayers::gateway
