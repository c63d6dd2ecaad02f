#include "storage/backup/backup_manifest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/strings.h"
#include "storage/bytes/file_digest.h"

namespace citylayers::storage {
namespace {

using ::testing::HasSubstr;

BackupManifest Example() {
  return {.time = absl::FromUnixMillis(1'795'975'200'123),
          .program_version = "0.2.0",
          .pack_id = "0123456789abcdef0123456789abcdef",
          .stores = {{"alerts", 1, 17, "4711"}, {"readings", 1, 9000, "db-1"}},
          .files = {{"alerts/CURRENT", 16, std::string(64, 'a'), 5},
                    {"readings/db/000012.sst", 4096, std::string(64, '0'), 7}}};
}

std::string Signed(const std::string& lines) {
  FileDigest digest;
  digest.Add(lines);
  return StrCat(lines, "sha256 ", digest.Hex(), "\n");
}

constexpr char kHead[] =
    "citylayers-backup 1\ntime 2026-11-29T18:00:00.123Z\nversion 0.2.0\npack -\n";

// The golden file: docs/formats/backup.md describes it, and it never changes.
TEST(BackupManifest, HasThisText) {
  const std::string text = FormatBackupManifest(Example());
  EXPECT_EQ(text.substr(0, text.rfind("sha256 ")),
            StrCat("citylayers-backup 1\n"
                   "time 2026-11-29T18:00:00.123Z\n"
                   "version 0.2.0\n"
                   "pack 0123456789abcdef0123456789abcdef\n"
                   "store alerts 1 17 4711\n"
                   "store readings 1 9000 db-1\n"
                   "file ",
                   std::string(64, 'a'), " 16 5 alerts/CURRENT\nfile ", std::string(64, '0'),
                   " 4096 7 readings/db/000012.sst\n"));
  EXPECT_EQ(*ParseBackupManifest(text), Example());
}

TEST(BackupManifest, FindsStoresAndFiles) {
  const BackupManifest manifest = Example();
  EXPECT_EQ(manifest.FindStore("alerts")->offset, 17u);
  EXPECT_EQ(manifest.FindStore("keys"), nullptr);
  EXPECT_EQ(manifest.FindFile("readings/db/000012.sst")->bytes, 4096u);
  EXPECT_EQ(manifest.FindFile("readings/db/000013.sst"), nullptr);
  EXPECT_EQ(manifest.bytes(), 4112u);
}

TEST(BackupManifest, EveryFlippedBitIsFound) {
  const std::string text = FormatBackupManifest(Example());
  for (std::size_t byte = 0; byte < text.size(); ++byte) {
    for (const int bit : {0, 6}) {
      std::string flipped = text;
      flipped[byte] = static_cast<char>(flipped[byte] ^ (1 << bit));
      EXPECT_FALSE(ParseBackupManifest(flipped).ok()) << "byte " << byte << " bit " << bit;
    }
  }
}

TEST(BackupManifest, EveryCutIsFound) {
  const std::string text = FormatBackupManifest(Example());
  for (std::size_t size = 0; size < text.size(); ++size) {
    EXPECT_TRUE(absl::IsDataLoss(ParseBackupManifest(text.substr(0, size)).status())) << size;
  }
}

TEST(BackupManifest, ANewerFormatIsRefusedBeforeItsChecksumIsRead) {
  const absl::Status status = ParseBackupManifest("citylayers-backup 2\nanything").status();
  EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("format 2; this program reads up to 1"));
}

TEST(BackupManifest, APathThatLeadsOutOfTheBackupIsDamage) {
  const std::string before =
      StrCat(kHead, "store keys 1 0 -\nfile ", std::string(64, 'a'), " 1 1 ");
  EXPECT_TRUE(ParseBackupManifest(Signed(before + "keys/keys\n")).ok());
  for (const char* path : {"keys/../../etc/passwd", "/keys/keys", "keys", "keys//keys", "keys/./a",
                           "other/keys", "keys/..", ""}) {
    EXPECT_TRUE(absl::IsDataLoss(ParseBackupManifest(Signed(before + path + "\n")).status()))
        << path;
  }
}

TEST(BackupManifest, ATimeHasOneForm) {
  const std::string rest = "store keys 1 0 -\n";
  EXPECT_TRUE(
      ParseBackupManifest(Signed("citylayers-backup 1\ntime 2026-11-29T18:00:00.123Z\n" + rest))
          .ok());
  for (const char* time : {"infinite-future", "2026-11-29T18:00:00.1234Z", "2026-11-29T18:00:00Z",
                           "2026-11-31T18:00:00.123Z", ""}) {
    EXPECT_FALSE(
        ParseBackupManifest(Signed(std::string("citylayers-backup 1\ntime ") + time + "\n" + rest))
            .ok())
        << time;
  }
}

TEST(BackupManifest, ADoubledFileOrStoreIsDamage) {
  const std::string store = "store keys 1 0 -\n";
  const std::string file = StrCat("file ", std::string(64, 'a'), " 1 1 keys/keys\n");
  EXPECT_TRUE(ParseBackupManifest(Signed(kHead + store + file)).ok());
  EXPECT_FALSE(ParseBackupManifest(Signed(kHead + store + store + file)).ok());
  EXPECT_FALSE(ParseBackupManifest(Signed(kHead + store + file + file)).ok());
  EXPECT_FALSE(ParseBackupManifest(Signed(kHead)).ok()) << "a backup has a store";
}

}  // namespace
}  // namespace citylayers::storage
