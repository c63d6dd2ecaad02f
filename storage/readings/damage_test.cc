// Tests of damaged rows and blocks: they are reported by name, never served, and do
// not block other data.
#include <fstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "storage/readings/chunk_codec.h"
#include "storage/readings/database.h"
#include "storage/readings/log_codec.h"
#include "tests/support/readings_store_fixture.h"

namespace citylayers::storage {
namespace {

using testing::HasSubstr;

constexpr std::int64_t kHourMs = 3'600'000;
constexpr std::int64_t kDayMs = 24 * kHourMs;

class DamageTest : public TestStore {
 protected:
  absl::Status OpenError() {
    store_.reset();
    return ReadingsStore::Open(options_).status();
  }

  // Changes the last byte of a row, bypassing the store.
  void Damage(rocksdb::ColumnFamilyHandle* (Database::*family)() const, const std::string& key) {
    store_.reset();
    auto database = Database::Open(options_);
    ASSERT_TRUE(database.ok()) << database.status();
    std::string value;
    rocksdb::DB& db = (*database)->db();
    ASSERT_TRUE(db.Get(rocksdb::ReadOptions(), ((**database).*family)(), key, &value).ok());
    value.back() = static_cast<char>(value.back() ^ 1);
    ASSERT_TRUE(db.Put(rocksdb::WriteOptions(), ((**database).*family)(), key, value).ok());
  }

  // Changes a byte of the file that holds the chunks; RocksDB detects this.
  void DamageChunkFile() {
    ASSERT_TRUE(store_->upkeep().Seal().ok());
    ASSERT_TRUE(store_->upkeep().Compact().ok());
    store_.reset();
    std::vector<rocksdb::LiveFileMetaData> files;
    {
      auto database = Database::Open(options_);
      ASSERT_TRUE(database.ok()) << database.status();
      (*database)->db().GetLiveFilesMetaData(&files);
    }
    for (const rocksdb::LiveFileMetaData& file : files) {
      if (file.column_family_name != "chunk") continue;
      std::fstream bytes(file.db_path + file.name, std::ios::in | std::ios::out | std::ios::binary);
      bytes.seekp(20);
      bytes.put('#');
      ASSERT_TRUE(bytes.good());
    }
  }

