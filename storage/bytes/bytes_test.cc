#include "storage/bytes/bytes.h"

#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace citylayers::storage {
namespace {

TEST(BytesTest, WhatIsWrittenIsReadBack) {
  std::string out;
  PutFixed16(out, 0x0102);
  PutFixed32(out, 0xdeadbeef);
  PutFixed64(out, 0x0102030405060708);
  PutDouble(out, -0.1);
  PutText(out, "Phú An");
  ByteReader reader(out);
  EXPECT_EQ(*reader.ReadFixed16(), 0x0102);
  EXPECT_EQ(*reader.ReadFixed32(), 0xdeadbeefu);
  EXPECT_EQ(*reader.ReadFixed64(), 0x0102030405060708u);
  EXPECT_EQ(*reader.ReadDouble(), -0.1);
  EXPECT_EQ(*reader.ReadText(100), "Phú An");
  EXPECT_TRUE(reader.ExpectEnd().ok());
}

TEST(BytesTest, FixedNumbersSortAsBytesLikeNumbers) {
  std::mt19937_64 random(7);
  for (int i = 0; i < 1000; ++i) {
    const std::uint64_t a = random() >> (random() % 64);
    const std::uint64_t b = random() >> (random() % 64);
    std::string a_bytes, b_bytes;
    PutFixed64(a_bytes, a);
    PutFixed64(b_bytes, b);
    EXPECT_EQ(a < b, a_bytes < b_bytes) << a << " and " << b;
  }
}

TEST(BytesTest, VarintsOfEveryWidthRoundTrip) {
  for (int shift = 0; shift < 64; ++shift) {
    for (const std::int64_t near : {-1, 0, 1}) {
      const std::uint64_t value = (std::uint64_t{1} << shift) + static_cast<std::uint64_t>(near);
      std::string out;
      PutVarint(out, value);
      ByteReader reader(out);
      EXPECT_EQ(*reader.ReadVarint(), value);
      EXPECT_EQ(reader.remaining(), 0u);
      EXPECT_EQ(ZigZag(UnZigZag(value)), value);
    }
  }
  EXPECT_EQ(ZigZag(-1), 1u);
  EXPECT_EQ(ZigZag(std::numeric_limits<std::int64_t>::min()),
            std::numeric_limits<std::uint64_t>::max());
}

TEST(BytesTest, EndsTooEarlyIsDataLossEverywhere) {
  std::string out;
  PutText(out, "abcdef");
  for (std::size_t cut = 0; cut < out.size(); ++cut) {
    ByteReader reader(std::string_view(out).substr(0, cut));
    EXPECT_EQ(reader.ReadText(100).status().code(), absl::StatusCode::kDataLoss);
  }
  ByteReader too_long(out);
  EXPECT_EQ(too_long.ReadText(5).status().code(), absl::StatusCode::kDataLoss);
  const std::string endless(11, '\xff');
  ByteReader reader(endless);
  EXPECT_EQ(reader.ReadVarint().status().code(), absl::StatusCode::kDataLoss);
}

TEST(BytesTest, LeftOverBytesAreToldByCount) {
  ByteReader reader("abc");
  EXPECT_THAT(reader.ExpectEnd().ToString(), testing::HasSubstr("3 bytes too many"));
}

}  // namespace
}  // namespace citylayers::storage
