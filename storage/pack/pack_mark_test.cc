#include "storage/pack/pack_mark.h"

#include <gtest/gtest.h>

#include "tests/support/small_pack.h"

namespace citylayers::storage {
namespace {

PackMark Saigon() { return {"0123456789abcdef", "Sài \"Gòn\"", {106.5, 10.6, 107.0, 11.0}}; }

TEST(PackMark, ReadsBackWhatItWrote) {
  const TempDir dir;
  EXPECT_EQ(LoadPackMark(dir.path()), std::nullopt);
  ASSERT_TRUE(SavePackMark(dir.path(), Saigon()).ok());
  EXPECT_EQ(LoadPackMark(dir.path()), Saigon());
  EXPECT_FALSE(std::filesystem::exists(dir / "PACK.new"));
}

TEST(PackMark, NoFlippedBitMakesItAnotherPack) {
  const TempDir dir;
  ASSERT_TRUE(SavePackMark(dir.path(), Saigon()).ok());
  const std::string good = ReadFile(dir / "PACK");
  for (std::size_t byte = 0; byte < good.size(); ++byte) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string bad = good;
      bad[byte] = static_cast<char>(bad[byte] ^ (1 << bit));
      SaveFile(dir / "PACK", bad);
      EXPECT_EQ(LoadPackMark(dir.path()), std::nullopt) << byte << " " << bit;
    }
  }
}

TEST(PackMark, ANewPackOfTheSameCityIsTaken) {
  PackMark now = Saigon();
  now.pack_id = "fedcba9876543210";
  now.bounds = {106.9, 10.9, 107.5, 11.5};
  EXPECT_TRUE(CheckPackMark("data/readings", Saigon(), now).ok());
}

TEST(PackMark, ThePackOfAnotherCityIsRefused) {
  const PackMark hanoi{"fedcba9876543210", "Hà Nội", {105.5, 20.5, 106.2, 21.5}};
  const absl::Status status = CheckPackMark("data/readings", Saigon(), hanoi);
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  for (const char* word : {"data/readings", "0123456789abcdef", "Sài", "fedcba9876543210", "Hà Nội",
                           "give another --data"}) {
    EXPECT_NE(status.ToString().find(word), std::string::npos) << word;
  }
}

TEST(PackMark, AFolderThatIsNotThereIsAnError) {
  EXPECT_EQ(SavePackMark("/nowhere", Saigon()).code(), absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace citylayers::storage
