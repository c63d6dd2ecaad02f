// A durable store of readings: acknowledged batches are on disk and survive kill -9.
#ifndef CITYLAYERS_STORAGE_READINGS_READINGS_STORE_H_
#define CITYLAYERS_STORAGE_READINGS_READINGS_STORE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"

#include "storage/readings/dead_letters.h"
#include "storage/readings/measure.h"
#include "storage/readings/reading.h"

namespace citylayers::storage {

/// Location and limits of the store.
struct ReadingsStoreOptions {
  /// Created when missing.
  std::string directory;

  /// Maximum number of batches that wait for the disk; more are refused.
  std::size_t queue_batches_max = 1024;
  /// Maximum memory of these batches and of their rejected rows.
  std::size_t queue_bytes_max = 64 << 20;
  /// Maximum log bytes that share one sync.
  std::size_t group_bytes_max = 4 << 20;

  /// Target number of readings per chunk.
  std::size_t chunk_readings = 2048;
  /// Maximum number of unsealed readings in memory, about 4 bytes each.
  std::size_t head_readings_max = 8'000'000;
  /// Maximum size of the log that a restart must read again.
  std::uint64_t unsealed_log_bytes_max = 256 << 20;
  /// Maximum time before a reading is sealed into a chunk.
  absl::Duration seal_after = absl::Hours(1);
  /// Interval at which the three limits above are checked.
  absl::Duration seal_check_every = absl::Seconds(1);
  /// False: only Seal() seals.
  bool seal_in_background = true;

  /// Sealed batches kept for watchers that resume, by number and by size; the smaller limit
  /// applies.
  std::uint64_t log_retention_batches = 100'000;
  std::uint64_t log_retention_bytes = 256 << 20;
  /// Readings of the newest batches kept in memory for watchers.
  std::size_t tail_cache_readings = 400'000;
  /// Age at which chunks may be dropped.
  absl::Duration retention = absl::Hours(24 * 400);

  std::uint32_t series_max = 2'000'000;
  /// Sequences kept per (source, epoch).
  std::uint64_t dedupe_window = 1024;
  std::size_t dedupe_sources_max = 10'000;
  /// Maximum distance of a sequence past the newest one.
  std::uint64_t dedupe_jump_max = 100'000;
  /// Maximum first sequence of an epoch.
  std::uint64_t dedupe_first_max = 1'000'000'000;
  std::uint64_t dead_letter_bytes_max = 64 << 20;

