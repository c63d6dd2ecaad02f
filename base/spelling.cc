#include "base/spelling.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include <utf8proc.h>

#include "base/text.h"

namespace citylayers {
namespace {

// True for the letters d with a stroke of every alphabet that a keyboard may produce: Vietnamese đ
// and Đ, the Icelandic eth, and the African letter of the same shape.
bool IsStrokedD(utf8proc_int32_t code) {
  return code == 0x110 || code == 0x111 || code == 0xD0 || code == 0xF0 || code == 0x189 ||
         code == 0x256;
}
constexpr std::string_view kStroke = "\x01";

// Lower-case letters, each followed by its marks. Empty: not UTF-8.
std::vector<utf8proc_int32_t> Decomposed(const std::string& text) {
  constexpr auto kHow = static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_DECOMPOSE |
                                                       UTF8PROC_CASEFOLD | UTF8PROC_IGNORE);
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  const auto size = static_cast<utf8proc_ssize_t>(text.size());
  std::vector<utf8proc_int32_t> codes(text.size() * 3 + 1);
  utf8proc_ssize_t count = utf8proc_decompose(bytes, size, codes.data(),
                                              static_cast<utf8proc_ssize_t>(codes.size()), kHow);
  if (count > static_cast<utf8proc_ssize_t>(codes.size())) {
    codes.resize(static_cast<std::size_t>(count));
    count = utf8proc_decompose(bytes, size, codes.data(), count, kHow);
  }
  codes.resize(static_cast<std::size_t>(std::max<utf8proc_ssize_t>(count, 0)));
  return codes;
}

std::string Utf8(utf8proc_int32_t code) {
  std::array<utf8proc_uint8_t, 4> bytes{};
  const utf8proc_ssize_t size = utf8proc_encode_char(code, bytes.data());
  return {reinterpret_cast<const char*>(bytes.data()), static_cast<std::size_t>(size)};
}

}  // namespace

Spelling Spelling::Of(std::string_view utf8) {
  Spelling result;
  std::set<std::string>
      marks;  // of the latest letter; sorted, because they may be typed in any order
  const auto end_letter = [&] {
    for (const std::string& mark : marks) result.marked += mark;
    marks.clear();
  };
  bool space = false;
  for (const utf8proc_int32_t code : Decomposed(RepairUtf8(utf8))) {
    const utf8proc_category_t category = utf8proc_category(code);
    if (category == UTF8PROC_CATEGORY_MN && !result.letters.empty()) {
      marks.insert(Utf8(code));
      continue;
    }
    if (category == UTF8PROC_CATEGORY_ZS || (code >= '\t' && code <= '\r')) {
      space = !result.letters.empty();
      continue;
    }
    end_letter();
    const std::string letter = IsStrokedD(code) ? "d" : Utf8(code);
    for (std::string* text : {&result.letters, &result.marked}) {
      if (space) *text += ' ';
      *text += letter;
    }
    if (IsStrokedD(code)) marks.emplace(kStroke);
    space = false;
  }
  end_letter();
  return result;
}

bool NameQuery::Matches(std::string_view name) const {
  const Spelling spelling = Spelling::Of(name);
  if (spelling.letters != asked_.letters) return false;
  return asked_.marked == asked_.letters || spelling.marked == asked_.marked;
}

}  // namespace citylayers
