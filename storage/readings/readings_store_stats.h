// Current figures of a readings store.
#ifndef CITYLAYERS_STORAGE_READINGS_READINGS_STORE_STATS_H_
#define CITYLAYERS_STORAGE_READINGS_READINGS_STORE_STATS_H_

#include <cstdint>

namespace citylayers::storage {

/// Figures for metrics, at one time.
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

}  // namespace citylayers::storage

#endif  // CITYLAYERS_STORAGE_READINGS_READINGS_STORE_STATS_H_
