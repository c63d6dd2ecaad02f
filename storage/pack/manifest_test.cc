#include "storage/pack/manifest.h"

#include "absl/strings/str_replace.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/small_pack.h"

namespace citylayers::storage {
namespace {

using ::testing::HasSubstr;

Manifest Complete() {
  Manifest m = TestManifest();
  m.files = {{"roads.bin", 123, 0xfedcba9876543210}};
  m.pack_id = ComputePackId(m);
  return m;
}

TEST(Manifest, ReadsBackWhatItWrote) {
  const Manifest m = Complete();
  const auto read = ParseManifest(FormatManifest(m));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(*read, m);
}

TEST(Manifest, IdCoversContentButNotTheTimeOfBuilding) {
  const Manifest m = Complete();
  Manifest later = m;
  later.created_time += absl::Hours(5);
  EXPECT_EQ(ComputePackId(later), m.pack_id);
  Manifest other = m;
  other.files[0].checksum ^= 1;
  EXPECT_NE(ComputePackId(other), m.pack_id);
  other = m;
  other.notices.clear();
  EXPECT_NE(ComputePackId(other), m.pack_id);
}

// Golden: a change of the text changes the ids of all packs; kFormatVersion must then be raised.
TEST(Manifest, TextIsPartOfTheFormat) {
  EXPECT_THAT(FormatManifest(Complete()), HasSubstr(R"(
name_vi = "Thành phố Hồ Chí Minh"
name_en = "Ho Chi Minh City"
bounds = [106.698, 10.772, 106.7, 10.774]  # west, south, east, north
min_zoom = 8
max_zoom = 14
attribution = "© test"
notices = ["synthetic_terrain"]

[datum]  # heights are metres over Hòn Dấu after adding offset_m
source_datum = "egm2008"
offset_m = -0.86

[counts]
segments = 3
stations = 2

[[source]]
part = "roads"
name = "test.osm.pbf"
attribution = "© test"
synthetic = false

[[absent]]
part = "boundaries"
reason = "no --boundaries was given"

[[file]]
name = "roads.bin"
bytes = 123
checksum = "fedcba9876543210"
)"));
}

TEST(Manifest, NewerVersionIsRefusedWithAdvice) {
  const auto read = ParseManifest(absl::StrReplaceAll(
      FormatManifest(Complete()), {{"format_version = 1", "format_version = 2"}}));
  EXPECT_TRUE(absl::IsFailedPrecondition(read.status()));
  EXPECT_THAT(read.status().message(), HasSubstr("update the program"));
}

TEST(Manifest, SaysWhichFieldIsMissing) {
  const auto read = ParseManifest(
      absl::StrReplaceAll(FormatManifest(Complete()), {{"max_zoom = 14", "max_zoom = \"x\""}}));
  EXPECT_TRUE(absl::IsDataLoss(read.status()));
  EXPECT_THAT(read.status().message(), HasSubstr("max_zoom"));
  EXPECT_TRUE(absl::IsDataLoss(ParseManifest("what = = ever").status()));
  EXPECT_TRUE(absl::IsDataLoss(ParseManifest("").status()));
}

TEST(Manifest, FileNamesStayInsideThePack) {
  Manifest m = Complete();
  m.files[0].name = "../roads.bin";
  m.pack_id = ComputePackId(m);
  EXPECT_TRUE(absl::IsDataLoss(ParseManifest(FormatManifest(m)).status()));
}

}  // namespace
}  // namespace citylayers::storage
