#include "services/keys/key_init.h"

#include <filesystem>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/clock.h"
#include "base/strings.h"
#include "services/keys/key_book.h"
#include "tests/support/temp_dir.h"

namespace citylayers::keys {
namespace {

using std::filesystem::perms;
using ::testing::HasSubstr;

class KeyInitTest : public ::testing::Test {
 protected:
  static perms ModeOf(const std::string& path) {
    return std::filesystem::status(path).permissions();
  }

  const test::TempDir dir_;
  const std::string data_ = dir_ / "data";
  const std::string path_ = data_ + "/keys/keys";
  const WallClock clock_;
};

TEST_F(KeyInitTest, TheFirstKeyMayDoEverything) {
  const auto key = InitKeys(data_, "Duty");
  ASSERT_TRUE(key.ok()) << key.status();
  EXPECT_EQ(ModeOf(data_ + "/keys"), perms::owner_all);
  EXPECT_EQ(ModeOf(path_), perms::owner_read | perms::owner_write);
  const auto book = KeyBook::Open(path_, {}, clock_);
  ASSERT_TRUE(book.ok()) << book.status();
  const auto caller = (*book)->ring()->Identify(key->ToText(), clock_.Now());
  ASSERT_TRUE(caller.ok()) << caller.status();
  EXPECT_EQ((*caller)->name, "Duty");
  EXPECT_TRUE((*caller)->scopes.AllowsAll(access::Permission::kAdmin));
  EXPECT_EQ((*book)->List().at(0).creator, "") << "made on the server itself";
}

TEST_F(KeyInitTest, ExistingKeysAreKept) {
  const auto key = InitKeys(data_, "Duty");
  ASSERT_TRUE(key.ok()) << key.status();
  const absl::Status again = InitKeys(data_, "Other").status();
  EXPECT_TRUE(absl::IsAlreadyExists(again)) << again;
  EXPECT_THAT(ToStd(again.message()), HasSubstr("citylayers keys create"));
  EXPECT_THAT(ToStd(again.message()), HasSubstr("lose all keys"));
  const auto book = KeyBook::Open(path_, {}, clock_);
  ASSERT_TRUE(book.ok()) << book.status();
  EXPECT_TRUE((*book)->ring()->Identify(key->ToText(), clock_.Now()).ok());
}

TEST_F(KeyInitTest, ItIsRefusedWhileAServerRuns) {
  std::filesystem::create_directories(data_ + "/keys");
  const auto book = KeyBook::Open(path_, {}, clock_);
  ASSERT_TRUE(book.ok()) << book.status();
  const absl::Status status = InitKeys(data_, "Duty").status();
  EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
  EXPECT_THAT(ToStd(status.message()), HasSubstr("is in use by a server: stop it, or"));
  EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(KeyInitTest, ABadPrincipalCreatesNothing) {
  EXPECT_TRUE(absl::IsInvalidArgument(InitKeys(data_, "").status()));
  EXPECT_FALSE(std::filesystem::exists(data_));
}

TEST_F(KeyInitTest, ADirectoryThatCannotBeMadeIsReported) {
  const absl::Status status = InitKeys("/dev/null/data", "Duty").status();
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  EXPECT_THAT(ToStd(status.message()), HasSubstr("/dev/null/data"));
}

}  // namespace
}  // namespace citylayers::keys
