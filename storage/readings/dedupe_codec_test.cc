#include "storage/readings/dedupe_codec.h"

#include "gtest/gtest.h"

#include "tests/support/changed_bytes.h"

namespace citylayers::storage {
namespace {

// Stored bytes: see log_codec_test.cc.
TEST(DedupeCodecTest, BytesStayAsTheyAre) {
  EXPECT_EQ(test::Hex(DedupeKey("gate", 2, 9)),
            "510467617465"
            "0000000000000002"
            "0000000000000009");
  EXPECT_EQ(test::Hex(EncodeAppendResult({300, false, 20, 1})), "01ac021401");
}

TEST(DedupeCodecTest, RowsRoundTrip) {
  const auto key = ParseDedupeKey(DedupeKey("gate", 2, 9));
  ASSERT_TRUE(key.ok()) << key.status();
  EXPECT_EQ(key->source, "gate");
  EXPECT_EQ(key->epoch, 2u);
  EXPECT_EQ(key->sequence, 9u);
  const auto result = DecodeAppendResult(EncodeAppendResult({300, true, 20, 1}));
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->offset, 300u);
  EXPECT_FALSE(result->duplicate) << "is not stored";
  EXPECT_EQ(result->accepted_count, 20u);
  EXPECT_EQ(result->rejected_count, 1u);
}

TEST(DedupeCodecTest, AnyBytesAreAnsweredWithoutHarm) {
  for (const std::string& seed :
       {DedupeKey("gate", 2, 9), EncodeAppendResult({300, false, 20, 1})}) {
    test::ForChangedBytes(seed, 50'000, [](const std::string& bytes) {
      ParseDedupeKey(bytes).status().IgnoreError();
      DecodeAppendResult(bytes).status().IgnoreError();
    });
  }
}

}  // namespace
}  // namespace citylayers::storage
