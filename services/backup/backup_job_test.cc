#include "services/backup/backup_job.h"

#include <filesystem>
#include <fstream>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/backup/backup_restore.h"
#include "tests/support/temp_dir.h"

namespace citylayers::backup {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr absl::Time kTime = absl::FromUnixSeconds(1'795'975'200);

class StoppedClock final : public Clock {
 public:
  absl::Time Now() const override { return now; }
  absl::Time now = kTime;
};

// A store of one file that writes its name to a list when it is copied.
class FakeSource final : public runtime::BackupSource {
 public:
  FakeSource(std::string name, std::vector<std::string>& copied)
      : name_(std::move(name)), copied_(copied) {}

  std::string name() const override { return name_; }
  std::uint64_t format() const override { return 1; }
  absl::StatusOr<storage::StoreCopy> Copy(const std::string& directory) override {
    copied_.push_back(name_);
    if (!copy_status.ok()) return copy_status;
    fs::create_directory(directory);
    std::ofstream(directory + "/data") << name_;
    return storage::StoreCopy{.offset = 7, .identity = "id"};
  }
  absl::Status Check(const std::string& directory, const storage::StoreCopy& copy) const override {
    EXPECT_TRUE(fs::exists(directory + "/data"));
    EXPECT_EQ(copy.offset, 7u);
    return check_status;
  }

  absl::Status copy_status;
  absl::Status check_status;

 private:
  const std::string name_;
  std::vector<std::string>& copied_;
};

class MakeBackupTest : public testing::Test {
 protected:
  MakeBackupTest() {
    for (const char* name : {"readings", "keys", "alerts"}) fs::create_directories(data_ / name);
  }
  absl::StatusOr<MadeBackup> Make(
      const BackupRequest& request = {},
      const OnProgress& on_progress = [](const BackupProgress&) { return absl::OkStatus(); }) {
    return MakeBackup({.backups = backups_, .data = data_.string(), .program_version = "1"},
                      {&readings_, &keys_, &alerts_}, request, clock_, on_progress);
  }
  std::size_t BackupCount() const { return storage::ListBackups(backups_)->size(); }
  bool HasCopies() const {
    for (const auto& entry : fs::recursive_directory_iterator(data_)) {
      if (entry.path().filename() == "backup-copy") return true;
    }
    return false;
  }

  const test::TempDir dir_;
  const fs::path data_ = dir_ / "data";
  const std::string backups_ = dir_ / "backups";
  StoppedClock clock_;
  std::vector<std::string> copied_;
  FakeSource readings_{"readings", copied_};
  FakeSource keys_{"keys", copied_};
  FakeSource alerts_{"alerts", copied_};
};

// An alert in the backup refers only to readings that are in it as well.
TEST_F(MakeBackupTest, AlertsAreCopiedBeforeTheReadingsThatTheyReferTo) {
  const auto made = Make();
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_THAT(copied_, ElementsAre("alerts", "readings", "keys"));
  EXPECT_EQ(made->manifest.FindStore("readings")->offset, 7u);
  EXPECT_EQ(made->manifest.time, kTime);
  EXPECT_EQ(BackupCount(), 1u);
  EXPECT_FALSE(HasCopies());
}

TEST_F(MakeBackupTest, AStoreWithoutDataIsLeftOut) {
  keys_.copy_status = absl::NotFoundError("no keys yet");
  const auto made = Make();
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_EQ(made->manifest.stores.size(), 2u);
}

TEST_F(MakeBackupTest, WithoutAnyStoreItIsRefused) {
  for (FakeSource* source : {&readings_, &keys_, &alerts_}) {
    source->copy_status = absl::NotFoundError("nothing");
  }
  EXPECT_TRUE(absl::IsFailedPrecondition(Make().status()));
  EXPECT_EQ(BackupCount(), 0u);
}

TEST_F(MakeBackupTest, AnErrorOfAnyStoreLeavesNothing) {
  readings_.copy_status = absl::ResourceExhaustedError("the disk is full");
  const absl::Status copying = Make().status();
  EXPECT_TRUE(absl::IsResourceExhausted(copying));
  EXPECT_THAT(std::string(copying.message()), HasSubstr("readings: the disk is full"));
  readings_.copy_status = absl::OkStatus();
  keys_.check_status = absl::DataLossError("does not open");
  EXPECT_TRUE(absl::IsDataLoss(Make().status()));
  EXPECT_EQ(BackupCount(), 0u);
  EXPECT_FALSE(HasCopies());
}

TEST_F(MakeBackupTest, ACancelledOneLeavesNothing) {
  EXPECT_TRUE(absl::IsCancelled(Make({}, [](const BackupProgress& progress) {
                                  return progress.done_bytes > 0 ? absl::CancelledError("stop")
                                                                 : absl::OkStatus();
                                }).status()));
  EXPECT_EQ(BackupCount(), 0u);
  EXPECT_FALSE(HasCopies());
}

TEST_F(MakeBackupTest, RetentionKeepsTheNewestAndTheMinimum) {
  BackupJobOptions options = {
      .backups = backups_, .data = data_.string(), .program_version = "1", .keep_min = 2};
  MadeBackup last;
  for (int i = 0; i < 4; ++i) {
    clock_.now += absl::Hours(1);
    const auto made = MakeBackup(options, {&readings_}, {.keep = 1}, clock_,
                                 [](const BackupProgress&) { return absl::OkStatus(); });
    ASSERT_TRUE(made.ok()) << made.status();
    last = *made;
  }
  EXPECT_EQ(BackupCount(), 2u);
  EXPECT_THAT(last.removed, ElementsAre("2026-11-29T20-00-00.000Z"));
}

TEST_F(MakeBackupTest, CopiesOfAKilledProcessAreRemoved) {
  fs::create_directories(data_ / "readings/backup-copy/db");
  RemoveLeftCopies(data_.string(), {&readings_});
  EXPECT_FALSE(HasCopies());
  fs::create_directories(data_ / "readings/backup-copy/db");
  EXPECT_TRUE(Make().ok());
  EXPECT_FALSE(HasCopies());
}

}  // namespace
}  // namespace citylayers::backup
