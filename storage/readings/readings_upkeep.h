// Upkeep of a readings store: sealing, retention, compaction, copies.
#ifndef CITYLAYERS_STORAGE_READINGS_READINGS_UPKEEP_H_
#define CITYLAYERS_STORAGE_READINGS_READINGS_UPKEEP_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "storage/rocks/store_copy.h"

namespace citylayers::storage {

class ChunkStore;
class Database;
class LogTail;
class Sealer;
class Writer;

/// The store seals in the background by itself; the rest is called by its owner. Thread-safe. Part
/// of a ReadingsStore.
class ReadingsUpkeep {
 public:
  ReadingsUpkeep(absl::Duration retention, Database& database, const LogTail& tail,
                 ChunkStore& chunks, Sealer& sealer, Writer& writer)
      : retention_(retention),
        database_(database),
        tail_(tail),
        chunks_(chunks),
        sealer_(sealer),
        writer_(writer) {}

  /// Moves all readings into chunks now and trims the log to the retention limits.
  absl::Status Seal();
  /// OK, or the reason why readings cannot move into chunks. They are safe in the log and served,
  /// but the log and the memory for them grow to their limits, and then appends are refused.
  absl::Status SealStatus() const;
  /// Drops whole weeks of chunks that end before `time - options.retention`.
  absl::Status DropExpired(absl::Time time);
  /// Compacts the files to their minimum size. For measurements and for hours of low load.
  absl::Status Compact();
  /// Makes a copy of the whole store in `directory`, which must not exist and must be on the same
  /// file system: hard links to its tables. The copy has exactly the batches up to the returned
  /// offset, and opens as a store. Batches are accepted meanwhile; they wait for the disk while the
  /// last memtables are written, which takes as long as a large batch. RESOURCE_EXHAUSTED: the disk
  /// is full, or nearly. FAILED_PRECONDITION: the directory exists. UNAVAILABLE: another error of
  /// the disk. After an error nothing is left.
  absl::StatusOr<StoreCopy> Copy(const std::string& directory);

 private:
  const absl::Duration retention_;
  Database& database_;
  const LogTail& tail_;
  ChunkStore& chunks_;
  Sealer& sealer_;
  Writer& writer_;
};

}  // namespace citylayers::storage

#endif  // CITYLAYERS_STORAGE_READINGS_READINGS_UPKEEP_H_
