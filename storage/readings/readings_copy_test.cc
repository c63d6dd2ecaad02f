#include "storage/readings/readings_copy.h"

#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

#include "absl/synchronization/notification.h"
#include <gtest/gtest.h>

#include "tests/support/readings_store_fixture.h"

namespace citylayers::storage {
namespace {

namespace fs = std::filesystem;

class ReadingsCopy : public TestStore {
 protected:
  void SetUp() override {
    Open();
    RegisterSpeeds(2);
  }
  void Append(int minute, double value) {
    const auto result =
        store_->log().Append(Batch("gate", 0, {{0, kStartMs + minute * 60'000, value}}), {});
    ASSERT_TRUE(result.ok()) << result.status();
  }
  std::unique_ptr<ReadingsStore> OpenCopy() {
    ReadingsStoreOptions options = options_;
    options.directory = copy_;
    auto store = ReadingsStore::Open(options);
    EXPECT_TRUE(store.ok()) << store.status();
    return *std::move(store);
  }
  const std::string copy_ = dir_ / "copy";
};

TEST_F(ReadingsCopy, HasTheBatchesUpToItsOffset) {
  for (int i = 0; i < 5; ++i) Append(i, i);
  ASSERT_TRUE(store_->upkeep().Seal().ok());
  for (int i = 5; i < 8; ++i) Append(i, i);
  const auto copied = store_->upkeep().Copy(copy_);
  ASSERT_TRUE(copied.ok()) << copied.status();
  EXPECT_EQ(copied->offset, 8u);
  Append(8, 8);

  EXPECT_EQ(*CheckReadingsCopy(copy_), 8u);
  const auto restored = OpenCopy();
  EXPECT_EQ(restored->Stats().last_offset, 8u);
  EXPECT_EQ(restored->Loss(), "");
  const Readings rows = *restored->series().Query(0, 0, INT64_MAX);
  ASSERT_EQ(rows.size(), 8u);
  for (int i = 0; i < 8; ++i) EXPECT_EQ(rows[i].value, i);
}

TEST_F(ReadingsCopy, ItsLogMayBeEmpty) {
  options_.log_retention_batches = 0;
  Open();
  EXPECT_EQ(store_->upkeep().Copy(copy_)->offset, 0u);
  EXPECT_EQ(*CheckReadingsCopy(copy_), 0u);
  fs::remove_all(copy_);
  for (int i = 0; i < 3; ++i) Append(i, i);
  ASSERT_TRUE(store_->upkeep().Seal().ok());
  const auto copied = store_->upkeep().Copy(copy_);
  ASSERT_TRUE(copied.ok()) << copied.status();
  EXPECT_EQ(copied->offset, 3u);
  EXPECT_EQ(*CheckReadingsCopy(copy_), 3u);
}

// Every copy of a store under load has the batches up to its offset, and no other.
TEST_F(ReadingsCopy, IsExactWhileBatchesAreWritten) {
  std::atomic<bool> stop = false;
  absl::Notification running;
  std::thread writer([&] {
    for (int i = 0; !stop; ++i) {
      const auto result =
          store_->log().Append(Batch("gate", 0, {{0, kStartMs + i * 1000LL, 1.0 * i}}), {});
      ASSERT_TRUE(result.ok()) << result.status();
      if (i == 100) running.Notify();
    }
  });
  running.WaitForNotification();
  for (int round = 0; round < 5; ++round) {
    const auto copied = store_->upkeep().Copy(copy_);
    ASSERT_TRUE(copied.ok()) << copied.status();
    EXPECT_EQ(*CheckReadingsCopy(copy_), copied->offset);
    const Readings rows = *OpenCopy()->series().Query(0, 0, INT64_MAX);
    ASSERT_EQ(rows.size(), copied->offset);
    EXPECT_EQ(rows.back().value, static_cast<double>(copied->offset) - 1);
    fs::remove_all(copy_);
  }
  stop = true;
  writer.join();
}

TEST_F(ReadingsCopy, ADirectoryThatExistsIsLeftAlone) {
  fs::create_directories(copy_);
  std::ofstream(copy_ + "/other") << "data";
  EXPECT_FALSE(store_->upkeep().Copy(copy_).ok());
  EXPECT_TRUE(fs::exists(copy_ + "/other"));
}

TEST_F(ReadingsCopy, TheCheckChangesNoFileAndFindsAMissingTable) {
  Append(0, 1);
  ASSERT_TRUE(store_->upkeep().Copy(copy_).ok());
  const auto count = [this] {
    const fs::recursive_directory_iterator entries(copy_);
    return std::distance(begin(entries), end(entries));
  };
  const auto before = count();
  ASSERT_TRUE(CheckReadingsCopy(copy_).ok());
  EXPECT_EQ(count(), before);
  for (const auto& entry : fs::directory_iterator(copy_ + "/db")) {
    if (entry.path().extension() == ".sst") fs::remove(entry.path());
  }
  EXPECT_TRUE(absl::IsDataLoss(CheckReadingsCopy(copy_).status()));
  EXPECT_TRUE(absl::IsDataLoss(CheckReadingsCopy(dir_ / "nowhere").status()));
}

TEST_F(ReadingsCopy, ANewerFormatIsRefused) {
  ASSERT_TRUE(store_->upkeep().Copy(copy_).ok());
  std::ofstream(copy_ + "/FORMAT") << "citylayers-readings 2\n";
  EXPECT_TRUE(absl::IsFailedPrecondition(CheckReadingsCopy(copy_).status()));
}

}  // namespace
}  // namespace citylayers::storage
