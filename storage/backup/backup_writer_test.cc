#include "storage/backup/backup_writer.h"

#include <filesystem>
#include <fstream>
#include <iterator>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "storage/backup/backup_restore.h"
#include "tests/support/temp_dir.h"

namespace citylayers::storage {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr absl::Time kTime = absl::FromUnixSeconds(1'795'975'200);
const BackupStore kReadings = {.name = "readings", .format = 1, .offset = 7, .identity = "db-1"};

absl::Status Ignore(std::uint64_t) { return absl::OkStatus(); }

std::string Read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::size_t Count(const std::string& directory) {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator(directory), {}));
}

class BackupTest : public testing::Test {
 protected:
  BackupTest() {
    Write("db/000012.sst", std::string(3'000'000, 't'));
    Write("db/CURRENT", "MANIFEST-000005\n");
    Write("FORMAT", "citylayers-readings 1\n");
  }
  // A file of the store that is backed up.
  void Write(const std::string& path, const std::string& bytes) {
    const fs::path full = store_ + "/" + path;
    fs::create_directories(full.parent_path());
    std::ofstream(full, std::ios::binary) << bytes;
  }
  absl::StatusOr<std::unique_ptr<BackupWriter>> Begin(bool full = false, absl::Time time = kTime) {
    return BackupWriter::Begin(
        {.backups = backups_, .time = time, .program_version = "0.2.0", .full = full});
  }
  // Makes a backup of `store`, and returns the number of bytes that it copied.
  std::uint64_t Make(absl::Time time, const BackupStore& store = kReadings, bool full = false) {
    auto writer = Begin(full, time);
    EXPECT_TRUE(writer.ok()) << writer.status();
    const absl::Status added = (*writer)->AddStore(store, store_, Ignore);
    EXPECT_TRUE(added.ok()) << added;
    const auto manifest = (*writer)->Commit();
    EXPECT_TRUE(manifest.ok()) << manifest.status();
    return (*writer)->copied_bytes();
  }
  absl::Status Check(const std::string& name = "latest") {
    const auto backup = OpenBackup(backups_, name);
    return backup.ok() ? CheckBackupFiles(*backup, Ignore) : backup.status();
  }
  absl::Status Restore(const std::string& target) {
    const auto backup = OpenBackup(backups_, "latest");
    if (!backup.ok()) return backup.status();
    return RestoreBackup(*backup, target, Ignore,
                         [](const std::string&) { return absl::OkStatus(); });
  }
  std::vector<std::string> Names() {
    std::vector<std::string> names;
    const auto list = ListBackups(backups_);
    EXPECT_TRUE(list.ok()) << list.status();
    for (const ListedBackup& backup : *list) names.push_back(backup.name);
    return names;
  }

  const test::TempDir dir_;
  const std::string store_ = dir_ / "store";
  const std::string backups_ = dir_ / "backups";
};

TEST_F(BackupTest, IsNamedByItsTimeAndHasAllFiles) {
  Make(kTime);
  EXPECT_THAT(Names(), ElementsAre("2026-11-29T18-00-00.000Z"));
  const auto backup = OpenBackup(backups_, "");
  ASSERT_TRUE(backup.ok()) << backup.status();
  EXPECT_EQ(backup->manifest.files.size(), 3u);
  EXPECT_EQ(backup->manifest.FindStore("readings")->offset, 7u);
  EXPECT_EQ(backup->manifest.FindFile("readings/db/CURRENT")->bytes, 16u);
  EXPECT_TRUE(Check().ok());
}

TEST_F(BackupTest, OnlyItsOwnerCanReadIt) {
  Make(kTime);
  const auto mode = [this](const std::string& path) {
    struct stat info {};
    EXPECT_EQ(::stat((backups_ + path).c_str(), &info), 0) << path;
    return info.st_mode & 0777;
  };
  EXPECT_EQ(mode(""), 0700u);
  EXPECT_EQ(mode("/2026-11-29T18-00-00.000Z"), 0700u);
  EXPECT_EQ(mode("/2026-11-29T18-00-00.000Z/readings/db"), 0700u);
  EXPECT_EQ(mode("/2026-11-29T18-00-00.000Z/readings/db/000012.sst"), 0600u);
  EXPECT_EQ(mode("/2026-11-29T18-00-00.000Z/MANIFEST"), 0600u);
}

