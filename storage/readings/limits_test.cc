// Tests of every limit of the store, and of closing it with a full queue.
#include <atomic>
#include <deque>

#include "absl/synchronization/notification.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/support/eventually.h"
#include "tests/support/readings_store_fixture.h"

namespace citylayers::storage {
namespace {

using testing::HasSubstr;

class LimitsTest : public TestStore {
 protected:
  ~LimitsTest() override {
    Release();
    store_.reset();
  }

  // Holds the writer until Release(), so that appended batches stay in the queue.
  void HoldWriter() {
    absl::Notification held;
    store_->log().AppendAsync(Batch("", 0, {{0, kStartMs, 1}}), {},
                              [&](const absl::StatusOr<AppendResult>&) {
                                held.Notify();
                                release_.WaitForNotification();
                              });
    held.WaitForNotification();
  }
  void Release() {
    if (!release_.HasBeenNotified()) release_.Notify();
  }
  // Appends without waiting; the outcome is set when the store is closed, or at once when
  // the batch is refused.
  const absl::Status& AppendBehind(ReadingBatch batch) {
    absl::Status& outcome = outcomes_.emplace_back(absl::UnknownError("waits"));
    store_->log().AppendAsync(
        std::move(batch), {},
        [&outcome](const absl::StatusOr<AppendResult>& done) { outcome = done.status(); });
    return outcome;
  }
  absl::Status Write(std::int64_t time_ms) {
    return store_->log().Append(Batch("", 0, {{0, time_ms, 1}}), {}).status();
  }
  // Waits until the sealer has reached `offset`.
  bool IsSealedUpTo(std::uint64_t offset) const {
    return test::Eventually([&] { return store_->Stats().sealed_offset >= offset; });
  }

