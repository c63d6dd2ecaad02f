#include "services/programs/citylayers/backup_stores.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/keys/key_init.h"
#include "tests/support/readings_store_fixture.h"

namespace citylayers::cli {
namespace {

using ::testing::HasSubstr;

storage::BackupManifest With(storage::BackupStore store) {
  return {.time = absl::UnixEpoch(),
          .program_version = "9.1.0",
          .stores = {std::move(store)},
          .files = {}};
}

TEST(CheckFormats, KnownStoresOfThisFormat) {
  for (const char* name : {"alerts", "readings", "keys"}) {
    EXPECT_TRUE(CheckFormats(With({.name = name, .format = 1})).ok()) << name;
  }
}

TEST(CheckFormats, ANewerFormatOrStoreNamesTheVersionToUse) {
  for (const storage::BackupStore& store : {storage::BackupStore{.name = "readings", .format = 2},
                                            storage::BackupStore{.name = "people", .format = 1}}) {
    const absl::Status status = CheckFormats(With(store));
    EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr("use version 9.1.0 of citylayers"));
  }
}

class CheckStoresTest : public storage::TestStore {};

TEST_F(CheckStoresTest, AStoreOpensAndEndsAtItsOffset) {
  Open();
  RegisterSpeeds(1);
  ASSERT_TRUE(
      store_->log().Append(storage::Batch("gate", 0, {{0, storage::kStartMs, 1}}), {}).ok());
  const std::string copies = dir_ / "copies";
  std::filesystem::create_directory(copies);
  ASSERT_TRUE(store_->upkeep().Copy(copies + "/readings").ok());
  EXPECT_TRUE(CheckStores(With({.name = "readings", .offset = 1}), copies).ok());
  const absl::Status other = CheckStores(With({.name = "readings", .offset = 2}), copies);
  EXPECT_TRUE(absl::IsDataLoss(other));
  EXPECT_THAT(std::string(other.message()), HasSubstr("ends at 1 and should end at 2"));
  EXPECT_FALSE(CheckStores(With({.name = "alerts"}), copies).ok());
}

TEST(CheckStores, KeysAreRead) {
  const test::TempDir dir;
  ASSERT_TRUE(keys::InitKeys(dir.path(), "admin").ok());
  EXPECT_TRUE(CheckStores(With({.name = "keys"}), dir.path()).ok());
}

}  // namespace
}  // namespace citylayers::cli