TEST_F(BackupTest, TheSecondCopiesOnlyWhatIsNew) {
  Make(kTime);
  Write("db/000013.sst", "new");
  EXPECT_EQ(Make(kTime + absl::Hours(1)), 3u + 16u + 22u);
  EXPECT_EQ(fs::hard_link_count(backups_ + "/2026-11-29T19-00-00.000Z/readings/db/000012.sst"), 2u);
  EXPECT_TRUE(Check().ok());
}

TEST_F(BackupTest, NoFileIsLinkedToTheStoreItself) {
  Make(kTime);
  EXPECT_EQ(fs::hard_link_count(store_ + "/db/000012.sst"), 1u);
}

TEST_F(BackupTest, AFullOneAndAnotherDatabaseCopyEverything) {
  const std::uint64_t all = Make(kTime);
  EXPECT_EQ(Make(kTime + absl::Hours(1), kReadings, /*full=*/true), all);
  BackupStore other = kReadings;
  other.identity = "db-2";
  EXPECT_EQ(Make(kTime + absl::Hours(2), other), all);
}

TEST_F(BackupTest, ATableOfTheSameNameWithOtherBytesIsCopied) {
  Make(kTime);
  const auto before = fs::last_write_time(store_ + "/db/000012.sst");
  Write("db/000012.sst", std::string(3'000'000, 'u'));
  fs::last_write_time(store_ + "/db/000012.sst", before + std::chrono::nanoseconds(1));
  EXPECT_GT(Make(kTime + absl::Hours(1)), 3'000'000u);
  EXPECT_EQ(Read(backups_ + "/2026-11-29T19-00-00.000Z/readings/db/000012.sst")[0], 'u');
}

TEST_F(BackupTest, EveryFlippedByteOfAFileIsFound) {
  Make(kTime);
  const std::string path = backups_ + "/2026-11-29T18-00-00.000Z/readings/db/CURRENT";
  const std::string good = Read(path);
  for (std::size_t byte = 0; byte < good.size(); ++byte) {
    std::string flipped = good;
    flipped[byte] = static_cast<char>(flipped[byte] ^ 1);
    std::ofstream(path, std::ios::binary) << flipped;
    const absl::Status status = Check();
    EXPECT_TRUE(absl::IsDataLoss(status)) << byte;
    EXPECT_THAT(std::string(status.message()),
                HasSubstr("readings/db/CURRENT has another checksum"));
  }
}

TEST_F(BackupTest, AMissingAShorterAndASurplusFileAreNamed) {
  Make(kTime);
  const std::string readings = backups_ + "/2026-11-29T18-00-00.000Z/readings/";
  fs::remove(readings + "FORMAT");
  fs::resize_file(readings + "db/000012.sst", 2'999'999);
  std::ofstream(readings + "db/000099.sst") << "?";
  const std::string message(Check().message());
  EXPECT_THAT(message, HasSubstr("readings/FORMAT is missing"));
  EXPECT_THAT(message, HasSubstr("000012.sst has 2999999 bytes and had 3000000"));
  EXPECT_THAT(message, HasSubstr("readings/db/000099.sst is not in the manifest"));
}

TEST_F(BackupTest, WithoutCommitNothingIsLeft) {
  {
    auto writer = Begin();
    ASSERT_TRUE((*writer)->AddStore(kReadings, store_, Ignore).ok());
    EXPECT_THAT(Names(), ElementsAre());
  }
  EXPECT_EQ(Count(backups_), 1u) << "the lock";
}

