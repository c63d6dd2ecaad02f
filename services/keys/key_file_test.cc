#include "services/keys/key_file.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/strings.h"
#include "storage/checkpoint/checkpoint_file.h"
#include "tests/support/changed_bytes.h"
#include "tests/support/temp_dir.h"

namespace citylayers::keys {
namespace {

using ::testing::HasSubstr;

KeySet Keys() {
  return {.pepper = std::string(32, 'p'),
          .records = {{.id = "abcdefgh2345",
                       .principal = "gate 7",
                       .scopes = {*access::ParseScope("readings:write")},
                       .create_time = absl::FromUnixSeconds(1'700'000'000),
                       .secrets = {{.hash = std::string(32, 'h')}}}}};
}

class KeyFileTest : public ::testing::Test {
 protected:
  std::string Bytes() const {
    std::ifstream file(path_, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }
  // Keeps the mode of the file.
  void SetBytes(const std::string& bytes) const {
    std::ofstream(path_, std::ios::binary | std::ios::trunc) << bytes;
  }
  mode_t Mode() const {
    struct stat info = {};
    EXPECT_EQ(::stat(path_.c_str(), &info), 0);
    return info.st_mode & 07777;
  }
  std::string Message() const { return std::string(ToStd(LoadKeys(path_).status().message())); }

  const test::TempDir dir_;
  const std::string path_ = dir_ / "keys";
};

TEST_F(KeyFileTest, ReadsBackAndIsPrivate) {
  ASSERT_TRUE(SaveKeys(path_, Keys()).ok());
  EXPECT_EQ(Mode(), 0600U);
  const auto keys = LoadKeys(path_);
  ASSERT_TRUE(keys.ok()) << keys.status();
  EXPECT_EQ(keys->pepper, Keys().pepper);
  ASSERT_EQ(keys->records.size(), 1U);
  EXPECT_EQ(keys->records[0].id, "abcdefgh2345");
}

TEST_F(KeyFileTest, AMissingFileIsNotFound) {
  EXPECT_TRUE(absl::IsNotFound(LoadKeys(path_).status()));
}

// Golden: the layout of docs/formats/keys.md. If this changes, the kind's version must change.
TEST_F(KeyFileTest, ItsBytesAreFixed) {
  ASSERT_TRUE(SaveKeys(path_, Keys()).ok());
  const std::string pepper = test::Hex(std::string(32, 'p'));
  const std::string hash = test::Hex(std::string(32, 'h'));
  const std::string key =
      "0a116b6579732f616263646566676832333435"  // name
      "1206676174652037"                        // principal
      "1a0e72656164696e67733a7772697465"        // scope
      "22060880e2cfaa06";                       // create_time
  EXPECT_EQ(test::Hex(Bytes()),
            "434c435001000000"          // CLCP, version 1
            "040000006b65797301000000"  // kind "keys", version 1
            "000000000000000000000000"  // pack id, log offset
            "7d00000000000000"          // size of the payload
            "0a20" +
                pepper + "12590a33" + key + "12220a20" + hash + "02574c6a");
}

TEST_F(KeyFileTest, AFileThatOthersCanReadIsRefused) {
  ASSERT_TRUE(SaveKeys(path_, Keys()).ok());
  for (const mode_t mode : {0640U, 0604U, 0620U, 0666U}) {
    ASSERT_EQ(::chmod(path_.c_str(), mode), 0);
    EXPECT_TRUE(absl::IsFailedPrecondition(LoadKeys(path_).status())) << mode;
  }
  EXPECT_THAT(Message(), HasSubstr(path_ + ": its mode 0666"));
  EXPECT_THAT(Message(), HasSubstr("chmod 600 " + path_));
  ASSERT_EQ(::chmod(path_.c_str(), 0400), 0);
  EXPECT_TRUE(LoadKeys(path_).ok());
}

TEST_F(KeyFileTest, ADirectoryInItsPlaceIsNotMissing) {
  std::filesystem::create_directory(path_);
  EXPECT_TRUE(absl::IsFailedPrecondition(LoadKeys(path_).status()));
}

TEST_F(KeyFileTest, ANamedPipeInItsPlaceIsRefusedWithoutWaiting) {
  ASSERT_EQ(::mkfifo(path_.c_str(), 0600), 0);
  EXPECT_TRUE(absl::IsFailedPrecondition(LoadKeys(path_).status()));
  EXPECT_THAT(Message(), HasSubstr("is not a file"));
}

TEST_F(KeyFileTest, ANewerVersionIsRefused) {
  const auto save = [this](const char* kind, std::uint32_t version) {
    return storage::SaveCheckpoint(
        path_,
        {.kind = kind, .kind_version = version, .payload = ToProto(Keys()).SerializeAsString()},
        0600);
  };
  ASSERT_TRUE(save("keys", 2).ok());
  EXPECT_TRUE(absl::IsFailedPrecondition(LoadKeys(path_).status()));
  EXPECT_THAT(Message(), HasSubstr("a newer version of the program wrote it"));
  ASSERT_TRUE(save("traffic", 1).ok());
  EXPECT_TRUE(absl::IsDataLoss(LoadKeys(path_).status()));
  ASSERT_TRUE(save("keys", 1).ok());
  std::string bytes = Bytes();
  bytes[4] = 9;  // version of the checkpoint format
  SetBytes(bytes);
  EXPECT_TRUE(absl::IsFailedPrecondition(LoadKeys(path_).status()));
}

TEST_F(KeyFileTest, EveryFlippedBitAndEveryTruncationIsRefused) {
  ASSERT_TRUE(SaveKeys(path_, Keys()).ok());
  int loaded = 0;
  test::ForDamagedBytes(Bytes(), [&](const std::string& bytes) {
    SetBytes(bytes);
    loaded += LoadKeys(path_).ok() ? 1 : 0;
  });
  EXPECT_EQ(loaded, 0);
  EXPECT_THAT(Message(), HasSubstr("restore it from a backup"));
  EXPECT_THAT(Message(), HasSubstr("citylayers keys init"));
}

TEST_F(KeyFileTest, AnUnknownScopeNamesTheFile) {
  v1::KeyRing ring = ToProto(Keys());
  ring.mutable_keys(0)->mutable_key()->add_scopes("fly");
  ASSERT_TRUE(
      storage::SaveCheckpoint(
          path_, {.kind = "keys", .kind_version = 1, .payload = ring.SerializeAsString()}, 0600)
          .ok());
  EXPECT_TRUE(absl::IsFailedPrecondition(LoadKeys(path_).status()));
  EXPECT_THAT(Message(), HasSubstr(path_ + ": the key \"abcdefgh2345\" has the scope \"fly\""));
}

}  // namespace
}  // namespace citylayers::keys
