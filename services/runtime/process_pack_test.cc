#include "services/runtime/process_pack.h"

#include <filesystem>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "storage/pack/pack_mark.h"
#include "tests/support/small_pack.h"

namespace citylayers::runtime {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class ProcessPackTest : public ::testing::Test {
 protected:
  ProcessPackTest() {
    std::filesystem::create_directory(traffic_);
    std::filesystem::create_directory(flood_);
    const auto id = storage::WriteTestPack(pack_path_);
    EXPECT_TRUE(id.ok()) << id.status();
    pack_id_ = id.value_or("");
  }
  // Notes in a data directory that it was used with another pack that covers `bounds`.
  static void UsedBefore(const std::string& directory, const LonLatBox& bounds) {
    EXPECT_TRUE(storage::SavePackMark(directory, {"another", "the city", bounds}).ok());
  }

  const LonLatBox same_city_ = storage::TestManifest().bounds;
  const LonLatBox other_city_ = {105.5, 20.5, 106.2, 21.5};
  const test::TempDir dir_;
  const std::string pack_path_ = dir_ / "pack";
  const std::string traffic_ = dir_ / "traffic";
  const std::string flood_ = dir_ / "flood";
  std::string pack_id_;
};

TEST_F(ProcessPackTest, IsOpenedOnce) {
  ProcessPack pack(pack_path_);
  const auto first = pack.Open();
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(*pack.Open(), *first);
}

TEST_F(ProcessPackTest, WithoutAPackOnlyOpenFails) {
  ProcessPack none("");
  UsedBefore(traffic_, other_city_);
  EXPECT_TRUE(none.Compare(traffic_).ok());
  none.Mark(traffic_);
  EXPECT_EQ(none.Open().status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(none.Open().status().message()), HasSubstr("--pack"));
}

TEST_F(ProcessPackTest, ANewDirectoryIsNoChangeAndIsMarked) {
  ProcessPack pack(pack_path_);
  EXPECT_TRUE(pack.Compare(traffic_).ok());
  pack.Mark(traffic_);
  EXPECT_EQ(storage::LoadPackMark(traffic_)->pack_id, pack_id_);
  EXPECT_TRUE(pack.Compare(traffic_).ok());
  EXPECT_FALSE(pack.change().has_value());
  EXPECT_THAT(pack.notices(), IsEmpty());
}

TEST_F(ProcessPackTest, ANewPackOfTheSameCityIsOneNotice) {
  UsedBefore(traffic_, same_city_);
  UsedBefore(flood_, same_city_);
  ProcessPack pack(pack_path_);
  EXPECT_TRUE(pack.Compare(traffic_).ok());
  EXPECT_TRUE(pack.Compare(flood_).ok());
  ASSERT_TRUE(pack.change().has_value());
  EXPECT_EQ(pack.change()->before_id, "another");
  EXPECT_EQ(pack.change()->now_id, pack_id_);
  ASSERT_THAT(pack.notices(), SizeIs(1));
  EXPECT_THAT(pack.notices()[0], HasSubstr("from another to " + pack_id_));
}

TEST_F(ProcessPackTest, APackOfAnotherCityIsRefused) {
  UsedBefore(traffic_, other_city_);
  ProcessPack pack(pack_path_);
  EXPECT_EQ(pack.Compare(traffic_).code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_FALSE(pack.change().has_value());
}

TEST_F(ProcessPackTest, ADirectoryThatDoesNotExistIsNotMade) {
  ProcessPack pack(pack_path_);
  pack.Mark(dir_ / "absent");
  EXPECT_FALSE(std::filesystem::exists(dir_ / "absent"));
}

}  // namespace
}  // namespace citylayers::runtime
