// Test fixture with a readings store in a temporary directory.
#ifndef CITYLAYERS_TESTS_SUPPORT_READINGS_STORE_FIXTURE_H_
#define CITYLAYERS_TESTS_SUPPORT_READINGS_STORE_FIXTURE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"

#include "storage/readings/readings_store.h"
#include "tests/support/temp_dir.h"

namespace citylayers::storage {

/// 2022-10-17 09:46:40 UTC.
inline constexpr std::int64_t kStartMs = 1'666'000'000'000;

using Readings = std::vector<StoredReading>;

struct Row {
  std::uint32_t series;
  std::int64_t time_ms;
  double value;
};

inline ReadingBatch Batch(std::string source, std::uint64_t sequence,
                          const std::vector<Row>& rows) {
  ReadingBatch batch;
  batch.source = std::move(source);
  batch.epoch = 1;
  batch.sequence = sequence;
  for (const Row& row : rows) {
    batch.series.push_back(row.series);
    batch.times_ms.push_back(row.time_ms);
    batch.values.push_back(row.value);
  }
  return batch;
}

inline MeasureDef SpeedOf(int segment) {
  return {"segments/" + std::to_string(segment) + "/measures/speed",
          "km/h",
          1,
          300'000,
          "",
          0,
          200,
          {}};
}

class TestStore : public testing::Test {
 protected:
  TestStore() {
    options_.directory = directory_;
    options_.seal_in_background = false;
  }

  /// Opens the store; closes it first if it is open.
  void Open() {
    store_.reset();
    absl::StatusOr<std::unique_ptr<ReadingsStore>> store = ReadingsStore::Open(options_);
    ASSERT_TRUE(store.ok()) << store.status();
    store_ = *std::move(store);
  }
  /// Registers series 0 to count - 1.
  void RegisterSpeeds(std::uint32_t count) {
    std::vector<MeasureDef> measures;
    for (std::uint32_t i = 0; i < count; ++i) measures.push_back(SpeedOf(static_cast<int>(i)));
    const auto series = store_->registrar().RegisterMeasures(measures);
    ASSERT_TRUE(series.ok()) << series.status();
    for (std::uint32_t i = 0; i < count; ++i) ASSERT_EQ((*series)[i], i);
  }
  /// All readings of a series.
  Readings Rows(std::uint32_t series) const {
    const absl::StatusOr<Readings> rows = store_->series().Query(series, 0, INT64_MAX);
    EXPECT_TRUE(rows.ok()) << rows.status();
    return rows.value_or(Readings{});
  }

  const test::TempDir dir_;
  const std::string directory_ = dir_ / "readings";
  ReadingsStoreOptions options_;
  std::unique_ptr<ReadingsStore> store_;
};

}  // namespace citylayers::storage

#endif  // CITYLAYERS_TESTS_SUPPORT_READINGS_STORE_FIXTURE_H_
