#include "storage/pack/station.h"

#include "absl/strings/str_replace.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/small_pack.h"

namespace citylayers::storage {
namespace {

using ::testing::HasSubstr;

TEST(Station, ReadsBackWhatItWrote) {
  const auto read = ParseStations(FormatStations(TestStations()));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(*read, TestStations());
  EXPECT_TRUE(ParseStations(FormatStations({}))->empty());
}

TEST(Station, ErrorNamesTheStation) {
  const auto read = ParseStations(
      absl::StrReplaceAll(FormatStations(TestStations()), {{"decimals = 3", "decimals = \"3\""}}));
  EXPECT_TRUE(absl::IsDataLoss(read.status()));
  EXPECT_THAT(read.status().message(), HasSubstr("phu-an"));
  EXPECT_THAT(read.status().message(), HasSubstr("decimals"));
}

TEST(Station, NewerVersionIsRefused) {
  EXPECT_TRUE(absl::IsFailedPrecondition(ParseStations("format_version = 2").status()));
}

}  // namespace
}  // namespace citylayers::storage
