#include "storage/readings/lost_chunk_codec.h"

#include "gtest/gtest.h"

#include "tests/support/changed_bytes.h"

namespace citylayers::storage {
namespace {

// Stored bytes: see log_codec_test.cc.
TEST(LostChunkCodecTest, BytesStayAsTheyAre) {
  EXPECT_EQ(test::Hex(LostChunkKey(7, 0x0102)), "58000000070000000000000102");
  EXPECT_EQ(test::Hex(EncodeLostChunk(300, "row")), "01ac02726f77");
}

TEST(LostChunkCodecTest, TheEndRoundTrips) {
  EXPECT_EQ(*DecodeLostChunkEnd(EncodeLostChunk(300, "row")), 300);
}

TEST(LostChunkCodecTest, AnyBytesAreAnsweredWithoutHarm) {
  test::ForChangedBytes(
      EncodeLostChunk(1'666'000'000'000, "row"), 50'000,
      [](const std::string& bytes) { DecodeLostChunkEnd(bytes).status().IgnoreError(); });
}

}  // namespace
}  // namespace citylayers::storage