  void Write(const std::vector<Row>& rows) {
    const auto result = store_->log().Append(Batch("", 0, rows), {});
    ASSERT_TRUE(result.ok()) << result.status();
  }
  absl::StatusCode QueryCode(std::uint32_t series, std::int64_t start_ms,
                             std::int64_t end_ms) const {
    return store_->series().Query(series, start_ms, end_ms).status().code();
  }
};

// --- Batches of the log

TEST_F(DamageTest, ABatchIsNamedNotServed) {
  Open();
  RegisterSpeeds(1);
  for (int i = 0; i < 3; ++i) Write({{0, kStartMs, 1}});
  Damage(&Database::log, LogKey(2));
  const absl::Status status = OpenError();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(status.ToString(), HasSubstr("batch 2 in the log of " + directory_));
  EXPECT_THAT(status.ToString(), HasSubstr("checksum"));
}

TEST_F(DamageTest, ASealedBatchIsNamedToItsWatchersOnly) {
  Open();
  RegisterSpeeds(1);
  for (int i = 0; i < 3; ++i) Write({{0, kStartMs + i, 1}});
  ASSERT_TRUE(store_->upkeep().Seal().ok());
  Damage(&Database::log, LogKey(2));
  Open();
  EXPECT_EQ(Rows(0).size(), 3u);
  EXPECT_EQ(store_->log().Read(2, 10)->size(), 1u);
  const absl::Status status = store_->log().Read(0, 10).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(status.ToString(), HasSubstr("batch 2 in the log of " + directory_));
}

TEST_F(DamageTest, AMissingBatchIsNoticed) {
  Open();
  RegisterSpeeds(1);
  for (int i = 0; i < 3; ++i) Write({{0, kStartMs, 1}});
  store_.reset();
  {
    auto database = Database::Open(options_);
    ASSERT_TRUE(database.ok());
    ASSERT_TRUE(
        (*database)->db().Delete(rocksdb::WriteOptions(), (*database)->log(), LogKey(2)).ok());
  }
  EXPECT_THAT(OpenError().ToString(), HasSubstr("batch 2 is missing"));
}

// --- Chunks

TEST_F(DamageTest, AChunkFailsItsQueriesAndNoOthers) {
  Open();
  RegisterSpeeds(2);
  Write({{0, kStartMs, 1}, {1, kStartMs, 2}});
  ASSERT_TRUE(store_->upkeep().Seal().ok());
  Damage(&Database::chunk, EncodeChunkKey({0, kStartMs}));
  Open();
  const absl::Status status = store_->series().Query(0, 0, INT64_MAX).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(status.ToString(), HasSubstr("series 0"));
  EXPECT_EQ(store_->series().Aggregate(0, 0, INT64_MAX, kDayMs).status().code(),
            absl::StatusCode::kDataLoss)
      << "its statistics are not served either";
  EXPECT_EQ(Rows(1).size(), 1u);
}

//   series 0   [damaged] . . late . . . later            the chunk is put aside
//   series 1   [ chunk ]     late                        and other series are sealed
TEST_F(DamageTest, LateReadingsOfADamagedChunkHoldNothingUp) {
  options_.retention = absl::Hours(24 * 14);
  Open();
  RegisterSpeeds(2);
  for (const std::uint32_t series : {0, 1}) {
    Write({{series, kStartMs, 1}, {series, kStartMs + 10 * kHourMs, 2}});
  }
  ASSERT_TRUE(store_->upkeep().Seal().ok());
  Damage(&Database::chunk, EncodeChunkKey({0, kStartMs}));
  Open();
  Write({{0, kStartMs + kHourMs, 3}, {1, kStartMs + kHourMs, 3}});
  Write({{0, kStartMs + 11 * kHourMs, 4}});
  EXPECT_TRUE(store_->upkeep().Seal().ok());
  EXPECT_TRUE(store_->upkeep().SealStatus().ok());
  EXPECT_EQ(store_->Stats().sealed_offset, 4u) << "the log can be trimmed";
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(store_->Stats().lost_chunks, 1u);
    EXPECT_EQ(store_->Stats().head_readings, 0u);
    const absl::Status lost = store_->series().Query(0, kStartMs + 2 * kHourMs, INT64_MAX).status();
    EXPECT_EQ(lost.code(), absl::StatusCode::kDataLoss);
    EXPECT_THAT(lost.ToString(), HasSubstr("put aside"));
    EXPECT_EQ(QueryCode(0, 0, kStartMs), absl::StatusCode::kOk) << "before it";
    const auto later = store_->series().Query(0, kStartMs + 10 * kHourMs + 1, INT64_MAX);
    ASSERT_TRUE(later.ok()) << later.status();
    EXPECT_EQ(*later, (Readings{{kStartMs + 11 * kHourMs, 4}}));
    EXPECT_EQ(Rows(1).size(), 3u);
    Open();
  }
  Write({{0, kStartMs + 35 * kDayMs, 5}});
  ASSERT_TRUE(store_->upkeep().DropExpired(absl::FromUnixMillis(kStartMs + 35 * kDayMs)).ok());
  Open();
  EXPECT_EQ(store_->Stats().lost_chunks, 0u) << "its week has passed";
  EXPECT_EQ(Rows(0), (Readings{{kStartMs + 35 * kDayMs, 5}}));
}

TEST_F(DamageTest, ReadingsAfterADamagedChunkBeginOneOfTheirOwn) {
  Open();
  RegisterSpeeds(1);
  Write({{0, kStartMs, 1}, {0, kStartMs + kHourMs, 2}});
  ASSERT_TRUE(store_->upkeep().Seal().ok());
  Damage(&Database::chunk, EncodeChunkKey({0, kStartMs}));
  Open();
  Write({{0, kStartMs + 2 * kHourMs, 3}});
  EXPECT_TRUE(store_->upkeep().Seal().ok());
  EXPECT_EQ(store_->Stats().sealed_offset, 2u);
  EXPECT_EQ(store_->series().Query(0, kStartMs + 2 * kHourMs, INT64_MAX)->size(), 1u);
  EXPECT_EQ(QueryCode(0, 0, INT64_MAX), absl::StatusCode::kDataLoss);
}

// --- Blocks: not even the keys can be read

TEST_F(DamageTest, ABlockThatCannotBeReadIsNoEmptyAnswer) {
  Open();
  RegisterSpeeds(1);
  Write({{0, kStartMs, 1}});
  DamageChunkFile();
  Open();
  EXPECT_EQ(QueryCode(0, kStartMs, kStartMs + 1), absl::StatusCode::kDataLoss);
  EXPECT_EQ(QueryCode(0, 0, INT64_MAX), absl::StatusCode::kDataLoss) << "over many weeks too";
  EXPECT_EQ(
      store_->upkeep()
          .DropExpired(absl::FromUnixMillis(kStartMs) + options_.retention + absl::Hours(24 * 14))
          .code(),
      absl::StatusCode::kDataLoss);
}

TEST_F(DamageTest, LateReadingsOfABlockThatCannotBeReadHoldNothingUp) {
  Open();
  RegisterSpeeds(1);
  Write({{0, kStartMs, 1}, {0, kStartMs + 10 * kHourMs, 2}});
  DamageChunkFile();
  Open();
  Write({{0, kStartMs + kHourMs, 3}});
  EXPECT_TRUE(store_->upkeep().Seal().ok());
  EXPECT_EQ(store_->Stats().sealed_offset, 2u);
  EXPECT_EQ(store_->Stats().lost_chunks, 1u);
  EXPECT_EQ(QueryCode(0, 0, INT64_MAX), absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace citylayers::storage
