// Upkeep of a readings store: sealing, retention, compaction.
#ifndef CITYLAYERS_STORAGE_READINGS_READINGS_UPKEEP_H_
#define CITYLAYERS_STORAGE_READINGS_READINGS_UPKEEP_H_

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace citylayers::storage {

class ChunkStore;
class Database;
class Sealer;
class Writer;

/// The store seals in the background by itself; the rest is called by its owner. Thread-safe. Part
/// of a ReadingsStore.
class ReadingsUpkeep {
 public:
  ReadingsUpkeep(absl::Duration retention, Database& database, ChunkStore& chunks, Sealer& sealer,
                 Writer& writer)
      : retention_(retention),
        database_(database),
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

 private:
  const absl::Duration retention_;
  Database& database_;
  ChunkStore& chunks_;
  Sealer& sealer_;
  Writer& writer_;
};

}  // namespace citylayers::storage

#endif  // CITYLAYERS_STORAGE_READINGS_READINGS_UPKEEP_H_