  /// Writes are refused when the file system has less space left.
  std::uint64_t min_free_bytes = 64 << 20;
  std::size_t block_cache_bytes = 64 << 20;
  /// RocksDB's memtables together; they are flushed at this size.
  std::size_t write_buffer_bytes = 64 << 20;
};

/// Current figures, for metrics.
struct ReadingsStoreStats {
  std::uint64_t series_count = 0;
  std::uint64_t last_offset = 0;
  std::uint64_t oldest_offset = 0;  ///< of the batches still held
  std::uint64_t sealed_offset = 0;  ///< every batch up to here is in chunks
  std::uint64_t log_bytes = 0;      ///< of the batches still held
  std::uint64_t head_readings = 0;
  std::uint64_t queued_batches = 0;
  std::uint64_t batches_committed = 0;  ///< since opening
  std::uint64_t syncs = 0;              ///< since opening; one sync serves many batches
  double sync_seconds = 0;              ///< total duration of the syncs
  std::uint64_t lost_chunks = 0;        ///< damaged and put aside; queries of their time fail
  /// Acknowledged, and missing when the store was opened; total of all openings.
  std::uint64_t lost_batches = 0;
  std::uint64_t dedupe_sources = 0;  ///< (source, epoch) pairs whose repeats are recognised
  std::uint64_t disk_bytes = 0;      ///< size of the data files below the directory
  std::uint64_t queued_bytes = 0;    ///< memory of the waiting batches
  std::uint64_t database_bytes = 0;  ///< memory of RocksDB's memtables and block cache
};

/// Called once, when the batch is on disk or was refused, on the writer thread: it must be quick
/// and must not call the store.
using AppendDone = std::function<void(absl::StatusOr<AppendResult>)>;

/// A durable log of batches, from which readings move into compressed chunks in the background;
/// queries see both as one. A reading is identified by (series, time); the one appended last
/// replaces the others. Layout: docs/formats/readings.md.
///  - Durable: a batch is acknowledged after a synced write; many batches share a sync.
///  - Exactly once: a repeated (source, epoch, sequence) is acknowledged again
///    and not stored again.
///  - When the disk is full or fails, appends are refused (RESOURCE_EXHAUSTED or UNAVAILABLE,
///    naming the directory), and reads continue. A failed sync is never retried: the store stays
///    read-only until it is reopened.
/// Thread-safe. No method throws.
///
///   ASSIGN_OR_RETURN(auto store, ReadingsStore::Open({.directory = "/var/lib/city/readings"}));
///   ASSIGN_OR_RETURN(auto series, store->RegisterMeasures({level}));
///   RETURN_IF_ERROR(store->Append({.series = {series[0]}, .times_ms = {t}, .values = {1.42}}, {})
///                       .status());
class ReadingsStore {
 public:
  /// FAILED_PRECONDITION: the directory is in use, was written by a newer version, or holds other
  /// data. DATA_LOSS: the data on disk are damaged. Reads the unsealed log, which takes about 1 s
  /// for 10 million readings.
  static absl::StatusOr<std::unique_ptr<ReadingsStore>> Open(ReadingsStoreOptions options);
  /// Waits for queued batches, then closes.
  virtual ~ReadingsStore() = default;

  /// Registers measures durably and returns their series in the same order; a measure that is
  /// already registered keeps its definition. INVALID_ARGUMENT: see CheckMeasure.
  /// RESOURCE_EXHAUSTED: series_max.
  virtual absl::StatusOr<std::vector<std::uint32_t>> RegisterMeasures(
      std::vector<MeasureDef> measures) = 0;
  virtual std::optional<std::uint32_t> FindSeries(std::string_view measure_name) const = 0;
  /// Series of a name or of a pattern (`stations/-/measures/water_level`), ascending.
  /// INVALID_ARGUMENT: not a name. NOT_FOUND: a name (not a pattern) that is not registered.
  virtual absl::StatusOr<std::vector<std::uint32_t>> MatchSeries(std::string_view name) const = 0;
  /// The measure of a series, or nullptr; valid as long as the store.
  virtual const MeasureDef* Measure(std::uint32_t series) const = 0;
  /// Adds the stations and measures that are not registered yet; existing ones are unchanged.
  virtual absl::Status SeedStations(std::vector<StationDef> stations,
                                    std::vector<MeasureDef> measures) = 0;
  virtual std::optional<StationDef> FindStation(std::string_view id) const = 0;
  /// Stations with an id greater than `after`, by id.
  virtual std::vector<StationDef> StationsAfter(std::string_view after,
                                                std::size_t count_max) const = 0;
  virtual std::vector<std::uint32_t> SeriesOfStation(std::string_view id) const = 0;

  /// Stores the batch (-0.0 as 0.0), and the rejected rows separately. INVALID_ARGUMENT: unequal
  /// columns, an unknown series, a value that is not finite or a time before 1970; nothing is
  /// stored then. RESOURCE_EXHAUSTED: the queue or the disk is full. UNAVAILABLE: the disk failed
  /// earlier. OUT_OF_RANGE: a sequence older than the window.
  virtual void AppendAsync(ReadingBatch batch, RejectedRows rejects, AppendDone done) = 0;
  /// As AppendAsync, but waits: not for threads that must not block.
  absl::StatusOr<AppendResult> Append(ReadingBatch batch, RejectedRows rejects);

