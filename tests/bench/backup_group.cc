// backup.*: a full and an incremental backup of a readings store, the wait of writers, and the time
// to restore.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/time/clock.h"

#include "base/clock.h"
#include "base/status_macros.h"
#include "base/strings.h"
#include "services/backup/backup_job.h"
#include "services/readings/readings_backup.h"
#include "storage/backup/backup_restore.h"
#include "storage/readings/readings_store.h"
#include "tests/bench/groups.h"

namespace citylayers::bench {
namespace {

using storage::ReadingBatch;
using storage::ReadingsStore;

constexpr std::uint32_t kSeries = 1000;
constexpr std::uint32_t kBatchRows = 10'000;
constexpr std::int64_t kStartMs = 1'666'000'000'000;
constexpr std::int64_t kStepMs = 60'000;
constexpr std::uint64_t kLoadBatchesMax = 2'000;  // 20 M readings more

double SecondsSince(absl::Time start) { return absl::ToDoubleSeconds(absl::Now() - start); }

// Speeds that change gradually, as those of streets: they compress like measured ones.
ReadingBatch BatchOf(std::uint64_t number) {
  ReadingBatch batch;
  batch.source = "bench";
  for (std::uint32_t row = 0; row < kBatchRows; ++row) {
    const std::uint32_t series = row % kSeries;
    const auto step = static_cast<std::int64_t>(number * (kBatchRows / kSeries) + row / kSeries);
    const double speed = 30 + 20 * std::sin(static_cast<double>(step) / 200 + series);
    batch.series.push_back(series);
    batch.times_ms.push_back(kStartMs + step * kStepMs);
    batch.values.push_back(std::round(speed * 10) / 10);
  }
  return batch;
}

absl::StatusOr<std::unique_ptr<ReadingsStore>> Open(const std::string& directory) {
  return ReadingsStore::Open(
      {.directory = directory, .retention = absl::Hours(24 * 365 * 100), .min_free_bytes = 0});
}

absl::Status Register(ReadingsStore& store) {
  std::vector<storage::MeasureDef> measures;
  for (std::uint32_t i = 0; i < kSeries; ++i) {
    measures.push_back(
        {StrCat("segments/", i, "/measures/speed"), "km/h", 1, kStepMs, "", 0, 200, {}});
  }
  return store.registrar().RegisterMeasures(measures).status();
}

// Writes batches until it is destroyed, and knows the longest wait for an acknowledgement.
class Load {
 public:
  Load(ReadingsStore& store, std::uint64_t first)
      : thread_([this, &store, first] {
          for (std::uint64_t i = first; !stop_ && i < first + kLoadBatchesMax; ++i) {
            const absl::Time start = absl::Now();
            if (!store.log().Append(BatchOf(i), {}).ok()) return;
            longest_ms_ = std::max(longest_ms_.load(), SecondsSince(start) * 1000);
            ++batches_;
          }
        }) {}
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;
  ~Load() { Stop(); }
  void Stop() {
    stop_ = true;
    if (thread_.joinable()) thread_.join();
  }
  double longest_ms() const { return longest_ms_; }
  std::uint64_t batches() const { return batches_; }

 private:
  std::atomic<bool> stop_ = false;
  std::atomic<double> longest_ms_ = 0;
  std::atomic<std::uint64_t> batches_ = 0;
  std::thread thread_;
};

struct Places {
  std::string data, backups, restored;
};

absl::StatusOr<backup::MadeBackup> Make(const Places& places, ReadingsStore& store) {
  readings::ReadingsBackup source(store);
  const WallClock clock;
  return backup::MakeBackup(
      {.backups = places.backups, .data = places.data, .program_version = "bench"}, {&source}, {},
      clock, [](const backup::BackupProgress&) { return absl::OkStatus(); });
}

absl::Status MeasureRestore(const Places& places, const std::string& note, Report& report) {
  const auto ignore = [](std::uint64_t) { return absl::OkStatus(); };
  ASSIGN_OR_RETURN(const storage::OpenedBackup opened,
                   storage::OpenBackup(places.backups, "latest"));
  absl::Time start = absl::Now();
  RETURN_IF_ERROR(storage::CheckBackupFiles(opened, ignore));
  report.Add({.name = "backup.verify_s", .value = SecondsSince(start), .unit = "s", .note = note});
  start = absl::Now();
  RETURN_IF_ERROR(storage::RestoreBackup(opened, places.restored, ignore,
                                         [](const std::string&) { return absl::OkStatus(); }));
  const double restore_s = SecondsSince(start);
  ASSIGN_OR_RETURN(const auto store, Open(places.restored + "/readings"));
  const double rto_s = SecondsSince(start);
  report.Add({.name = "backup.restore_s", .value = restore_s, .unit = "s", .note = note});
  report.Add({.name = "backup.rto_s",
              .value = rto_s,
              .unit = "s",
              .note = StrCat("restore and opening of the store; ", note)});
  if (store->Stats().last_offset == opened.manifest.FindStore("readings")->offset) {
    return absl::OkStatus();
  }
  return absl::DataLossError("the restored store ends at another offset than its backup");
}

absl::Status Measure(const BenchOptions& options, Report& report) {
  const std::string root = options.directory + "/backup";
  const Places places = {root + "/data", root + "/backups", root + "/restored"};
  std::filesystem::create_directories(places.data);
  ASSIGN_OR_RETURN(const auto store, Open(places.data + "/readings"));
  RETURN_IF_ERROR(Register(*store));
  const std::uint64_t batches = std::max<std::uint64_t>(options.backup_readings / kBatchRows, 1);
  for (std::uint64_t i = 0; i < batches; ++i) {
    RETURN_IF_ERROR(store->log().Append(BatchOf(i), {}).status());
  }
  RETURN_IF_ERROR(store->upkeep().Seal());
  const std::string note = StrCat(batches * kBatchRows, " readings of ", kSeries, " series");
  absl::Time start = absl::Now();
  ASSIGN_OR_RETURN(const backup::MadeBackup full, Make(places, *store));
  report.Add({.name = "backup.full_s",
              .value = SecondsSince(start),
              .unit = "s",
              .note = StrCat(full.copied_bytes, " bytes copied; ", note)});

  Load load(*store, batches);
  start = absl::Now();
  ASSIGN_OR_RETURN(const backup::MadeBackup loaded, Make(places, *store));
  const double under_load_s = SecondsSince(start);
  load.Stop();
  const std::string load_note = StrCat(load.batches(), " batches of ", kBatchRows,
                                       " readings were written meanwhile; ", note);
  report.Add({.name = "backup.incremental_s",
              .value = under_load_s,
              .unit = "s",
              .note = StrCat("under full write load: what the RPO has beside the interval; ",
                             load.batches(), " batches; ", loaded.copied_bytes, " bytes copied")});
  report.Add({.name = "backup.longest_ack_ms",
              .value = load.longest_ms(),
              .unit = "ms",
              .note = load_note});
  return MeasureRestore(places, note, report);
}

}  // namespace

void RunBackup(const BenchOptions& options, Report& report) {
  const absl::Status status = Measure(options, report);
  if (!status.ok()) report.Fail("backup", status);
}

}  // namespace citylayers::bench
