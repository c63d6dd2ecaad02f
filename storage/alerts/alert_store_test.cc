#include "storage/alerts/alert_store.h"

#include <filesystem>
#include <thread>

#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/alerts/alert_store_test_support.h"

namespace citylayers::storage {
namespace {

using testing::ElementsAre;

TEST_F(AlertStoreTest, AChangeIsThereAfterReopeningInAllItsParts) {
  AlertRecord alert = NewAlert();
  EXPECT_EQ(alert.id, 1u);
  const std::string cap_id = store_->NextCapId();
  alert.cap_ids = {cap_id};
  const RuleStateRecord state{
      .rule = "stage", .subject = alert.subject, .tier = 3, .alert_id = 1, .read_time = kTestTime};
  const CapRecord cap{.cap_id = cap_id,
                      .alert_id = 1,
                      .message_type = "Alert",
                      .sent_time = kTestTime,
                      .xml = "<alert/>"};
  ASSERT_TRUE(store_
                  ->Apply({{.alert = alert,
                            .events = {Line(AlertEventType::kRaised, "system", "1.62 m")},
                            .rule_state = state,
                            .cap = cap}})
                  .ok());
  Reopen();
  const AlertRecord stored = *store_->GetAlert(1);
  EXPECT_EQ(stored.subject, "stations/phu-an");
  EXPECT_EQ(stored.event_count, 1u);
  const auto events = *store_->ListEvents(1);
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].sequence, 1u);
  EXPECT_EQ(events[0].comment, "1.62 m");
  EXPECT_EQ(events[0].hash, stored.trail_hash);
  EXPECT_THAT(*store_->ListRuleStates(), ElementsAre(state));
  EXPECT_EQ(*store_->GetCap(cap_id), cap);
  EXPECT_EQ(store_->NextAlertId(), 2u);
  EXPECT_NE(store_->NextCapId(), cap_id);
}

TEST_F(AlertStoreTest, ARuleStateWithNothingToRememberIsRemoved) {
  RuleStateRecord state{.rule = "jam", .subject = "jams/7", .tier = 2, .alert_id = 1};
  ASSERT_TRUE(store_->Apply({{.rule_state = state}}).ok());
  EXPECT_EQ(store_->ListRuleStates()->size(), 1u);
  state.tier = 0;
  state.alert_id = 0;
  ASSERT_TRUE(store_->Apply({{.rule_state = state}}).ok());
  EXPECT_EQ(store_->ListRuleStates()->size(), 0u);
}

TEST_F(AlertStoreTest, ScansGoFromTheNewestBackAndStopWhenTold) {
  std::vector<AlertChange> changes;
  for (uint64_t id = 1; id <= 300; ++id) changes.push_back({.alert = AlertRecord{.id = id}});
  ASSERT_TRUE(store_->Apply(changes).ok());
  std::vector<uint64_t> ids;
  ASSERT_TRUE(store_
                  ->ScanAlerts(AlertStore::kNewest,
                               [&](const AlertRecord& alert) {
                                 ids.push_back(alert.id);
                                 return ids.size() < 3;
                               })
                  .ok());
  EXPECT_THAT(ids, ElementsAre(300, 299, 298));
  ids.clear();
  ASSERT_TRUE(store_
                  ->ScanAlerts(3,
                               [&](const AlertRecord& alert) {
                                 ids.push_back(alert.id);
                                 return true;
                               })
                  .ok());
  EXPECT_THAT(ids, ElementsAre(2, 1));
}

TEST_F(AlertStoreTest, OnlyUnresolvedAlertsAreActive) {
  AlertRecord first = NewAlert("streets/a");
  AlertRecord second = first;
  second.id = first.id + 1;
  ASSERT_TRUE(store_->Apply({{.alert = first}, {.alert = second}}).ok());
  first.state = AlertState::kResolved;
  ASSERT_TRUE(store_->Apply({{.alert = first}}).ok());
  Reopen();
  const auto active = *store_->ListActiveAlerts();
  ASSERT_EQ(active.size(), 1u);
  EXPECT_EQ(active[0].id, second.id);
}

TEST_F(AlertStoreTest, OneBatchMayChangeOneAlertTwiceAndTheTrailStaysWhole) {
  const AlertRecord alert = NewAlert();
  ASSERT_TRUE(store_
                  ->Apply({{.alert = alert, .events = {Line(AlertEventType::kRaised, "system")}},
                           {.alert = alert,
                            .events = {Line(AlertEventType::kEscalated, "system"),
                                       Line(AlertEventType::kEased, "system")}}})
                  .ok());
  EXPECT_EQ(store_->ListEvents(alert.id)->size(), 3u);
  EXPECT_TRUE(store_->VerifyTrail(alert.id).ok());
}

