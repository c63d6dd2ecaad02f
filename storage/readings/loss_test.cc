// Tests of a truncated write-ahead log: RocksDB opens it without an error, the store reports it.
#include <filesystem>
#include <fstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/support/readings_store_fixture.h"

namespace citylayers::storage {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::IsEmpty;

class LossTest : public TestStore {
 protected:
  // A store whose tables hold the first batches and whose log holds the others.
  void WriteAndClose(int in_tables, int in_log) {
    Open();
    RegisterSpeeds(1);
    for (int i = 0; i < in_tables + in_log; ++i) {
      if (i == in_tables) Open();  // an opening moves the log into tables
      ASSERT_TRUE(store_->log().Append(Batch("", 0, {{0, kStartMs + i, 1.0 * i}}), {}).ok());
    }
    store_.reset();
  }
  // The log that is being written.
  fs::path Log() const {
    fs::path newest;
    for (const auto& entry : fs::directory_iterator(directory_ + "/db")) {
      const bool is_log = entry.path().extension() == ".log" && fs::file_size(entry) > 0;
      if (is_log && (newest.empty() || newest < entry.path())) newest = entry.path();
    }
    return newest;
  }
};

TEST_F(LossTest, ATailThatIsCutOffIsReportedAndCounted) {
  WriteAndClose(3, 10);
  const uintmax_t size = fs::file_size(Log());
  fs::resize_file(Log(), size / 2);
  Open();
  const std::uint64_t lost = store_->Stats().lost_batches;
  EXPECT_GT(lost, 2u);
  EXPECT_LT(lost, 10u);
  EXPECT_THAT(store_->Loss(), HasSubstr(std::to_string(lost) + " acknowledged batches (offsets " +
                                        std::to_string(14 - lost) + " to 13) are lost"));
  EXPECT_THAT(store_->Loss(), HasSubstr("what is left of the log is in " + directory_));
  EXPECT_EQ(Rows(0).size(), 13 - lost);
  EXPECT_EQ(fs::file_size(fs::directory_iterator(directory_ + "/lost-logs-1")->path()), size / 2);
}

TEST_F(LossTest, NoOffsetIsUsedTwice) {
  WriteAndClose(3, 10);
  fs::resize_file(Log(), fs::file_size(Log()) / 2);
  Open();
  const std::uint64_t lost = store_->Stats().lost_batches;
  EXPECT_EQ(store_->log().LastOffset(), 13u);
  const auto next = store_->log().Append(Batch("", 0, {{0, kStartMs + 99, 99}}), {});
  ASSERT_TRUE(next.ok()) << next.status();
  EXPECT_EQ(next->offset, 14u);
  const auto log = store_->log().Read(13 - lost, 100);
  ASSERT_TRUE(log.ok()) << log.status();
  ASSERT_EQ(log->size(), lost + 1);
  for (std::uint64_t i = 0; i < lost; ++i) EXPECT_EQ((*log)[i]->batch.size(), 0u);
  EXPECT_EQ((*log)[lost]->batch.size(), 1u);
  Open();
  EXPECT_THAT(store_->Loss(), IsEmpty()) << "it is reported once";
  EXPECT_EQ(store_->Stats().lost_batches, lost) << "and counted permanently";
  EXPECT_EQ(store_->log().LastOffset(), 14u);
  EXPECT_TRUE(store_->upkeep().Seal().ok());
  Open();
  EXPECT_EQ(Rows(0).size(), 14 - lost);
}

TEST_F(LossTest, EveryLengthOfTheLogIsEitherWholeOrReported) {
  WriteAndClose(3, 4);
  const fs::path log = Log();
  const fs::path good = directory_ + "-good";
  fs::remove_all(good);
  fs::copy(directory_, good, fs::copy_options::recursive);
  for (uintmax_t size = 0; size < fs::file_size(good / "db" / log.filename()); size += 7) {
    fs::remove_all(directory_);
    fs::copy(good, directory_, fs::copy_options::recursive);
    fs::resize_file(log, size);
    Open();
    const std::size_t rows = Rows(0).size();
    EXPECT_EQ(rows + store_->Stats().lost_batches, 7u) << size;
    EXPECT_EQ(store_->Loss().empty(), rows == 7) << size;
    store_.reset();
  }
  fs::remove_all(good);
}

TEST_F(LossTest, AWriteThatWasTornBeforeItsAcknowledgementIsNoLoss) {
  WriteAndClose(3, 4);
  std::ofstream(Log(), std::ios::binary | std::ios::app) << std::string("\1\2\3\4\xff\0\1half", 11);
  Open();
  EXPECT_THAT(store_->Loss(), IsEmpty());
  EXPECT_EQ(Rows(0).size(), 7u);
  EXPECT_FALSE(fs::exists(directory_ + "/lost-logs"));
}

TEST_F(LossTest, ChangesOtherThanBatchesAreReportedToo) {
  WriteAndClose(3, 0);
  Open();
  ASSERT_TRUE(store_->state().Put("clock", "12:00").ok());
  store_.reset();
  fs::resize_file(Log(), 3);
  Open();
  EXPECT_THAT(store_->Loss(), HasSubstr("1 acknowledged changes of the registry, the clock"));
  EXPECT_EQ(store_->Stats().lost_batches, 0u);
}

TEST_F(LossTest, ADirectoryOfAnEarlierVersionHasNoMarkAndGetsOne) {
  WriteAndClose(3, 4);
  fs::remove(directory_ + "/SYNCED");
  Open();
  EXPECT_THAT(store_->Loss(), IsEmpty());
  EXPECT_TRUE(fs::exists(directory_ + "/SYNCED"));
}

TEST_F(LossTest, ADatabaseWithoutItsCurrentFileIsNotANewOne) {
  WriteAndClose(3, 4);
  fs::remove(directory_ + "/db/CURRENT");
  const absl::Status status = ReadingsStore::Open(options_).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
  EXPECT_THAT(status.ToString(), HasSubstr(directory_ + "/db"));
}

TEST_F(LossTest, AFormatThatThereNeverWasIsDamage) {
  WriteAndClose(1, 0);
  std::ofstream(directory_ + "/FORMAT") << "citylayers-readings 0\n";
  EXPECT_EQ(ReadingsStore::Open(options_).status().code(), absl::StatusCode::kDataLoss);
}

TEST_F(LossTest, AHeadThatIsFullIsTold) {
  options_.head_readings_max = 2;
  Open();
  RegisterSpeeds(1);
  EXPECT_TRUE(store_->log().AppendStatus().ok());
  std::vector<Row> rows;
  for (int i = 0; i < 5; ++i) rows.push_back({0, kStartMs + i, 1});
  ASSERT_TRUE(store_->log().Append(Batch("", 0, rows), {}).ok());
  EXPECT_EQ(store_->log().AppendStatus().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(store_->log().Append(Batch("", 0, rows), {}).status().code(),
            absl::StatusCode::kResourceExhausted);
  ASSERT_TRUE(store_->upkeep().Seal().ok());
  EXPECT_TRUE(store_->log().AppendStatus().ok());
}

}  // namespace
}  // namespace citylayers::storage
