#include "storage/pack/pack_writer.h"

#include <csignal>
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "storage/pack/city_pack.h"
#include "tests/support/small_pack.h"

namespace citylayers::storage {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

std::vector<std::string> Names(const std::string& dir) {
  std::vector<std::string> names;
  for (const auto& e : std::filesystem::directory_iterator(dir)) {
    names.push_back(e.path().filename().string());
  }
  return names;
}

TEST(PackWriter, EqualContentGivesEqualBytesAndId) {
  const TempDir dir;
  const auto a = WriteTestPack(dir / "a"), b = WriteTestPack(dir / "b");
  ASSERT_TRUE(a.ok() && b.ok());
  EXPECT_EQ(*a, *b);
  for (const std::string& name : Names(dir / "a")) {
    EXPECT_EQ(ReadFile(dir / ("a/" + name)), ReadFile(dir / ("b/" + name))) << name;
  }
}

TEST(PackWriter, WithoutCommitNothingIsLeft) {
  const TempDir dir;
  {
    auto writer = PackWriter::Create(dir / "pack");
    ASSERT_TRUE(writer.ok());
    ASSERT_TRUE((*writer)->WriteFile("roads.bin", "half").ok());
    EXPECT_FALSE(std::filesystem::exists(dir / "pack"));
  }
  EXPECT_THAT(Names(dir.path()), IsEmpty());
}

TEST(PackWriter, AKilledBuildLeavesNoPackAndTheNextOneCleansUp) {
  const TempDir dir;
  const pid_t child = ::fork();
  if (child == 0) {
    auto writer = PackWriter::Create(dir / "pack");
    if (writer.ok()) (void)(*writer)->WriteFile("roads.bin", "half");
    ::raise(SIGKILL);
  }
  int how = 0;
  ASSERT_EQ(::waitpid(child, &how, 0), child);
  ASSERT_TRUE(WIFSIGNALED(how));
  EXPECT_FALSE(std::filesystem::exists(dir / "pack"));
  EXPECT_EQ(Names(dir.path()).size(), 1u);  // the remains of the dead build
  ASSERT_TRUE(WriteTestPack(dir / "pack").ok());
  EXPECT_THAT(Names(dir.path()), UnorderedElementsAre("pack"));
}

TEST(PackWriter, ABuildUnderWayInAnotherProcessIsLeftAlone) {
  const TempDir dir;
  const std::string other = dir / ("pack.building-" + std::to_string(::getppid()));
  std::filesystem::create_directory(other);
  ASSERT_TRUE(WriteTestPack(dir / "pack").ok());
  EXPECT_TRUE(std::filesystem::exists(other));
}

TEST(PackWriter, ReplacesAPackThatIsBeingRead) {
  const TempDir dir;
  ASSERT_TRUE(WriteTestPack(dir / "pack").ok());
  const auto before = CityPack::Open(dir / "pack");
  ASSERT_TRUE(before.ok());
  Manifest m = TestManifest();
  m.name_en = "Saigon";
  const auto id = WriteTestPack(dir / "pack", m);
  ASSERT_TRUE(id.ok()) << id.status();
  EXPECT_EQ((*before)->base_tiles().Find(9), "nine");
  const auto after = CityPack::Open(dir / "pack");
  ASSERT_TRUE(after.ok());
  EXPECT_EQ((*after)->pack_id(), *id);
  EXPECT_NE((*before)->pack_id(), *id);
  EXPECT_THAT(Names(dir.path()), UnorderedElementsAre("pack"));
}

TEST(PackWriter, ReplacesNothingButAPack) {
  const TempDir dir;
  std::filesystem::create_directory(dir / "photos");
  SaveFile(dir / "photos/tet.jpg", "dear");
  const auto writer = PackWriter::Create(dir / "photos");
  EXPECT_TRUE(absl::IsFailedPrecondition(writer.status()));
  EXPECT_THAT(writer.status().message(), HasSubstr("not a city pack"));
  EXPECT_EQ(ReadFile(dir / "photos/tet.jpg"), "dear");
  SaveFile(dir / "file", "x");
  EXPECT_FALSE(PackWriter::Create(dir / "file").ok());
  std::filesystem::create_directory(dir / "empty");
  EXPECT_TRUE(WriteTestPack(dir / "empty").ok());
}

TEST(PackWriter, SaysWhenTheFolderCannotBeMade) {
  const auto writer = PackWriter::Create("/proc/nowhere/pack");
  EXPECT_FALSE(writer.ok());
  EXPECT_THAT(writer.status().message(), HasSubstr("/proc/nowhere"));
}

}  // namespace
}  // namespace citylayers::storage
