// Tests of the alert store's files: other versions, full disks, kill -9.
#include <csignal>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "absl/time/time.h"
#include "rocksdb/db.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "storage/alerts/alert_codec.h"
#include "tests/support/alert_store_fixture.h"
#include "tests/support/eventually.h"
#include "tests/support/thread_sanitizer.h"

namespace citylayers::storage {
namespace {

using testing::HasSubstr;

using AlertStoreDiskTest = AlertStoreTest;

std::string Message(const absl::Status& status) { return std::string(status.message()); }

TEST_F(AlertStoreDiskTest, ANewerFormatIsRefusedWithAClearMessage) {
  Tamper("default", [&](rocksdb::DB& db, rocksdb::ColumnFamilyHandle* meta) {
    ASSERT_TRUE(db.Put(rocksdb::WriteOptions(), meta, "format", EncodeKey64(2)).ok());
  });
  const absl::Status status = OpenRocksAlertStore(path()).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(Message(status), HasSubstr("format version 2, newer than 1"));
  EXPECT_THAT(Message(status), HasSubstr(path()));
}

TEST_F(AlertStoreDiskTest, APartOfANewerVersionIsRefusedWithAClearMessage) {
  Tamper("default", [&](rocksdb::DB& db, rocksdb::ColumnFamilyHandle*) {
    rocksdb::ColumnFamilyHandle* handle = nullptr;
    ASSERT_TRUE(db.CreateColumnFamily(rocksdb::ColumnFamilyOptions(), "silences", &handle).ok());
    db.DestroyColumnFamilyHandle(handle);
  });
  const absl::Status status = OpenRocksAlertStore(path()).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(Message(status), HasSubstr("\"silences\""));
}

TEST_F(AlertStoreDiskTest, TheDatabaseIsForOneProcess) {
  const absl::Status status = OpenRocksAlertStore(path()).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << status;
  EXPECT_THAT(Message(status), HasSubstr("in use"));
}

TEST_F(AlertStoreDiskTest, OnlyALockThatSomebodyHasIsInUse) {
  const std::string path = (dir_ / "block_and_lock").string();
  std::filesystem::create_directories(path + "/LOCK");
  const absl::Status status = OpenRocksAlertStore(path).status();
  EXPECT_FALSE(status.ok());
  EXPECT_THAT(Message(status), HasSubstr(path));
  EXPECT_THAT(Message(status), testing::Not(HasSubstr("in use")));
}

TEST_F(AlertStoreDiskTest, AMissingDatabaseIsOnlyMadeWhenAllowed) {
  EXPECT_EQ(
      OpenRocksAlertStore((dir_ / "none").string(), {.create_if_missing = false}).status().code(),
      absl::StatusCode::kNotFound);
}

TEST_F(AlertStoreDiskTest, AFileWhereTheDirectoryShouldBeIsAClearError) {
  const std::string file = (dir_ / "file").string();
  std::ofstream(file) << "x";
  EXPECT_FALSE(OpenRocksAlertStore(file + "/alerts").ok());
}

// Simulates a full disk by a limit on the size of files: the write fails, none of it is stored, and
// changes acknowledged before stay readable. Runs in a child process, because the limit applies to
// the process.
TEST_F(AlertStoreDiskTest, AFullDiskIsAStatusAndLosesNothing) {
  CITYLAYERS_FORKS_WITH_THREADS();
  store_.reset();
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    signal(SIGXFSZ, SIG_IGN);
    auto store = OpenRocksAlertStore(path());
    if (!store.ok()) _exit(1);
    const rlimit limit{200'000, 200'000};
    setrlimit(RLIMIT_FSIZE, &limit);
    std::uint64_t acknowledged = 0;
    absl::Status status;
    while (status.ok() && acknowledged < 10'000) {
      AlertRecord alert{.id = (*store)->NextAlertId(), .subject = std::string(500, 'x')};
      status = (*store)->Apply({{.alert = alert}});
      acknowledged += status.ok();
    }
    const bool clear = status.code() == absl::StatusCode::kUnavailable ||
                       status.code() == absl::StatusCode::kResourceExhausted;
    const bool readable = (*store)->GetAlert(acknowledged).ok();
    _exit(clear && readable && acknowledged > 10 && acknowledged < 10'000 &&
                  (*store)->NextAlertId() == acknowledged + 1
              ? 42
              : 2);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 42);
  Reopen();
  ASSERT_TRUE(store_->GetAlert(store_->NextAlertId() - 1).ok());
  EXPECT_TRUE(store_->Apply({{.alert = NewAlert()}}).ok());
}

// A small file system that becomes full and then gets free space, as when an operator deletes
// files: the store goes from refusal back to work without a restart. The size decides which write
// fails first: a file of the opening, the write-ahead log, or a table in the background.
class FullDiskTest : public AlertStoreTest, public testing::WithParamInterface<std::string> {
 protected:
  bool Mount(const std::string& size, unsigned long flags) {
    return mount("tmpfs", dir_.c_str(), "tmpfs", flags, ("size=" + size).c_str()) == 0;
  }
  void SetUp() override {
    store_.reset();
    mounted_ = Mount(GetParam(), 0);
    if (!mounted_) GTEST_SKIP() << "cannot mount a small tmpfs: run as root";
  }
  void TearDown() override {
    store_.reset();
    if (mounted_) umount2(dir_.c_str(), MNT_DETACH);
  }
  bool mounted_ = false;
};

INSTANTIATE_TEST_SUITE_P(Sizes, FullDiskTest, testing::Values("1m", "16m"));

TEST_P(FullDiskTest, WritesAreRefusedReadsServedAndRoomIsEnoughToGoOn) {
  auto store = OpenRocksAlertStore(path());
  if (store.ok()) store_ = *std::move(store);
  std::uint64_t acknowledged = 0;
  if (store_ != nullptr) {
    absl::Status status;
    for (int refused = 0; refused < 20;) {
      std::vector<AlertChange> changes;
      for (std::uint64_t i = 0; i < 100; ++i) {
        changes.push_back({.alert = AlertRecord{.id = store_->NextAlertId() + i,
                                                .subject = std::string(1000, 'x')}});
      }
      status = store_->Apply(changes);
      if (status.ok()) {
        acknowledged += changes.size();
      } else {
        ++refused;
        EXPECT_TRUE(status.code() == absl::StatusCode::kResourceExhausted ||
                    status.code() == absl::StatusCode::kUnavailable)
            << status;
        EXPECT_EQ(store_->NextAlertId(), acknowledged + 1);
      }
    }
    std::uint64_t found = 0;
    ASSERT_TRUE(store_
                    ->ScanAlerts(AlertStore::kNewest,
                                 [&](const AlertRecord&) {
                                   ++found;
                                   return true;
                                 })
                    .ok());
    EXPECT_EQ(found, acknowledged);
  }
  ASSERT_TRUE(Mount("64m", MS_REMOUNT));
  if (store_ == nullptr) Reopen();
  ASSERT_NE(store_, nullptr);
  absl::Status status;
  // RocksDB checks for space every five seconds.
  EXPECT_TRUE(test::Eventually(
      [&] {
        status = store_->Apply({{.alert = NewAlert()}});
        return status.ok();
      },
      absl::Seconds(30)))
      << status;
  Reopen();
  EXPECT_EQ(store_->NextAlertId(), acknowledged + 2);
}

// kill -9 during writes, twenty times: the child reports each acknowledged id over a pipe, and
// after its death exactly those (and at most the one in flight) are stored, each complete.
TEST_F(AlertStoreDiskTest, KillNineLosesNothingAcknowledgedAndTearsNothing) {
  CITYLAYERS_FORKS_WITH_THREADS();
  store_.reset();
  std::uint64_t acknowledged = 0;
  for (int cycle = 0; cycle < 20; ++cycle) {
    int fds[2];
    ASSERT_EQ(pipe(fds), 0);
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      auto store = OpenRocksAlertStore(path());
      while (store.ok()) {
        AlertRecord alert{.id = (*store)->NextAlertId(), .subject = "streets/a"};
        alert.cap_ids = {(*store)->NextCapId()};
        if (!(*store)
                 ->Apply({{.alert = alert,
                           .events = {Line(AlertEventType::kRaised, "system")},
                           .rule_state =
                               RuleStateRecord{.rule = "r", .subject = "s", .alert_id = alert.id},
                           .cap = CapRecord{.cap_id = alert.cap_ids[0], .alert_id = alert.id}}})
                 .ok() ||
            write(fds[1], &alert.id, sizeof alert.id) != sizeof alert.id) {
          break;
        }
      }
      _exit(1);
    }
    close(fds[1]);
    for (int i = 0; i < 3 + cycle; ++i) {
      ASSERT_EQ(read(fds[0], &acknowledged, sizeof acknowledged),
                static_cast<ssize_t>(sizeof acknowledged));
    }
    kill(child, SIGKILL);
    ASSERT_EQ(waitpid(child, nullptr, 0), child);
    while (read(fds[0], &acknowledged, sizeof acknowledged) ==
           static_cast<ssize_t>(sizeof acknowledged)) {
    }
    close(fds[0]);
    Reopen();
    const std::uint64_t last = store_->NextAlertId() - 1;
    EXPECT_GE(last, acknowledged);
    EXPECT_LE(last, acknowledged + 1);
    EXPECT_TRUE(store_->VerifyTrail({last})->is_intact());
    EXPECT_TRUE(store_->GetCap(store_->GetAlert(last)->cap_ids[0]).ok());
    EXPECT_EQ(store_->ListRuleStates()->at(0).alert_id, last);
    store_.reset();
  }
  Reopen();
}

}  // namespace
}  // namespace citylayers::storage
