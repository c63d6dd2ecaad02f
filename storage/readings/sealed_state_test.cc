#include "storage/readings/sealed_state.h"

#include "gtest/gtest.h"

#include "tests/support/changed_bytes.h"

namespace citylayers::storage {
namespace {

// Stored bytes: see log_codec_test.cc.
TEST(SealedStateTest, BytesStayAsTheyAre) {
  EXPECT_EQ(test::Hex(SealedStateKey(7)), "4c00000007");
  EXPECT_EQ(test::Hex(EncodeSealedState({true, 1'666'000'000'000, 3, {1'666'001'200'000, 1.4, 2}})),
            "0180a8daaabe300380c7a3abbe30023ff6666666666666");
}

TEST(SealedStateTest, RowsRoundTrip) {
  const SealedState state{true, 5, 6, {7, 8.5, 1}};
  EXPECT_EQ(*DecodeSealedState(EncodeSealedState(state)), state);
}

TEST(SealedStateTest, AnyBytesAreAnsweredWithoutHarm) {
  test::ForChangedBytes(
      EncodeSealedState({true, 5, 6, {7, 8.5, 1}}), 50'000,
      [](const std::string& bytes) { DecodeSealedState(bytes).status().IgnoreError(); });
}

}  // namespace
}  // namespace citylayers::storage
