// Tests that manual changes of the stored bytes of a trail are detected.
#include <string>

#include "rocksdb/db.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/alerts/alert_codec.h"
#include "tests/support/alert_store_fixture.h"

namespace citylayers::storage {
namespace {

using testing::HasSubstr;

using AuditTrailTest = AlertStoreTest;

TEST_F(AuditTrailTest, AChangedLineIsFound) {
  const std::uint64_t id = RaiseAndAcknowledge();
  ASSERT_TRUE(store_->VerifyTrail({id})->is_intact());
  Tamper("events", [&](rocksdb::DB& db, rocksdb::ColumnFamilyHandle* events) {
    std::string value;
    ASSERT_TRUE(db.Get(rocksdb::ReadOptions(), events, EncodeEventKey(id, 2), &value).ok());
    AlertEventRecord line = *DecodeEvent(value);
    line.actor = "Minh";
    ASSERT_TRUE(
        db.Put(rocksdb::WriteOptions(), events, EncodeEventKey(id, 2), EncodeEvent(line)).ok());
  });
  Reopen();
  const TrailCheck check = *store_->VerifyTrail({id});
  EXPECT_EQ(check.damage.sequence, 2u);
  EXPECT_EQ(check.damage.reason, "line 2 was changed");
  EXPECT_EQ(check.last_sequence, 1u);
}

TEST_F(AuditTrailTest, ALineRewrittenWithAFittingHashIsFoundByTheAlert) {
  const std::uint64_t id = RaiseAndAcknowledge();
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
  EXPECT_THAT(store_->VerifyTrail({id})->damage.reason, HasSubstr("line 2 does not have the hash"));
}

TEST_F(AuditTrailTest, ALineOrAnAlertThatCannotBeReadIsDamage) {
  const std::uint64_t id = RaiseAndAcknowledge();
  Tamper("events", [&](rocksdb::DB& db, rocksdb::ColumnFamilyHandle* events) {
    ASSERT_TRUE(db.Put(rocksdb::WriteOptions(), events, EncodeEventKey(id, 2), "\x01").ok());
  });
  Reopen();
  EXPECT_THAT(store_->VerifyTrail({id})->damage.reason, HasSubstr("line 2 cannot be read: "));
  Tamper("events", [&](rocksdb::DB& db, rocksdb::ColumnFamilyHandle* events) {
    ASSERT_TRUE(db.Put(rocksdb::WriteOptions(), events, EncodeEventKey(id, 2), "\x7f").ok());
  });
  Reopen();
  ASSERT_TRUE(store_->VerifyTrail({id}).ok()) << "a version that no program has written";
  EXPECT_THAT(store_->VerifyTrail({id})->damage.reason, HasSubstr("line 2 cannot be read: "));
  for (const char* bytes : {"\x02", "\x7f"}) {
    Tamper("alerts", [&](rocksdb::DB& db, rocksdb::ColumnFamilyHandle* alerts) {
      ASSERT_TRUE(db.Put(rocksdb::WriteOptions(), alerts, EncodeKey64(id), bytes).ok());
    });
    Reopen();
    const auto check = store_->VerifyTrail({id});
    ASSERT_TRUE(check.ok()) << check.status();
    EXPECT_EQ(check->damage.sequence, 0u);
    EXPECT_THAT(check->damage.reason, HasSubstr("the alert cannot be read: "));
  }
}

TEST_F(AuditTrailTest, AnIntactTrailHasTheHashOfItsLastLineAsHead) {
  const std::uint64_t id = RaiseAndAcknowledge();
  const TrailCheck check = *store_->VerifyTrail({id});
  EXPECT_TRUE(check.is_intact());
  EXPECT_TRUE(check.is_complete);
  EXPECT_EQ(check.events_checked, 2u);
  EXPECT_EQ(check.last_sequence, 2u);
  EXPECT_EQ(check.head_hash, store_->ListEvents(id)->back().hash);
  EXPECT_EQ(store_->VerifyTrail({id + 1}).status().code(), absl::StatusCode::kNotFound);
}

TEST_F(AuditTrailTest, ALongTrailIsVerifiedInParts) {
  const std::uint64_t id = RaiseAndAcknowledge();
  TrailCheck check = *store_->VerifyTrail({id}, /*events_max=*/1);
  EXPECT_FALSE(check.is_complete);
  EXPECT_EQ(check.last_sequence, 1u);
  check = *store_->VerifyTrail({id, check.last_sequence}, /*events_max=*/1);
  EXPECT_TRUE(check.is_complete);
  EXPECT_TRUE(check.is_intact());
  EXPECT_EQ(check.events_checked, 1u);
  EXPECT_EQ(check.head_hash, store_->ListEvents(id)->back().hash);
  // The line at which the check continues is the one that was found intact before.
  Tamper("events", [&](rocksdb::DB& db, rocksdb::ColumnFamilyHandle* events) {
    ASSERT_TRUE(db.Delete(rocksdb::WriteOptions(), events, EncodeEventKey(id, 1)).ok());
  });
  Reopen();
  EXPECT_EQ(store_->VerifyTrail({id, 1})->damage.reason, "line 1 is missing");
}

TEST_F(AuditTrailTest, ARemovedLineIsFoundAtTheEndAndInTheMiddle) {
  const std::uint64_t id = RaiseAndAcknowledge();
  for (const std::uint32_t line : {2, 1}) {
    Tamper("events", [&](rocksdb::DB& db, rocksdb::ColumnFamilyHandle* events) {
      ASSERT_TRUE(db.Delete(rocksdb::WriteOptions(), events, EncodeEventKey(id, line)).ok());
    });
    Reopen();
    const TrailDamage damage = store_->VerifyTrail({id})->damage;
    EXPECT_EQ(damage.sequence, line == 2 ? 2u : 1u);
    EXPECT_EQ(damage.reason,
              "it ends at line " + std::to_string(line - 1) + " and not at line 2 as written");
  }
}

}  // namespace
}  // namespace citylayers::storage