TEST_F(BackupTest, WhatAKilledProcessLeftIsIgnoredAndRemoved) {
  Make(kTime);
  fs::create_directories(backups_ + "/incomplete-2026-11-29T18-30-00.000Z/readings");
  fs::create_directories(backups_ + "/2026-11-29T18-40-00.000Z/readings");  // no manifest
  EXPECT_EQ(Names().size(), 1u);
  EXPECT_TRUE(Check().ok());
  Make(kTime + absl::Hours(1));
  EXPECT_FALSE(fs::exists(backups_ + "/incomplete-2026-11-29T18-30-00.000Z"));
}

TEST_F(BackupTest, OneAtATime) {
  const auto first = Begin();
  ASSERT_TRUE(first.ok()) << first.status();
  const absl::Status second = Begin().status();
  EXPECT_TRUE(absl::IsFailedPrecondition(second)) << second;
  EXPECT_THAT(std::string(second.message()), HasSubstr("another backup"));
}

TEST_F(BackupTest, TwoOfOneMillisecondHaveTwoNames) {
  Make(kTime);
  Make(kTime);
  EXPECT_THAT(Names(), ElementsAre("2026-11-29T18-00-00.000Z", "2026-11-29T18-00-00.001Z"));
}

TEST_F(BackupTest, AnErrorOfTheCallerEndsItAtTheNextPart) {
  auto writer = Begin();
  std::uint64_t seen = 0;
  const absl::Status status =
      (*writer)->AddStore(kReadings, store_, [&seen](std::uint64_t bytes) -> absl::Status {
        seen += bytes;
        return seen > 1'000'000 ? absl::CancelledError("stop") : absl::OkStatus();
      });
  EXPECT_TRUE(absl::IsCancelled(status));
  EXPECT_LT(seen, 2'200'000u);
}

TEST_F(BackupTest, TheOldestAreRemoved) {
  BackupStore other = kReadings;
  other.name = "alerts";
  Make(kTime, other);
  for (int hour = 1; hour <= 4; ++hour) Make(kTime + absl::Hours(hour));
  const auto used = OpenBackup(backups_, "2026-11-29T20-00-00.000Z");
  ASSERT_TRUE(used.ok()) << used.status();
  EXPECT_THAT(PruneBackups(backups_, 2), ElementsAre("2026-11-29T19-00-00.000Z"));
  EXPECT_THAT(Names(), ElementsAre("2026-11-29T18-00-00.000Z", "2026-11-29T20-00-00.000Z",
                                   "2026-11-29T21-00-00.000Z", "2026-11-29T22-00-00.000Z"))
      << "those of other stores, and one that is in use, stay";
}

TEST_F(BackupTest, TheOneBeforeMayBeRemovedByTheRetentionOfTheNext) {
  Make(kTime);
  auto writer = Begin(false, kTime + absl::Hours(1));
  ASSERT_TRUE((*writer)->AddStore(kReadings, store_, Ignore).ok());
  ASSERT_TRUE((*writer)->Commit().ok());
  EXPECT_THAT((*writer)->Prune(1), ElementsAre("2026-11-29T18-00-00.000Z"));
  EXPECT_TRUE(Check().ok()) << "its linked files stay";
}

TEST_F(BackupTest, AMissingOneNamesThoseThatExist) {
  EXPECT_THAT(std::string(OpenBackup(backups_, "").status().message()),
              HasSubstr("there is no backup in"));
  Make(kTime);
  const absl::Status status = OpenBackup(backups_, "../etc").status();
  EXPECT_TRUE(absl::IsNotFound(status));
  EXPECT_THAT(std::string(status.message()), HasSubstr("2026-11-29T18-00-00.000Z"));
}

TEST_F(BackupTest, RestoresToAnEmptyDirectory) {
  Make(kTime);
  ASSERT_TRUE(Restore(dir_ / "data/").ok());
  EXPECT_EQ(Read(dir_ / "data/readings/db/000012.sst"), std::string(3'000'000, 't'));
  EXPECT_EQ(Read(dir_ / "data/readings/RESTORED"), "2026-11-29T18-00-00.000Z\n");
  EXPECT_EQ(Count(dir_ / "data"), 1u);
}

