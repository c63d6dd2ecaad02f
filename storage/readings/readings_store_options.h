// Location and limits of a readings store.
#ifndef CITYLAYERS_STORAGE_READINGS_READINGS_STORE_OPTIONS_H_
#define CITYLAYERS_STORAGE_READINGS_READINGS_STORE_OPTIONS_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/time/time.h"

namespace citylayers::storage {

/// Each limit is tested in limits_test.cc.
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

}  // namespace citylayers::storage

#endif  // CITYLAYERS_STORAGE_READINGS_READINGS_STORE_OPTIONS_H_