TEST_F(AlertStoreTest, ABadChangeWritesNothingOfItsBatch) {
  const AlertRecord good = NewAlert();
  AlertRecord ahead = good;
  ahead.id = 7;
  EXPECT_EQ(store_->Apply({{.alert = good}, {.alert = ahead}}).code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(store_->Apply({{.alert = good, .cap = CapRecord{.cap_id = "made-up"}}}).code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(store_->Apply({{.events = {Line(AlertEventType::kRaised, "system")}}}).code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(store_->NextAlertId(), good.id);
  EXPECT_EQ(store_->GetAlert(good.id).status().code(), absl::StatusCode::kNotFound);
}

TEST_F(AlertStoreTest, ValuesMoveWithoutTouchingTheTrailOrTheState) {
  const uint64_t id = RaiseAndAcknowledge();
  AlertRecord update{.id = id, .state = AlertState::kOpen, .peak_value = 1.7, .value = 1.6};
  ASSERT_TRUE(store_->UpdateValues({update}).ok());
  Reopen();
  const AlertRecord stored = *store_->GetAlert(id);
  EXPECT_EQ(stored.peak_value, 1.7);
  EXPECT_EQ(stored.value, 1.6);
  EXPECT_EQ(stored.state, AlertState::kAcknowledged);
  EXPECT_TRUE(store_->VerifyTrail(id).ok());
  update.id = 99;
  EXPECT_EQ(store_->UpdateValues({update}).code(), absl::StatusCode::kNotFound);
}

TEST_F(AlertStoreTest, CapIdsOfOthersAreNotFoundAndOursNeverRepeat) {
  for (const char* id : {"", "x", "-", "-1", "0-0", "../../etc/passwd", "%2e"}) {
    EXPECT_EQ(store_->GetCap(id).status().code(), absl::StatusCode::kNotFound) << id;
  }
  const std::string instance(store_->NextCapId().substr(0, 8));
  for (const char* number : {"+1", " 1", "01", "1"}) {
    EXPECT_EQ(store_->GetCap(absl::StrCat(instance, "-", number)).status().code(),
              absl::StatusCode::kNotFound)
        << number;
  }
  const std::string before = store_->NextCapId();
  EXPECT_NE(store_->NextCapId(1), before);
  store_.reset();
  std::filesystem::remove_all(path());
  Reopen();
  EXPECT_NE(store_->NextCapId(), before);
}

<<<<<<< HEAD
=======
TEST_F(AlertStoreTest, AChangedLineIsFound) {
  const uint64_t id = RaiseAndAcknowledge();
  ASSERT_TRUE(store_->VerifyTrail(id).ok());
  Tamper("events", [&](rocksdb::DB& db, rocksdb::ColumnFamilyHandle* events) {
    std::string value;
    ASSERT_TRUE(db.Get(rocksdb::ReadOptions(), events, EncodeEventKey(id, 2), &value).ok());
    AlertEventRecord line = *DecodeEvent(value);
    line.actor = "Minh";
    ASSERT_TRUE(
        db.Put(rocksdb::WriteOptions(), events, EncodeEventKey(id, 2), EncodeEvent(line)).ok());
  });
  Reopen();
  const absl::Status status = store_->VerifyTrail(id);
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(Message(status), HasSubstr("line 2 was changed"));
}

TEST_F(AlertStoreTest, ALineRewrittenWithAFittingHashIsFoundByTheAlert) {
  const uint64_t id = RaiseAndAcknowledge();
  Tamper("events", [&](rocksdb::DB& db, rocksdb::ColumnFamilyHandle* events) {
    std::string value;
    ASSERT_TRUE(db.Get(rocksdb::ReadOptions(), events, EncodeEventKey(id, 1), &value).ok());
    const std::string first_hash = DecodeEvent(value)->hash;
    ASSERT_TRUE(db.Get(rocksdb::ReadOptions(), events, EncodeEventKey(id, 2), &value).ok());
    AlertEventRecord line = *DecodeEvent(value);
    line.actor = "Minh";
    line.hash = EventHash(first_hash, id, line);
    ASSERT_TRUE(
        db.Put(rocksdb::WriteOptions(), events, EncodeEventKey(id, 2), EncodeEvent(line)).ok());
  });
  Reopen();
  EXPECT_EQ(store_->VerifyTrail(id).code(), absl::StatusCode::kDataLoss);
}

TEST_F(AlertStoreTest, ARemovedLineIsFoundAtTheEndAndInTheMiddle) {
  const uint64_t id = RaiseAndAcknowledge();
  for (const uint32_t line : {2, 1}) {
    Tamper("events", [&](rocksdb::DB& db, rocksdb::ColumnFamilyHandle* events) {
      ASSERT_TRUE(db.Delete(rocksdb::WriteOptions(), events, EncodeEventKey(id, line)).ok());
    });
    Reopen();
    EXPECT_EQ(store_->VerifyTrail(id).code(), absl::StatusCode::kDataLoss) << line;
  }
}

TEST_F(AlertStoreTest, ANewerFormatIsRefusedWithAClearMessage) {
  Tamper("default", [&](rocksdb::DB& db, rocksdb::ColumnFamilyHandle* meta) {
    ASSERT_TRUE(db.Put(rocksdb::WriteOptions(), meta, "format", EncodeKey64(2)).ok());
  });
  const absl::Status status = OpenRocksAlertStore(path()).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(Message(status), HasSubstr("format version 2, newer than 1"));
  EXPECT_THAT(Message(status), HasSubstr(path()));
}

TEST_F(AlertStoreTest, APartOfANewerVersionIsRefusedWithAClearMessage) {
  Tamper("default", [&](rocksdb::DB& db, rocksdb::ColumnFamilyHandle*) {
    rocksdb::ColumnFamilyHandle* handle = nullptr;
    ASSERT_TRUE(db.CreateColumnFamily(rocksdb::ColumnFamilyOptions(), "silences", &handle).ok());
    db.DestroyColumnFamilyHandle(handle);
  });
  const absl::Status status = OpenRocksAlertStore(path()).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(Message(status), HasSubstr("\"silences\""));
}

TEST_F(AlertStoreTest, TheDatabaseIsForOneProcess) {
  const absl::Status status = OpenRocksAlertStore(path()).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << status;
  EXPECT_THAT(Message(status), HasSubstr("in use"));
}

TEST_F(AlertStoreTest, OnlyALockThatSomebodyHasIsInUse) {
  const std::string path = (dir_ / "block_and_lock").string();
  std::filesystem::create_directories(path + "/LOCK");
  const absl::Status status = OpenRocksAlertStore(path).status();
  EXPECT_FALSE(status.ok());
  EXPECT_THAT(Message(status), HasSubstr(path));
  EXPECT_THAT(Message(status), testing::Not(HasSubstr("in use")));
}

TEST_F(AlertStoreTest, AMissingDatabaseIsOnlyMadeWhenAllowed) {
  EXPECT_EQ(
      OpenRocksAlertStore((dir_ / "none").string(), {.create_if_missing = false}).status().code(),
      absl::StatusCode::kNotFound);
}

TEST_F(AlertStoreTest, AFileWhereTheDirectoryShouldBeIsAClearError) {
  const std::string file = (dir_ / "file").string();
  std::ofstream(file) << "x";
  EXPECT_FALSE(OpenRocksAlertStore(file + "/alerts").ok());
}

// What a full disk does, by a limit on the size of files: the write fails, nothing of it is there,
// and what was acknowledged before stays readable. In a child, since the limit is the process's.
TEST_F(AlertStoreTest, AFullDiskIsAStatusAndLosesNothing) {
  store_.reset();
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    signal(SIGXFSZ, SIG_IGN);
    auto store = OpenRocksAlertStore(path());
    if (!store.ok()) _exit(1);
    const rlimit limit{200'000, 200'000};
    setrlimit(RLIMIT_FSIZE, &limit);
    uint64_t acknowledged = 0;
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

// A small file system that fills up and then gets room, as when somebody deletes what is not
// needed: from refusal back to work without a restart. The size decides what fails first: a file of
// opening's, the write-ahead log, or a table in the background.
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
  uint64_t acknowledged = 0;
  if (store_ != nullptr) {
    absl::Status status;
    for (int refused = 0; refused < 20;) {
      std::vector<AlertChange> changes;
      for (uint64_t i = 0; i < 100; ++i) {
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
    uint64_t found = 0;
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
  for (int i = 0; i < 300; ++i) {
    status = store_->Apply({{.alert = NewAlert()}});
    if (status.ok()) break;
    absl::SleepFor(absl::Milliseconds(100));  // RocksDB looks for room every five seconds.
  }
  EXPECT_TRUE(status.ok()) << status;
  Reopen();
  EXPECT_EQ(store_->NextAlertId(), acknowledged + 2);
}

// kill -9 in the middle of writing, twenty times over: the child tells each acknowledged id over a
// pipe, and after its death exactly those (and at most the one in flight) are there, each whole.
TEST_F(AlertStoreTest, KillNineLosesNothingAcknowledgedAndTearsNothing) {
  store_.reset();
  uint64_t acknowledged = 0;
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
    const uint64_t last = store_->NextAlertId() - 1;
    EXPECT_GE(last, acknowledged);
    EXPECT_LE(last, acknowledged + 1);
    EXPECT_TRUE(store_->VerifyTrail(last).ok());
    EXPECT_TRUE(store_->GetCap(store_->GetAlert(last)->cap_ids[0]).ok());
    EXPECT_EQ(store_->ListRuleStates()->at(0).alert_id, last);
    store_.reset();
  }
  Reopen();
}

>>>>>>> 5cea83a (storage: damage in a write-ahead log is told, and so is a lock nobody has)
TEST_F(AlertStoreTest, ReadersRunBesideTheWriter) {
  std::thread reader([&] {
    for (int i = 0; i < 50; ++i) {
      uint64_t previous = AlertStore::kNewest;
      ASSERT_TRUE(store_
                      ->ScanAlerts(AlertStore::kNewest,
                                   [&](const AlertRecord& alert) {
                                     EXPECT_LT(alert.id, previous);
                                     previous = alert.id;
                                     return true;
                                   })
                      .ok());
    }
  });
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(store_->Apply({{.alert = NewAlert()}}).ok());
  reader.join();
}

}  // namespace
}  // namespace citylayers::storage