  /// The latest reading by time of each series; nullopt for one without readings. 100,000 series:
  /// <= 5 ms.
  virtual std::vector<std::optional<StoredReading>> Latest(
      absl::Span<const std::uint32_t> series) const = 0;
  /// The first `count_max` readings with start_ms <= time < end_ms, ascending.
  virtual absl::StatusOr<std::vector<StoredReading>> Query(std::uint32_t series,
                                                           std::int64_t start_ms,
                                                           std::int64_t end_ms,
                                                           std::size_t count_max) const = 0;
  absl::StatusOr<std::vector<StoredReading>> Query(std::uint32_t series, std::int64_t start_ms,
                                                   std::int64_t end_ms) const {
    return Query(series, start_ms, end_ms, SIZE_MAX);
  }
  /// As Query, aggregated in windows aligned to the epoch; windows without readings are omitted.
  /// Windows at the edges hold only readings of the range. INVALID_ARGUMENT: window_ms < 1.
  virtual absl::StatusOr<std::vector<WindowAggregate>> Aggregate(std::uint32_t series,
                                                                 std::int64_t start_ms,
                                                                 std::int64_t end_ms,
                                                                 std::int64_t window_ms) const = 0;

  /// Batches with an offset greater than `after_offset`, in order: at least one if there is any,
  /// and further ones up to `readings_max` readings in total. OUT_OF_RANGE: some of them were
  /// trimmed. DATA_LOSS: one of them is damaged; the message names it.
  virtual absl::StatusOr<std::vector<LoggedBatchPtr>> ReadLog(std::uint64_t after_offset,
                                                              std::size_t readings_max) const = 0;
  virtual std::uint64_t LastOffset() const = 0;
  /// The least `after_offset` that ReadLog accepts.
  virtual std::uint64_t OldestResumeOffset() const = 0;
  /// Calls `listener` with the last offset after each commit, on the writer thread; it must be
  /// quick. It is not called after RemoveListener returns.
  virtual std::uint64_t AddListener(std::function<void(std::uint64_t last_offset)> listener) = 0;
  virtual void RemoveListener(std::uint64_t id) = 0;

  /// The rejected readings; valid as long as the store.
  virtual const DeadLetters& dead_letters() const = 0;

  /// Stores a small durable value for the owner, such as the city clock. A
  /// value never put is empty.
  virtual absl::Status PutState(std::string_view key, std::string_view bytes) = 0;
  virtual absl::StatusOr<std::string> GetState(std::string_view key) const = 0;

  /// Moves all readings into chunks now and trims the log to the retention limits.
  virtual absl::Status Seal() = 0;
  /// Drops whole weeks of chunks that end before `time - options.retention`.
  virtual absl::Status DropExpired(absl::Time time) = 0;
  /// Compacts the files to their minimum size. For measurements and for hours of low load.
  virtual absl::Status Compact() = 0;
  virtual ReadingsStoreStats Stats() const = 0;
  /// OK, or the reason why the disk refuses appends: RESOURCE_EXHAUSTED when it is full or nearly
  /// full, UNAVAILABLE when it failed. A full queue is not such a reason: it is temporary.
  virtual absl::Status WriteStatus() const = 0;
  /// A message for people about acknowledged data that were missing when the store was opened,
  /// with the remedy; empty: nothing. The offsets of lost batches hold empty ones, so that no
  /// offset is used twice.
  virtual std::string Loss() const = 0;
  /// Time that the current write has waited for the disk; zero when there is none.
  virtual absl::Duration WriteWaiting() const = 0;
  /// OK, or the reason why batches are refused: WriteStatus, or too many readings in memory. A full
  /// queue is not such a reason: it is temporary, or WriteWaiting shows it.
  virtual absl::Status AppendStatus() const = 0;
  /// OK, or the reason why readings cannot move into chunks. They are safe in the log and served,
  /// but the log and the memory for them grow to their limits, and then appends are refused.
  virtual absl::Status SealStatus() const = 0;
};

}  // namespace citylayers::storage

#endif  // CITYLAYERS_STORAGE_READINGS_READINGS_STORE_H_
