#include "storage/pack/section_file.h"

#include <array>

#include "absl/strings/escaping.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/small_pack.h"

namespace citylayers::storage {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string Sample() {
  const std::vector<std::uint32_t> numbers = {1, 2, 3};
  const std::array<SectionBytes, 2> sections = {{{1, AsBytes(numbers)}, {4, "text"}}};
  return EncodeSectionFile(SectionFileKind::kCells, sections);
}

TEST(SectionFile, GivesBackSections) {
  const TempDir dir;
  SaveFile(dir / "f", Sample());
  auto opened = SectionFile::Open(dir / "f", SectionFileKind::kCells);
  ASSERT_TRUE(opened.ok()) << opened.status();
  const SectionFile file = *std::move(opened);
  const auto numbers = file.records<std::uint32_t>(1);
  ASSERT_TRUE(numbers.ok());
  EXPECT_THAT(*numbers, ElementsAre(1, 2, 3));
  EXPECT_EQ(file.bytes(4), "text");
  EXPECT_EQ(file.bytes(2).data(), nullptr);
  EXPECT_TRUE(absl::IsDataLoss(file.records<std::uint32_t>(2).status()));
  EXPECT_TRUE(absl::IsDataLoss(file.records<std::uint64_t>(1).status()));
}

// Golden: the layout of docs/formats/pack.md. If this changes, kVersion must change.
TEST(SectionFile, HeaderIsPartOfTheFormat) {
  const std::string bytes = Sample();
  EXPECT_EQ(bytes.size(), 196u);
  EXPECT_EQ(absl::BytesToHexString(bytes.substr(0, 16)), "434c504b02030200c400000000000000");
  EXPECT_EQ(absl::BytesToHexString(bytes.substr(16, 8)), "df1f3bc975784c8e");
  EXPECT_EQ(absl::BytesToHexString(bytes.substr(32, 24)),
            "01000000000000008000000000000000"
            "0c00000000000000");
  EXPECT_EQ(absl::BytesToHexString(bytes.substr(128, 12)), "010000000200000003000000");
  EXPECT_EQ(bytes.substr(192), "text");
}

TEST(SectionFile, NewerVersionIsRefusedWithAdvice) {
  const TempDir dir;
  std::string bytes = Sample();
  bytes[4] = SectionFile::kVersion + 1;
  SaveFile(dir / "f", bytes);
  const auto file = SectionFile::Open(dir / "f", SectionFileKind::kCells);
  EXPECT_TRUE(absl::IsFailedPrecondition(file.status())) << file.status();
  EXPECT_THAT(file.status().message(), HasSubstr("update the program"));
}

TEST(SectionFile, AnotherKindOfFileIsRefused) {
  const TempDir dir;
  SaveFile(dir / "f", Sample());
  EXPECT_TRUE(absl::IsDataLoss(SectionFile::Open(dir / "f", SectionFileKind::kTiles).status()));
  SaveFile(dir / "f", std::string(500, 'x'));
  EXPECT_THAT(SectionFile::Open(dir / "f", SectionFileKind::kTiles).status().message(),
              HasSubstr("not a city pack file"));
  EXPECT_TRUE(absl::IsNotFound(SectionFile::Open(dir / "g", SectionFileKind::kTiles).status()));
  EXPECT_FALSE(SectionFile::Open(dir.path(), SectionFileKind::kTiles).ok());
}

}  // namespace
}  // namespace citylayers::storage
