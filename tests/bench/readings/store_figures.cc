#include <algorithm>
#include <atomic>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <memory>
#include <numeric>
#include <random>
#include <sstream>
#include <thread>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"

#include "base/status_macros.h"
#include "storage/readings/readings_store.h"
#include "tests/bench/readings/gzip_lines.h"
#include "tests/bench/readings/readings_figures.h"

namespace citylayers::bench {
namespace {

using storage::MeasureDef;
using storage::ReadingBatch;
using storage::ReadingsStore;
using storage::StoredReading;

constexpr int64_t kStartMs = 1'666'000'000'000;
constexpr int64_t kDayMs = 24 * 3'600'000;

MeasureDef Speed(int segment) {
  return {
      absl::StrCat("segments/", segment, "/measures/speed"), "km/h", 1, 300'000, "", 0, 200, {}};
}

absl::StatusOr<std::unique_ptr<ReadingsStore>> OpenIn(const std::string& directory, int series) {
  std::error_code ignored;
  std::filesystem::remove_all(directory, ignored);
  storage::ReadingsStoreOptions options;
  options.directory = directory;
  ASSIGN_OR_RETURN(std::unique_ptr<ReadingsStore> store, ReadingsStore::Open(options));
  std::vector<MeasureDef> measures;
  for (int i = 0; i < series; ++i) measures.push_back(Speed(i));
  RETURN_IF_ERROR(store->registrar().RegisterMeasures(measures).status());
  return store;
}

double Milliseconds(absl::Duration duration) { return absl::ToDoubleMilliseconds(duration); }

double Percentile(std::vector<double> values, double share) {
  std::sort(values.begin(), values.end());
  return values[std::min(values.size() - 1,
                         static_cast<size_t>(share * static_cast<double>(values.size())))];
}

// Each writer has a thousand series and sends one reading of each per batch, like a gateway.
absl::StatusOr<ReadingsFigure> AppendRate(const ReadingsBenchOptions& options) {
  ASSIGN_OR_RETURN(std::unique_ptr<ReadingsStore> store,
                   OpenIn(options.directory + "/append", options.writers * options.batch_rows));
  std::atomic<uint64_t> stored{0};
  std::atomic<bool> failed{false};
  const absl::Time end = absl::Now() + options.duration;
  const absl::Time start = absl::Now();
  std::vector<std::thread> writers;
  for (int w = 0; w < options.writers; ++w) {
    writers.emplace_back([&, w] {
      std::mt19937 random(static_cast<unsigned>(w));
      for (uint64_t sequence = 1; absl::Now() < end && !failed; ++sequence) {
        ReadingBatch batch;
        batch.source = absl::StrCat("writer-", w);
        batch.sequence = sequence;
        for (int row = 0; row < options.batch_rows; ++row) {
          batch.series.push_back(static_cast<uint32_t>(w * options.batch_rows + row));
          batch.times_ms.push_back(kStartMs + static_cast<int64_t>(sequence) * 60'000);
          batch.values.push_back(static_cast<double>(200 + random() % 300) / 10);
        }
        absl::StatusOr<storage::AppendResult> result = store->log().Append(std::move(batch), {});
        while (absl::IsResourceExhausted(result.status()) && absl::Now() < end) {
          absl::SleepFor(absl::Milliseconds(1));
          break;
        }
        if (result.ok()) {
          stored += static_cast<uint64_t>(options.batch_rows);
        } else if (!absl::IsResourceExhausted(result.status())) {
          failed = true;
        }
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  const double seconds = absl::ToDoubleSeconds(absl::Now() - start);
  if (failed) return absl::InternalError("an append failed");
  const storage::ReadingsStoreStats stats = store->Stats();
  return ReadingsFigure{
      "readings.store_append_per_s", static_cast<double>(stored) / seconds, "readings/s",
      absl::StrCat(options.writers, " threads, ", options.batch_rows,
                   "-reading batches, every batch synced; ", stats.batches_committed,
                   " batches in ", stats.syncs, " syncs, sealing in the background")};
}

// 1,000 series with a day of one-minute readings among 100,000 series.
absl::StatusOr<std::vector<ReadingsFigure>> QueryTimes(const ReadingsBenchOptions& options) {
  constexpr int kSeries = 100'000;
  constexpr int kDense = 1000;
  ASSIGN_OR_RETURN(std::unique_ptr<ReadingsStore> store,
                   OpenIn(options.directory + "/query", kSeries));
  std::mt19937 random(1);
  for (int minute = 0; minute < 1440; ++minute) {
    ReadingBatch batch;
    const int count = minute == 0 ? kSeries : kDense;
    for (int series = 0; series < count; ++series) {
      batch.series.push_back(static_cast<uint32_t>(series));
      batch.times_ms.push_back(kStartMs + minute * 60'000);
      batch.values.push_back(static_cast<double>(200 + random() % 300) / 10);
    }
    RETURN_IF_ERROR(store->log().Append(std::move(batch), {}).status());
  }
  RETURN_IF_ERROR(store->upkeep().Seal());
  std::vector<uint32_t> all(kSeries);
  std::iota(all.begin(), all.end(), 0);
  std::vector<double> latest_ms, day_ms, hourly_ms;
  for (int round = 0; round < 20; ++round) {
    const absl::Time start = absl::Now();
    if (store->series().Latest(all).size() != kSeries)
      return absl::InternalError("a series is missing");
    latest_ms.push_back(Milliseconds(absl::Now() - start));
  }
  for (uint32_t series = 0; series < kDense; ++series) {
    const absl::Time start = absl::Now();
    ASSIGN_OR_RETURN(const std::vector<StoredReading> day,
                     store->series().Query(series, kStartMs, kStartMs + kDayMs));
    day_ms.push_back(Milliseconds(absl::Now() - start));
    if (day.size() != 1440) return absl::InternalError("a reading is missing");
  }
  for (int round = 0; round < 5; ++round) {
    const absl::Time start = absl::Now();
    for (uint32_t series = 0; series < kDense; ++series) {
      RETURN_IF_ERROR(
          store->series().Aggregate(series, kStartMs, kStartMs + kDayMs, 3'600'000).status());
    }
    hourly_ms.push_back(Milliseconds(absl::Now() - start));
  }
  return std::vector<ReadingsFigure>{
      {"readings.latest_100k_ms", Percentile(latest_ms, 0.5), "ms", "median of 20; 100,000 series"},
      {"readings.series_day_p99_ms", Percentile(day_ms, 0.99), "ms",
       "1,440 one-minute readings, sealed; 1,000 queries"},
      {"readings.hourly_1000_series_ms", Percentile(hourly_ms, 0.5), "ms",
       "1,000 series x 1 day of one-minute readings, from raw chunks"}};
}

// --- Bytes on real data

double MphToKmh(double mph) { return std::round(mph * 1.609344 * 10) / 10; }

// METR-LA: 207 detectors, five minutes apart; one batch per step. The data set writes 0 for "no
// measurement".
absl::StatusOr<uint64_t> AppendMetrLa(const std::string& file, ReadingsStore& store) {
  ASSIGN_OR_RETURN(const std::vector<std::string> lines, GzipLines(file));
  uint64_t readings = 0;
  for (size_t step = 1; step < lines.size(); ++step) {
    ReadingBatch batch;
    const std::vector<absl::string_view> cells = absl::StrSplit(lines[step], ',');
    for (size_t sensor = 0; sensor < cells.size(); ++sensor) {
      double mph = 0;
      if (!absl::SimpleAtod(cells[sensor], &mph) || mph <= 0) continue;
      batch.series.push_back(static_cast<uint32_t>(sensor));
      batch.times_ms.push_back(1'330'560'000'000 + static_cast<int64_t>(step) * 300'000);
      batch.values.push_back(MphToKmh(mph));
    }
    readings += batch.size();
    RETURN_IF_ERROR(store.log().Append(std::move(batch), {}).status());
  }
  return readings;
}

// Synthetic speeds: 200 segments walk between 5 and 60 km/h in steps of up to 3 km/h, every five
// minutes of a week.
absl::StatusOr<uint64_t> AppendSynthetic(ReadingsStore& store) {
  constexpr size_t kSegments = 200;
  std::mt19937 random(7);
  std::vector<double> speeds_kmh(kSegments, 30);
  for (int64_t step = 0; step < 7 * 288; ++step) {
    ReadingBatch batch;
    for (size_t segment = 0; segment < kSegments; ++segment) {
      double& speed_kmh = speeds_kmh[segment];
      speed_kmh = std::clamp(speed_kmh + (static_cast<double>(random() % 61) - 30) / 10, 5.0, 60.0);
      batch.series.push_back(static_cast<uint32_t>(segment));
      batch.times_ms.push_back(kStartMs + step * 300'000);
      batch.values.push_back(std::round(speed_kmh * 10) / 10);
    }
    RETURN_IF_ERROR(store.log().Append(std::move(batch), {}).status());
  }
  return uint64_t{7 * 288 * kSegments};
}

struct Tide {
  int64_t day = 0;
  double high_m = 0;
  double low_m = 0;
};

absl::StatusOr<std::vector<Tide>> ReadTides(const std::string& file) {
  std::ifstream in(file);
  if (!in) return absl::NotFoundError(file);
  std::vector<Tide> tides;
  std::string line;
  while (std::getline(in, line)) {
    const std::vector<std::string> cells = absl::StrSplit(line, ',');
    absl::CivilDay day;
    Tide tide;
    if (cells.size() < 7 || cells[0] != "MN_phu_an" || !absl::ParseCivilTime(cells[4], &day) ||
        !absl::SimpleAtod(cells[5], &tide.high_m) || !absl::SimpleAtod(cells[6], &tide.low_m)) {
      continue;
    }
    tide.day = day - absl::CivilDay(1970, 1, 1);
    tides.push_back(tide);
  }
  return tides;
}

// River levels at Phú An: a cosine through the day's high and low every ten minutes, in whole
// millimetres with 3 mm of ripple, because the source has no times of day.
absl::StatusOr<uint64_t> AppendRiver(const std::string& file, ReadingsStore& store) {
  ASSIGN_OR_RETURN(const std::vector<Tide> tides, ReadTides(file));
  std::mt19937 random(1);
  std::normal_distribution<double> ripple(0, 0.003);
  uint64_t readings = 0;
  for (const Tide& tide : tides) {
    ReadingBatch batch;
    for (int64_t i = 0; i < 144; ++i) {
      const double phase = std::cos((static_cast<double>(i) * 10 - 300) / 745 * 2 * M_PI);
      const double level =
          (tide.high_m + tide.low_m) / 2 + (tide.high_m - tide.low_m) / 2 * phase + ripple(random);
      batch.series.push_back(0);
      batch.times_ms.push_back(tide.day * kDayMs + i * 600'000);
      batch.values.push_back(std::round(level * 1000) / 1000);
    }
    readings += batch.size();
    RETURN_IF_ERROR(store.log().Append(std::move(batch), {}).status());
  }
  return readings;
}

uint64_t DirectoryBytes(const std::string& directory, bool tables_only) {
  uint64_t bytes = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
    if (!entry.is_regular_file()) continue;
    if (!tables_only || entry.path().extension() == ".sst") bytes += entry.file_size();
  }
  return bytes;
}

template <typename Append>
absl::StatusOr<ReadingsFigure> BytesOf(const std::string& name, const std::string& directory,
                                       int series, const std::string& what, Append append) {
  uint64_t readings = 0;
  {
    std::error_code ignored;
    std::filesystem::remove_all(directory, ignored);
    storage::ReadingsStoreOptions options;
    options.directory = directory;
    options.log_retention_batches = 0;  // Sealed readings are not stored twice.
    ASSIGN_OR_RETURN(std::unique_ptr<ReadingsStore> store, ReadingsStore::Open(options));
    std::vector<MeasureDef> measures;
    for (int i = 0; i < series; ++i) measures.push_back(Speed(i));
    RETURN_IF_ERROR(store->registrar().RegisterMeasures(measures).status());
    ASSIGN_OR_RETURN(readings, append(*store));
    RETURN_IF_ERROR(store->upkeep().Seal());
    RETURN_IF_ERROR(store->upkeep().Compact());
  }
  const uint64_t bytes = DirectoryBytes(directory, /*tables_only=*/true);
  return ReadingsFigure{name, static_cast<double>(bytes) / static_cast<double>(readings), "bytes",
                        absl::StrCat(what, ": ", readings, " readings in ", bytes,
                                     " bytes of tables (keys, times, index, registry); ",
                                     DirectoryBytes(directory, false), " bytes in all files")};
}

}  // namespace

absl::StatusOr<std::vector<ReadingsFigure>> MeasureStore(const ReadingsBenchOptions& options) {
  ASSIGN_OR_RETURN(const ReadingsFigure append, AppendRate(options));
  ASSIGN_OR_RETURN(std::vector<ReadingsFigure> figures, QueryTimes(options));
  figures.insert(figures.begin(), append);
  return figures;
}

absl::StatusOr<std::vector<ReadingsFigure>> MeasureBytes(const ReadingsBenchOptions& options) {
  ASSIGN_OR_RETURN(const ReadingsFigure synthetic,
                   BytesOf("readings.bytes_per_reading_synthetic", options.directory + "/synthetic",
                           200, "random walks in 0.1 km/h", AppendSynthetic));
  const std::string speeds = options.real_data + "/traffic/metr_la_los_speed_first80.csv.gz";
  const std::string levels =
      options.real_data + "/flood/hcmc_river_level_daily_high_low_excerpt.csv";
  if (!std::filesystem::exists(speeds) || !std::filesystem::exists(levels)) {
    return std::vector<ReadingsFigure>{synthetic};
  }
  ASSIGN_OR_RETURN(const ReadingsFigure metr_la,
                   BytesOf("readings.bytes_per_reading", options.directory + "/metr_la", 207,
                           "METR-LA speeds in 0.1 km/h",
                           [&](ReadingsStore& store) { return AppendMetrLa(speeds, store); }));
  ASSIGN_OR_RETURN(const ReadingsFigure river,
                   BytesOf("readings.bytes_per_reading_river", options.directory + "/river", 1,
                           "river levels at Phu An in mm, reconstructed every 10 min",
                           [&](ReadingsStore& store) { return AppendRiver(levels, store); }));
  return std::vector<ReadingsFigure>{metr_la, river, synthetic};
}

}  // namespace citylayers::bench
