// Tests that manual changes of the stored bytes of a trail are detected.
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
  EXPECT_THAT(std::string(status.message()), HasSubstr("line 2 was changed"));
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
  EXPECT_EQ(store_->VerifyTrail(id).code(), absl::StatusCode::kDataLoss);
}

TEST_F(AuditTrailTest, ARemovedLineIsFoundAtTheEndAndInTheMiddle) {
  const std::uint64_t id = RaiseAndAcknowledge();
  for (const std::uint32_t line : {2, 1}) {
    Tamper("events", [&](rocksdb::DB& db, rocksdb::ColumnFamilyHandle* events) {
      ASSERT_TRUE(db.Delete(rocksdb::WriteOptions(), events, EncodeEventKey(id, line)).ok());
    });
    Reopen();
    EXPECT_EQ(store_->VerifyTrail(id).code(), absl::StatusCode::kDataLoss) << line;
  }
}

}  // namespace
}  // namespace citylayers::storage
