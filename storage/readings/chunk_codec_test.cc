#include "storage/readings/chunk_codec.h"

#include <cmath>
#include <random>

#include "gtest/gtest.h"

#include "storage/readings/row_frame.h"
#include "tests/support/changed_bytes.h"

namespace citylayers::storage {
namespace {

std::vector<StoredReading> SomeReadings() {
  return {{1'666'000'000'000, 1.42, 1}, {1'666'000'600'000, 1.44, 1}, {1'666'001'200'000, 1.4, 2}};
}

// Stored bytes: see log_codec_test.cc.
TEST(ChunkCodecTest, BytesStayAsTheyAre) {
  EXPECT_EQ(test::Hex(EncodeChunkKey({7, 1'666'000'000'000})), "0ac20000000700000183e556940000");
  EXPECT_EQ(test::Hex(EncodeChunk(SomeReadings(), 3)),
            "01106b5e330380a8daaabe30809f490305f0150a289ce0840f4b0100809f490305981645680f05028001");
}

TEST(ChunkCodecTest, RowsRoundTrip) {
  EXPECT_EQ(*DecodeChunk(EncodeChunk(SomeReadings(), 3)), SomeReadings());
  const auto key = ParseChunkKey(EncodeChunkKey({7, 1'666'000'000'000}));
  EXPECT_EQ(key->series, 7u);
  EXPECT_EQ(key->first_ms, 1'666'000'000'000);
  const auto stats = DecodeChunkStats(EncodeChunk(SomeReadings(), 3));
  ASSERT_TRUE(stats.ok());
  EXPECT_EQ(stats->count, 3u);
  EXPECT_EQ(stats->min, 1.4);
  EXPECT_EQ(stats->max, 1.44);
  EXPECT_EQ(stats->first, 1.42);
  EXPECT_EQ(stats->last, 1.4);
  EXPECT_EQ(stats->sum, 4.26);
}

TEST(ChunkCodecTest, ADayOfATideTakesLessThanAByteAReading) {
  std::mt19937_64 random(1);
  std::normal_distribution<double> noise(0, 0.002);
  std::vector<StoredReading> day;
  for (int i = 0; i < 288; ++i) {
    const double level = std::round((0.8 + 0.6 * std::sin(i / 24.0) + noise(random)) * 1000) / 1000;
    day.push_back({1'666'000'000'000 + i * 300'000, level, 1});
  }
  EXPECT_LE(EncodeChunk(day, 3).size(), 288u);
}

// Every inverted bit is detected, wherever it is.
TEST(ChunkCodecTest, DamageIsNeverServed) {
  test::ForDamagedBytes(EncodeChunk(SomeReadings(), 3), [](const std::string& row) {
    EXPECT_EQ(DecodeChunk(row).status().code(), absl::StatusCode::kDataLoss);
    EXPECT_EQ(DecodeChunkStats(row).status().code(), absl::StatusCode::kDataLoss);
  });
}

// Arbitrary bytes with a valid checksum.
TEST(ChunkCodecTest, AnyBytesAreAnsweredWithoutHarm) {
  const std::string body = EncodeChunk(SomeReadings(), 3).substr(5);
  test::ForChangedBytes(body, 50'000, [](const std::string& bytes) {
    const std::string row = FrameRow(bytes);
    DecodeChunk(row).status().IgnoreError();
    DecodeChunkStats(row).status().IgnoreError();
    ParseChunkKey(bytes.substr(0, 15)).status().IgnoreError();
  });
}

}  // namespace
}  // namespace citylayers::storage
