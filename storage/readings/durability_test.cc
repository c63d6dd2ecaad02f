// Tests of the store when the process is killed, the disk is full, or the
// directory holds other data.
#include <atomic>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <map>
#include <random>
#include <set>
#include <thread>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include <fcntl.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/readings_store_fixture.h"
#include "tests/support/thread_sanitizer.h"

namespace citylayers::storage {
namespace {

using testing::HasSubstr;
using testing::Not;

class DurabilityTest : public TestStore {
 protected:
  absl::Status OpenError() {
    store_.reset();
    return ReadingsStore::Open(options_).status();
  }
};

// --- kill -9

constexpr std::uint32_t kWriters = 4;

struct Ack {
  std::uint32_t writer;
  std::uint32_t sequence;
};

double ValueOf(std::uint32_t writer, std::uint32_t sequence) {
  return sequence % 1000 + writer * 0.1;
}

// The child: every writer sends its batches in order and reports each one once it is acknowledged.
// Does not return; the parent kills it.
[[noreturn]] void WriteUntilKilled(const ReadingsStoreOptions& options, std::uint64_t epoch,
                                   const std::vector<std::uint32_t>& first, int acks) {
  auto store = ReadingsStore::Open(options);
  if (!store.ok()) _exit(3);
  std::vector<MeasureDef> measures;
  for (std::uint32_t w = 0; w < kWriters; ++w) measures.push_back(SpeedOf(static_cast<int>(w)));
  if (!(*store)->registrar().RegisterMeasures(measures).ok()) _exit(4);
  std::vector<std::thread> writers;
  for (std::uint32_t w = 0; w < kWriters; ++w) {
    writers.emplace_back([&, w] {
      for (std::uint32_t sequence = first[w];; ++sequence) {
        ReadingBatch batch = Batch("w" + std::to_string(w), sequence,
                                   {{w, kStartMs + sequence * 1000, ValueOf(w, sequence)}});
        batch.epoch = epoch;
        const auto result = (*store)->log().Append(std::move(batch), {});
        if (!result.ok() || result->duplicate) _exit(5);
        const Ack ack{w, sequence};
        if (write(acks, &ack, sizeof(ack)) != sizeof(ack)) _exit(6);
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  _exit(0);
}

TEST_F(DurabilityTest, WhatWasAcknowledgedSurvivesKillNineAndNothingIsThereTwice) {
  CITYLAYERS_FORKS_WITH_THREADS();
  options_.seal_in_background = true;
  options_.chunk_readings = 16;
  options_.log_retention_batches = 1'000'000;
  std::mt19937_64 random(9);
  std::vector<std::uint32_t> acked(kWriters, 0);   // last acknowledged sequence
  std::vector<std::uint32_t> stored(kWriters, 0);  // last sequence found on disk
  for (std::uint64_t cycle = 1; cycle <= 12; ++cycle) {
    std::vector<std::uint32_t> first;
    for (std::uint32_t w = 0; w < kWriters; ++w) first.push_back(stored[w] + 1);
    int pipe_ends[2];
    ASSERT_EQ(pipe2(pipe_ends, O_CLOEXEC), 0);
    const pid_t child = fork();
    if (child == 0) WriteUntilKilled(options_, /*epoch=*/1, first, pipe_ends[1]);
    close(pipe_ends[1]);
    // Kills the child after a random number of acknowledgements, while other
    // batches are in progress.
    const std::uint64_t kill_after = 20 + random() % 400;
    Ack ack;
    for (std::uint64_t count = 0; read(pipe_ends[0], &ack, sizeof(ack)) == sizeof(ack); ++count) {
      EXPECT_EQ(ack.sequence, std::max(acked[ack.writer] + 1, first[ack.writer]));
      acked[ack.writer] = ack.sequence;
      if (count == kill_after) kill(child, SIGKILL);
    }
    close(pipe_ends[0]);
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status)) << "the writer gave up with " << WEXITSTATUS(status);

    Open();
    const auto log = store_->log().Read(0, SIZE_MAX);
    ASSERT_TRUE(log.ok()) << log.status();
    std::set<std::pair<std::string, std::uint64_t>> seen;
    for (const LoggedBatchPtr& logged : *log) {
      EXPECT_TRUE(seen.emplace(logged->batch.source, logged->batch.sequence).second)
          << logged->batch.source << " " << logged->batch.sequence << " occurs twice";
    }
    for (std::uint32_t w = 0; w < kWriters; ++w) {
      const Readings rows = Rows(w);
      ASSERT_GE(rows.size(), acked[w]) << "an acknowledged reading is lost in cycle " << cycle;
      ASSERT_LE(rows.size(), acked[w] + 1) << "at most one batch was under way";
      for (std::uint32_t i = 0; i < rows.size(); ++i) {
        ASSERT_EQ(rows[i].time_ms, kStartMs + (i + 1) * 1000);
        ASSERT_EQ(rows[i].value, ValueOf(w, i + 1));
      }
      stored[w] = static_cast<std::uint32_t>(rows.size());
      if (acked[w] == 0) continue;  // it stored no batch before the end
      const auto repeat =
          store_->log().Append(Batch("w" + std::to_string(w), acked[w], {{w, kStartMs, 1}}), {});
      ASSERT_TRUE(repeat.ok());
      EXPECT_TRUE(repeat->duplicate);
    }
    store_.reset();
  }
}

// --- A full disk

// The size decides which write fails first: files of the opening, the write-ahead log, or a table
// in the background.
class FullDiskTest : public DurabilityTest, public testing::WithParamInterface<std::string> {
 protected:
  FullDiskTest() {
    std::filesystem::create_directories(directory_);
    mounted_ = mount("tmpfs", directory_.c_str(), "tmpfs", 0, ("size=" + GetParam()).c_str()) == 0;
  }
  ~FullDiskTest() override {
    store_.reset();
    if (mounted_) umount2(directory_.c_str(), MNT_DETACH);
  }
  bool mounted_ = false;
};

INSTANTIATE_TEST_SUITE_P(Sizes, FullDiskTest, testing::Values("6m", "24m", "60m"));

TEST_P(FullDiskTest, WritesAreRefusedAndReadsServed) {
  if (!mounted_) {
    GTEST_SKIP() << "cannot mount a small tmpfs (" << std::strerror(errno) << "): run as root";
  }
  options_.min_free_bytes = 0;
  options_.seal_in_background = true;
  Open();
  RegisterSpeeds(1);
  std::mt19937_64 random(1);
  std::uniform_real_distribution<double> noise(0, 200);
  std::map<std::int64_t, double> acknowledged;
  absl::Status refused;
  for (int i = 0; refused.ok() && i < 100'000; ++i) {
    ReadingBatch batch;
    for (int row = 0; row < 1000; ++row) {
      batch.series.push_back(0);
      batch.times_ms.push_back(kStartMs + std::int64_t{i} * 1000 + row);
      batch.values.push_back(noise(random));
    }
    const ReadingBatch sent = batch;
    refused = store_->log().Append(std::move(batch), {}).status();
    for (std::size_t row = 0; refused.ok() && row < sent.size(); ++row) {
      acknowledged[sent.times_ms[row]] = sent.values[row];
    }
  }
  EXPECT_EQ(refused.code(), absl::StatusCode::kResourceExhausted) << refused;
  EXPECT_THAT(refused.ToString(), HasSubstr(directory_));
  EXPECT_THAT(refused.ToString(), HasSubstr("make room"));
  EXPECT_FALSE(store_->log().Append(Batch("", 0, {{0, kStartMs, 1}}), {}).ok()) << "and stays so";
  EXPECT_FALSE(store_->log().WriteStatus().ok());
  const Readings rows = Rows(0);
  EXPECT_EQ(rows.size(), acknowledged.size()) << "reads go on";
  // With free space, and reopened, every acknowledged reading is present.
  store_.reset();
  ASSERT_EQ(mount("tmpfs", directory_.c_str(), "tmpfs", MS_REMOUNT, "size=512m"), 0);
  Open();
  std::size_t found = 0;
  for (const StoredReading& row : Rows(0)) {
    const auto expected = acknowledged.find(row.time_ms);
    if (expected != acknowledged.end() && expected->second == row.value) ++found;
  }
  EXPECT_EQ(found, acknowledged.size());
  EXPECT_TRUE(store_->log().Append(Batch("", 0, {{0, kStartMs, 1}}), {}).ok());
}

TEST_F(DurabilityTest, WritesAreRefusedBeforeTheDiskIsFull) {
  options_.min_free_bytes = UINT64_MAX;
  Open();
  const auto refused = store_->registrar().RegisterMeasures({SpeedOf(0)});
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(refused.status().ToString(), HasSubstr(directory_));
  EXPECT_TRUE(store_->state().Put("clock", "x").ok()) << "small state still fits";
  EXPECT_EQ(store_->log().WriteStatus().code(), absl::StatusCode::kResourceExhausted)
      << "and reports it";
}

// --- Other data in the directory

TEST_F(DurabilityTest, ADirectoryOfANewerVersionIsRefused) {
  Open();
  store_.reset();
  std::ofstream(directory_ + "/FORMAT") << "citylayers-readings 2\n";
  const absl::Status status = OpenError();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(status.ToString(), HasSubstr("newer citylayers (format 2"));
  EXPECT_THAT(status.ToString(), HasSubstr(directory_));
  std::ofstream(directory_ + "/FORMAT") << "hello\n";
  EXPECT_EQ(OpenError().code(), absl::StatusCode::kDataLoss);
}

TEST_F(DurabilityTest, ADirectoryOfSomethingElseIsRefused) {
  std::filesystem::create_directories(directory_);
  std::ofstream(directory_ + "/thesis.txt") << "mine\n";
  const absl::Status status = OpenError();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(status.ToString(), HasSubstr("holds no readings"));
}

TEST_F(DurabilityTest, ADirectoryInUseIsRefused) {
  Open();
  const absl::Status status = ReadingsStore::Open(options_).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(status.ToString(), HasSubstr("in use by another process"));
}

TEST_F(DurabilityTest, OnlyALockThatSomebodyHasIsInUse) {
  options_.directory = directory_ + "/block_and_lock";
  std::filesystem::create_directories(options_.directory + "/db/LOCK");
  std::ofstream(options_.directory + "/FORMAT") << "citylayers-readings 1\n";
  const absl::Status status = OpenError();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(status.ToString(), HasSubstr(options_.directory));
  EXPECT_THAT(status.ToString(), Not(HasSubstr("in use")));
}

// --- The write-ahead log: the batches below were acknowledged, and are in no table file.

class WriteAheadLogTest : public DurabilityTest {
 protected:
  // Stores batches and copies the directory as kill -9 would leave it; returns its log.
  std::string LogOfAKilledStore() {
    Open();
    RegisterSpeeds(1);
    for (std::uint64_t i = 1; i <= 100; ++i) {
      EXPECT_TRUE(store_->log()
                      .Append(Batch("g", i, {{0, kStartMs + static_cast<std::int64_t>(i), 1}}), {})
                      .ok());
    }
    options_.directory = directory_ + "_killed";
    std::filesystem::remove_all(options_.directory);
    std::filesystem::copy(directory_, options_.directory, std::filesystem::copy_options::recursive);
    std::string log;
    for (const auto& file : std::filesystem::directory_iterator(options_.directory + "/db")) {
      if (file.path().extension() == ".log" && file.file_size() > 1000) log = file.path();
    }
    EXPECT_NE(log, "");
    return log;
  }
  ~WriteAheadLogTest() override {
    store_.reset();
    std::filesystem::remove_all(directory_ + "_killed");
  }
};

TEST_F(WriteAheadLogTest, AFlippedByteInTheMiddleKeepsTheStoreFromOpening) {
  const std::string log = LogOfAKilledStore();
  std::fstream file(log, std::ios::in | std::ios::out | std::ios::binary);
  const auto middle = static_cast<std::streamoff>(std::filesystem::file_size(log) / 2);
  file.seekg(middle);
  const char byte = static_cast<char>(file.get() ^ 0x10);
  file.seekp(middle);
  file.put(byte);
  file.close();
  const absl::Status status = OpenError();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(status.ToString(), HasSubstr(options_.directory));
  EXPECT_THAT(status.ToString(), HasSubstr("restore the directory from a backup"));
}

TEST_F(WriteAheadLogTest, ATailThatIsCutOffTakesTheBatchThatItHeldAndSaysSo) {
  const std::string log = LogOfAKilledStore();
  std::filesystem::resize_file(log, std::filesystem::file_size(log) - 5);
  Open();
  EXPECT_THAT(store_->Loss(), HasSubstr("1 acknowledged batches (offsets 100 to 100) are lost"));
  EXPECT_EQ(store_->log().LastOffset(), 100u);
  EXPECT_EQ(Rows(0).size(), 99u);
  EXPECT_FALSE(store_->log().Append(Batch("g", 100, {{0, kStartMs + 100, 1}}), {})->duplicate);
}

}  // namespace
}  // namespace citylayers::storage