  absl::Notification release_;
  std::deque<absl::Status> outcomes_;
};

TEST_F(LimitsTest, TheQueueHasSoManyBatches) {
  options_.queue_batches_max = 2;
  Open();
  RegisterSpeeds(1);
  HoldWriter();
  const absl::Status& first = AppendBehind(Batch("", 0, {{0, kStartMs, 1}}));
  const absl::Status& second = AppendBehind(Batch("", 0, {{0, kStartMs, 2}}));
  const absl::Status& third = AppendBehind(Batch("", 0, {{0, kStartMs, 3}}));
  EXPECT_EQ(third.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(third.ToString(), HasSubstr("queue is full"));
  EXPECT_TRUE(store_->log().WriteStatus().ok()) << "a full queue is not a disk error";
  EXPECT_EQ(store_->Stats().queued_batches, 2u);
  Release();
  store_.reset();
  EXPECT_TRUE(first.ok() && second.ok());
}

TEST_F(LimitsTest, TheQueueHasSoManyBytes) {
  options_.queue_bytes_max = 2000;
  Open();
  RegisterSpeeds(1);
  HoldWriter();
  std::vector<Row> rows;
  for (int i = 0; i < 40; ++i) rows.push_back({0, kStartMs + i * i * i, 0.1 * i * i});
  const absl::Status& first = AppendBehind(Batch("", 0, rows));
  const absl::Status& second = AppendBehind(Batch("", 0, rows));
  EXPECT_EQ(second.code(), absl::StatusCode::kResourceExhausted);
  Release();
  store_.reset();
  EXPECT_TRUE(first.ok());
}

TEST_F(LimitsTest, RefusedRowsCountInTheQueue) {
  options_.queue_bytes_max = 60'000;
  Open();
  RegisterSpeeds(1);
  HoldWriter();
  RejectedRows rejects;
  rejects.measures = {std::string(100'000, 'x')};
  rejects.messages = {"no such measure"};
  for (std::uint32_t i = 0; i < 2000; ++i) rejects.rows.push_back({i, 0, 0, 2, {kStartMs, 1.5, 0}});
  std::vector<absl::Status> outcomes(2, absl::UnknownError("waits"));
  for (absl::Status& outcome : outcomes) {
    store_->log().AppendAsync({}, rejects, [&outcome](const absl::StatusOr<AppendResult>& done) {
      outcome = done.status();
    });
  }
  EXPECT_EQ(outcomes[1].code(), absl::StatusCode::kResourceExhausted) << outcomes[1];
  Release();
  store_.reset();
  EXPECT_TRUE(outcomes[0].ok()) << "a long name counts with what is kept of it" << outcomes[0];
}

TEST_F(LimitsTest, TheHeadTakesTwiceItsReadingsWhenNobodySeals) {
  options_.head_readings_max = 5;
  Open();
  RegisterSpeeds(1);
  for (int i = 0; i <= 10; ++i) ASSERT_TRUE(Write(kStartMs + i).ok()) << i;
  const absl::Status refused = Write(kStartMs + 11);
  EXPECT_EQ(refused.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(refused.ToString(), HasSubstr("11 readings wait for their chunks"));
  ASSERT_TRUE(store_->upkeep().Seal().ok());
  EXPECT_TRUE(Write(kStartMs + 11).ok());
}

TEST_F(LimitsTest, AHeadOverItsReadingsIsSealedByHalves) {
  options_.head_readings_max = 5;
  options_.seal_in_background = true;
  options_.seal_check_every = absl::Milliseconds(1);
  Open();
  RegisterSpeeds(8);
  for (std::uint32_t i = 0; i < 8; ++i) {
    ASSERT_TRUE(store_->log().Append(Batch("", 0, {{i, kStartMs, 1}}), {}).ok());
  }
  EXPECT_TRUE(IsSealedUpTo(3));
  EXPECT_LE(store_->Stats().head_readings, 5u);
  EXPECT_GT(store_->Stats().head_readings, 0u) << "only as many as needed";
}

TEST_F(LimitsTest, ALogOverItsBytesIsSealed) {
  options_.unsealed_log_bytes_max = 100;
  options_.seal_in_background = true;
  options_.seal_check_every = absl::Milliseconds(1);
  Open();
  RegisterSpeeds(1);
  ASSERT_TRUE(Write(kStartMs).ok());
  for (int i = 1; i < 10; ++i) ASSERT_TRUE(Write(kStartMs + i).ok());
  EXPECT_TRUE(IsSealedUpTo(5));
}

TEST_F(LimitsTest, NoReadingWaitsLongerThanSealAfter) {
  options_.seal_after = absl::Milliseconds(1);
  options_.seal_in_background = true;
  options_.seal_check_every = absl::Milliseconds(1);
  Open();
  RegisterSpeeds(1);
  ASSERT_TRUE(Write(kStartMs).ok());
  EXPECT_TRUE(IsSealedUpTo(1));
  EXPECT_EQ(Rows(0).size(), 1u);
}

TEST_F(LimitsTest, TheRegistryTakesSoManyMeasures) {
  options_.series_max = 2;
  Open();
  RegisterSpeeds(2);
  const absl::Status refused = store_->registrar().RegisterMeasures({SpeedOf(2)}).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(refused.ToString(), HasSubstr("series_max = 2"));
  EXPECT_TRUE(store_->registrar().RegisterMeasures({SpeedOf(1)}).ok()) << "what is known stays so";
}

TEST_F(LimitsTest, SoManySourcesAreRememberedOverARestartToo) {
  options_.dedupe_sources_max = 3;
  Open();
  RegisterSpeeds(1);
  for (const char* source : {"z", "y", "a", "z"}) {
    const std::uint64_t sequence = store_->log().LastOffset() + 1;
    ASSERT_TRUE(store_->log().Append(Batch(source, sequence, {{0, kStartMs, 1}}), {}).ok());
  }
  EXPECT_EQ(store_->Stats().dedupe_sources, 3u);
  options_.dedupe_sources_max = 1;
  Open();
  EXPECT_EQ(store_->Stats().dedupe_sources, 1u);
  EXPECT_TRUE(store_->log().Append(Batch("z", 4, {{0, kStartMs, 1}}), {})->duplicate)
      << "z was active last";
  EXPECT_FALSE(store_->log().Append(Batch("z", 5, {{0, kStartMs, 1}}), {})->duplicate);
  options_.dedupe_sources_max = 10;
  Open();
  EXPECT_EQ(store_->Stats().dedupe_sources, 1u) << "what is forgotten is off the disk";
}

TEST_F(LimitsTest, OneSyncIsCountedAsOne) {
  Open();
  RegisterSpeeds(1);
  const std::uint64_t before = store_->Stats().syncs;
  ASSERT_TRUE(store_->log().Append(Batch("g", 1, {{0, kStartMs, 1}}), {}).ok());
  EXPECT_EQ(store_->Stats().syncs, before + 1);
  ASSERT_TRUE(store_->log().Append(Batch("g", 1, {{0, kStartMs, 1}}), {})->duplicate);
  EXPECT_EQ(store_->Stats().syncs, before + 1) << "a repeat writes nothing";
  EXPECT_EQ(store_->Stats().batches_committed, 1u);
}

// Each batch fills a series, and the sealer has ended when the last ones are written.
TEST_F(LimitsTest, ClosingWritesWhatWaits) {
  options_.chunk_readings = 16;
  options_.group_bytes_max = 1;
  options_.seal_in_background = true;
  Open();
  RegisterSpeeds(300);
  HoldWriter();
  std::atomic<int> stored = 0;
  for (std::uint32_t series = 1; series < 300; ++series) {
    std::vector<Row> rows;
    for (int i = 0; i < 20; ++i) rows.push_back({series, kStartMs + i, 1});
    store_->log().AppendAsync(
        Batch("", 0, rows), {},
        [&](const absl::StatusOr<AppendResult>& done) { stored += done.ok(); });
  }
  Release();
  store_.reset();
  EXPECT_EQ(stored, 299);
  Open();
  EXPECT_EQ(Rows(299).size(), 20u);
}

}  // namespace
}  // namespace citylayers::storage
