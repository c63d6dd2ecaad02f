#include "services/keys/keys_backup.h"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "services/keys/key_init.h"
#include "tests/support/temp_dir.h"

namespace citylayers::keys {
namespace {

TEST(KeysBackup, CopiesTheKeyFileForItsOwnerOnly) {
  const test::TempDir dir;
  ASSERT_TRUE(InitKeys(dir.path(), "admin").ok());
  KeysBackup backup(dir / "keys/keys");
  const auto copied = backup.Copy(dir / "copy");
  ASSERT_TRUE(copied.ok()) << copied.status();
  EXPECT_TRUE(backup.Check(dir / "copy", *copied).ok());
  const auto mode = std::filesystem::status(dir / "copy/keys").permissions();
  EXPECT_EQ(mode, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

TEST(KeysBackup, WithoutKeysThereIsNothing) {
  const test::TempDir dir;
  EXPECT_TRUE(absl::IsNotFound(KeysBackup(dir / "keys").Copy(dir / "copy").status()));
  EXPECT_FALSE(std::filesystem::exists(dir / "copy"));
}

TEST(KeysBackup, ADamagedCopyIsFound) {
  const test::TempDir dir;
  ASSERT_TRUE(InitKeys(dir.path(), "admin").ok());
  KeysBackup backup(dir / "keys/keys");
  const auto copied = backup.Copy(dir / "copy");
  std::fstream file(dir / "copy/keys", std::ios::in | std::ios::out);
  file.seekp(40);
  file << "XX";
  file.close();
  EXPECT_TRUE(absl::IsDataLoss(backup.Check(dir / "copy", *copied)));
}

}  // namespace
}  // namespace citylayers::keys
