#include "services/gateway/blank_png.h"

#include <cstdint>
#include <string_view>

#include <zlib.h>

namespace citylayers::gateway {
namespace {

constexpr std::uint32_t kSize = 256;

void AppendBigEndian(std::string& out, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift & 0xff);
}

// PNG specification, 5.3: length, type, data, CRC of type and data.
void AppendChunk(std::string& out, std::string_view type, const std::string& data) {
  AppendBigEndian(out, static_cast<std::uint32_t>(data.size()));
  std::string body(type);
  body += data;
  out += body;
  AppendBigEndian(out,
                  static_cast<std::uint32_t>(crc32(0, reinterpret_cast<const Bytef*>(body.data()),
                                                   static_cast<uInt>(body.size()))));
}

std::string MakeBlankPng() {
  std::string header;
  AppendBigEndian(header, kSize);
  AppendBigEndian(header, kSize);
  // One bit per pixel, palette colours; deflate, the standard filters, not interlaced.
  header += std::string("\x01\x03\x00\x00\x00", 5);
  // Each row: a filter byte and 256 bits, all of the first colour of the palette.
  const std::string rows((1 + kSize / 8) * kSize, '\0');
  uLongf size = compressBound(rows.size());
  std::string packed(size, '\0');
  compress2(reinterpret_cast<Bytef*>(packed.data()), &size,
            reinterpret_cast<const Bytef*>(rows.data()), rows.size(), 9);
  packed.resize(size);
  std::string png = "\x89PNG\r\n\x1a\n";
  AppendChunk(png, "IHDR", header);
  AppendChunk(png, "PLTE", std::string(3, '\0'));
  AppendChunk(png, "tRNS", std::string(1, '\0'));
  AppendChunk(png, "IDAT", packed);
  AppendChunk(png, "IEND", "");
  return png;
}

}  // namespace

std::shared_ptr<const std::string> BlankPng() {
  static const auto png = std::make_shared<const std::string>(MakeBlankPng());
  return png;
}

}  // namespace citylayers::gateway
