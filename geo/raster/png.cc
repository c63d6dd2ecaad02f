#include "geo/raster/png.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include <png.h>

namespace citylayers::geo {
namespace {

// Live tiles are encoded on demand: level 3 is several times as fast as the default 6, and its
// output a few percent larger.
constexpr int kCompressionLevel = 3;

void Append(png_structp png, png_bytep data, png_size_t size) {
  static_cast<std::string*>(png_get_io_ptr(png))->append(reinterpret_cast<char*>(data), size);
}

void NoFlush(png_structp) {}

void Ignore(png_structp, png_const_charp) {}

}  // namespace

absl::StatusOr<std::string> EncodePng(int width, int height, std::span<const std::uint8_t> rgba) {
  if (width < 1 || height < 1 || width > kMaxPngSide || height > kMaxPngSide) {
    return absl::InvalidArgumentError(absl::StrCat("PNG of ", width, " x ", height,
                                                   " pixels; each side must be 1..", kMaxPngSide));
  }
  const std::size_t row_bytes = static_cast<std::size_t>(width) * 4;
  if (rgba.size() != row_bytes * static_cast<std::size_t>(height)) {
    return absl::InvalidArgumentError(
        absl::StrCat("PNG of ", width, " x ", height, " pixels needs ",
                     row_bytes * static_cast<std::size_t>(height), " bytes, got ", rgba.size()));
  }
  std::string out;
  std::vector<png_bytep> rows(static_cast<std::size_t>(height));
  for (std::size_t row = 0; row < rows.size(); ++row) {
    rows[row] = const_cast<png_bytep>(rgba.data() + row * row_bytes);
  }
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, Ignore);
  png_infop info = png == nullptr ? nullptr : png_create_info_struct(png);
  if (info == nullptr) {
    png_destroy_write_struct(&png, nullptr);
    return absl::ResourceExhaustedError("PNG: out of memory");
  }
  // libpng reports errors by a long jump to here; no object with a destructor is made after it.
  if (setjmp(png_jmpbuf(png)) != 0) {
    png_destroy_write_struct(&png, &info);
    return absl::InternalError("PNG: the encoder failed");
  }
  png_set_write_fn(png, &out, Append, NoFlush);
  png_set_compression_level(png, kCompressionLevel);
  png_set_filter(png, 0, PNG_FILTER_NONE);  // flat colour areas compress best unfiltered
  png_set_IHDR(png, info, static_cast<png_uint_32>(width), static_cast<png_uint_32>(height), 8,
               PNG_COLOR_TYPE_RGBA, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
               PNG_FILTER_TYPE_DEFAULT);
  png_write_info(png, info);
  png_write_image(png, rows.data());
  png_write_end(png, nullptr);
  png_destroy_write_struct(&png, &info);
  return out;
}

}  // namespace citylayers::geo