TEST_F(BackupTest, OtherDirectoriesAreRefusedAndUnchanged) {
  Make(kTime);
  fs::create_directories(dir_ / "data/traffic");
  const absl::Status status = Restore(dir_ / "data");
  EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("is not empty (traffic)"));
  EXPECT_EQ(Count(dir_ / "data"), 1u);
}

TEST_F(BackupTest, StoresOfSeveralProcessesCanBeRestoredOneAfterTheOther) {
  BackupStore other = kReadings;
  other.name = "alerts";
  Make(kTime, other);
  ASSERT_TRUE(Restore(dir_ / "data").ok());
  Make(kTime + absl::Hours(1));
  ASSERT_TRUE(Restore(dir_ / "data").ok());
  EXPECT_TRUE(fs::exists(dir_ / "data/alerts/db/CURRENT"));
  EXPECT_TRUE(fs::exists(dir_ / "data/readings/db/CURRENT"));
  EXPECT_TRUE(absl::IsFailedPrecondition(Restore(dir_ / "data"))) << "never over a store";
}

TEST_F(BackupTest, ADamagedOneRestoresNothing) {
  Make(kTime);
  std::ofstream(backups_ + "/2026-11-29T18-00-00.000Z/readings/FORMAT")
      << "citylayers-readings 2\n";
  EXPECT_TRUE(absl::IsDataLoss(Restore(dir_ / "data")));
  EXPECT_FALSE(fs::exists(dir_ / "data"));
}

TEST_F(BackupTest, ACheckThatFailsRestoresNothing) {
  Make(kTime);
  fs::create_directories(dir_ / "data");
  const auto backup = OpenBackup(backups_, "latest");
  EXPECT_TRUE(absl::IsDataLoss(
      RestoreBackup(*backup, dir_ / "data", Ignore, [](const std::string& directory) {
        EXPECT_TRUE(fs::exists(directory + "/readings/FORMAT"));
        return absl::DataLossError("it does not open");
      })));
  EXPECT_TRUE(fs::is_empty(dir_ / "data"));
}

TEST_F(BackupTest, ALockedStoreIsThatOfARunningServer) {
  Make(kTime);
  fs::create_directories(dir_ / "data/keys");
  const auto lock = FileLock::TakeExclusive(dir_ / "data/keys/lock", /*create=*/true);
  const absl::Status status = Restore(dir_ / "data");
  EXPECT_TRUE(absl::IsFailedPrecondition(status));
  EXPECT_THAT(std::string(status.message()), HasSubstr("in use by a running server"));
}

TEST_F(BackupTest, TooLittleSpaceIsReportedBeforeTheFirstByte) {
  auto writer = BackupWriter::Begin(
      {.backups = backups_, .time = kTime, .program_version = "1", .min_free_bytes = 1ULL << 60});
  const absl::Status status = (*writer)->AddStore(kReadings, store_, [](std::uint64_t) {
    ADD_FAILURE() << "nothing must be written";
    return absl::OkStatus();
  });
  EXPECT_TRUE(absl::IsResourceExhausted(status)) << status;
}

// The space is there when it is checked, and used up by others before the copy ends.
TEST_F(BackupTest, AFullDiskLeavesNothing) {
  fs::create_directory(backups_);
  if (mount("tmpfs", backups_.c_str(), "tmpfs", 0, "size=4m") != 0) {
    GTEST_SKIP() << "cannot mount a tmpfs here: needs root";
  }
  {
    auto writer = Begin();
    ASSERT_TRUE(writer.ok()) << writer.status();
    bool filled = false;
    const absl::Status status = (*writer)->AddStore(kReadings, store_, [&](std::uint64_t) {
      if (!filled) std::ofstream(backups_ + "/filler") << std::string(4 << 20, 'f');
      filled = true;
      return absl::OkStatus();
    });
    EXPECT_TRUE(absl::IsResourceExhausted(status)) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr("No space left on device"));
  }
  EXPECT_EQ(Names().size(), 0u);
  EXPECT_EQ(Count(backups_), 2u) << "the lock and the filler";
  EXPECT_EQ(umount(backups_.c_str()), 0);
}

}  // namespace
}  // namespace citylayers::storage
