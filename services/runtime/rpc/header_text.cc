#include "services/runtime/rpc/header_text.h"

#include <cstdint>

namespace citylayers::runtime {
namespace {

constexpr std::string_view kCut = "...";

std::size_t EncodedSizeOf(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte > 0x7e || c == '%' ? 3 : 1;
}

bool IsContinuation(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

// Length of the UTF-8 character at the beginning of `text`; 0 when there is none (RFC 3629: no
// overlong forms, no surrogates, nothing over U+10FFFF).
std::size_t CharacterSize(std::string_view text) {
  const auto first = static_cast<unsigned char>(text[0]);
  if (first < 0x80) return 1;
  const std::size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < size) return 0;
  std::uint32_t code = first & (0xffu >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) {
    if (!IsContinuation(text[i])) return 0;
    code = code << 6 | (static_cast<unsigned char>(text[i]) & 0x3fu);
  }
  const bool overlong = (size == 3 && code < 0x800) || (size == 4 && code < 0x10000);
  const bool surrogate = code >= 0xd800 && code < 0xe000;
  return overlong || surrogate || code > 0x10ffff ? 0 : size;
}

}  // namespace

std::size_t EncodedSize(std::string_view text) {
  std::size_t size = 0;
  for (const char c : text) size += EncodedSizeOf(c);
  return size;
}

std::string FitHeader(std::string_view text, std::size_t encoded_bytes_max) {
  std::string out;
  std::size_t encoded = 0;
  std::size_t fits_with_mark = 0;  // length of the prefix of `out` that leaves room for kCut
  while (!text.empty()) {
    const std::size_t size = CharacterSize(text);
    const std::string_view character = size == 0 ? "?" : text.substr(0, size);
    encoded += EncodedSize(character);
    if (encoded > encoded_bytes_max) {
      out.resize(fits_with_mark);
      return out.append(kCut);
    }
    out += character;
    if (encoded + kCut.size() <= encoded_bytes_max) fits_with_mark = out.size();
    text.remove_prefix(size == 0 ? 1 : size);
  }
  return out;
}

}  // namespace citylayers::runtime
