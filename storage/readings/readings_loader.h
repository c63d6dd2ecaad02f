// Opening of a readings store: the rows on disk become the registry, the windows, the head and the
// tail. Internal to this folder.
#ifndef CITYLAYERS_STORAGE_READINGS_READINGS_LOADER_H_
#define CITYLAYERS_STORAGE_READINGS_READINGS_LOADER_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "storage/readings/chunk_store.h"
#include "storage/readings/database.h"
#include "storage/readings/dedupe_windows.h"
#include "storage/readings/head.h"
#include "storage/readings/log_tail.h"
#include "storage/readings/registry.h"

namespace citylayers::storage {

/// Fills the parts of a store from its database. The parts must be empty, and must outlive this.
/// Used once, by one thread, before the writer starts; about 1 s for 10 million unsealed readings.
class ReadingsLoader {
 public:
  struct Result {
    std::uint64_t sealed_offset = 0;  // every batch up to here is in chunks
    std::uint64_t lost_batches = 0;   // of all openings
    std::string loss;                 // what this opening found missing; empty: nothing
  };

  ReadingsLoader(const std::string& directory, Database& database, Registry& registry,
                 DedupeWindows& windows, Head& head, LogTail& tail, ChunkStore& chunks)
      : directory_(directory),
        database_(database),
        registry_(registry),
        windows_(windows),
        head_(head),
        tail_(tail),
        chunks_(chunks) {}

  /// DATA_LOSS: a row is damaged or missing; the message names it and the directory.
  absl::StatusOr<Result> Load();

 private:
  absl::Status LoadRegistry();
  absl::StatusOr<std::uint64_t> LoadState();
  absl::Status LoadLog(std::uint64_t sealed_offset);
  absl::Status Replay(std::uint64_t offset, std::string_view row);
  absl::Status NoteLoss(Result& result);
  absl::StatusOr<std::uint64_t> ReadNumber(std::string_view key, std::uint64_t missing) const;

  const std::string& directory_;
  Database& database_;
  Registry& registry_;
  DedupeWindows& windows_;
  Head& head_;
  LogTail& tail_;
  ChunkStore& chunks_;
};

}  // namespace citylayers::storage

#endif  // CITYLAYERS_STORAGE_READINGS_READINGS_LOADER_H_
