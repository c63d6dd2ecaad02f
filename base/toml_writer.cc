#include "base/toml_writer.h"

#include <charconv>

#include "absl/strings/str_format.h"

namespace citylayers {

std::string TomlString(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      out += absl::StrFormat("\\u%04X", static_cast<unsigned char>(c));
    } else {
      out += c;
    }
  }
  return out + '"';
}

std::string TomlNumber(double value) {
  char buffer[32];
  const auto result = std::to_chars(buffer, buffer + sizeof(buffer), value);
  std::string out(buffer, result.ptr);
  // TOML distinguishes floats from integers by their notation.
  if (out.find_first_of(".e") == std::string::npos) out += ".0";
  return out;
}

}  // namespace citylayers
