#include "geo/raster/png.h"

#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include <png.h>

namespace citylayers::geo {
namespace {

// libpng's simplified reader is the reference.
std::vector<std::uint8_t> ReadPng(const std::string& bytes, int* width, int* height) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  std::vector<std::uint8_t> pixels;
  if (png_image_begin_read_from_memory(&image, bytes.data(), bytes.size()) == 0) return pixels;
  image.format = PNG_FORMAT_RGBA;
  pixels.resize(PNG_IMAGE_SIZE(image));
  png_image_finish_read(&image, nullptr, pixels.data(), 0, nullptr);
  *width = static_cast<int>(image.width);
  *height = static_cast<int>(image.height);
  return pixels;
}

TEST(EncodePng, PixelsComeBack) {
  std::vector<std::uint8_t> rgba;
  for (int i = 0; i < 7 * 3 * 4; ++i) rgba.push_back(static_cast<std::uint8_t>(i * 37));
  const auto png = EncodePng(7, 3, rgba);
  ASSERT_TRUE(png.ok()) << png.status();
  int width = 0, height = 0;
  EXPECT_EQ(ReadPng(*png, &width, &height), rgba);
  EXPECT_EQ(width, 7);
  EXPECT_EQ(height, 3);
}

TEST(EncodePng, EqualPixelsGiveEqualBytes) {
  const std::vector<std::uint8_t> rgba(256 * 256 * 4, 90);
  EXPECT_EQ(EncodePng(256, 256, rgba).value(), EncodePng(256, 256, rgba).value());
  EXPECT_LT(EncodePng(256, 256, rgba)->size(), 2000u);
}

TEST(EncodePng, SizesThatDoNotFitAreRefused) {
  const std::vector<std::uint8_t> rgba(16);
  EXPECT_TRUE(EncodePng(2, 2, rgba).ok());
  EXPECT_FALSE(EncodePng(2, 3, rgba).ok());
  EXPECT_FALSE(EncodePng(0, 2, rgba).ok());
  EXPECT_FALSE(EncodePng(4097, 1, rgba).ok());
}

}  // namespace
}  // namespace citylayers::geo
