#include "base/atomic_file.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/support/temp_dir.h"

namespace citylayers {
namespace {

using ::testing::HasSubstr;

std::string Content(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

TEST(ReplaceFile, CreatesAndReplaces) {
  const test::TempDir dir;
  const std::string path = dir / "state";
  ASSERT_TRUE(ReplaceFile(path, "a longer first content").ok());
  ASSERT_TRUE(ReplaceFile(path, "second").ok());
  EXPECT_EQ(Content(path), "second");
  EXPECT_FALSE(std::filesystem::exists(path + ".new"));
}

TEST(ReplaceFile, IgnoresTheRestOfAWriteThatACrashCutOff) {
  const test::TempDir dir;
  const std::string path = dir / "state";
  std::ofstream(path + ".new") << "half of a longer content";
  ASSERT_TRUE(ReplaceFile(path, "whole").ok());
  EXPECT_EQ(Content(path), "whole");
}

TEST(ReplaceFile, ASecretFileIsNeverReadableByOthers) {
  using std::filesystem::perms;
  const test::TempDir dir;
  const std::string path = dir / "keys";
  const auto mode = [&path] { return std::filesystem::status(path).permissions(); };
  ASSERT_TRUE(ReplaceFile(path, "first", 0600).ok());
  EXPECT_EQ(mode(), perms::owner_read | perms::owner_write);
  std::ofstream(path + ".new") << "left by a crash";
  std::filesystem::permissions(path + ".new", perms::owner_all | perms::others_read);
  ASSERT_TRUE(ReplaceFile(path, "second", 0600).ok());
  EXPECT_EQ(mode(), perms::owner_read | perms::owner_write);
  EXPECT_EQ(Content(path), "second");
}

TEST(ReplaceFile, AnErrorNamesTheFileAndLeavesNothingBehind) {
  const test::TempDir dir;
  const absl::Status missing = ReplaceFile(dir / "none/state", "x");
  EXPECT_EQ(missing.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(missing.message()), HasSubstr(dir / "none/state"));
  // A directory cannot be replaced by a file.
  std::filesystem::create_directory(dir / "folder");
  EXPECT_EQ(ReplaceFile(dir / "folder", "x").code(), absl::StatusCode::kUnavailable);
  EXPECT_FALSE(std::filesystem::exists(dir / "folder.new"));
}

// /dev/full refuses each write as a full disk does.
TEST(ReplaceFile, AFullDiskIsResourceExhausted) {
  const test::TempDir dir;
  std::filesystem::create_symlink("/dev/full", dir / "state.new");
  EXPECT_EQ(ReplaceFile(dir / "state", "x").code(), absl::StatusCode::kResourceExhausted);
  EXPECT_FALSE(std::filesystem::exists(dir / "state"));
}

}  // namespace
}  // namespace citylayers
