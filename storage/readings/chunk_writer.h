// The writer of chunks: the rows that seal the readings of a series. Internal to this folder.
#ifndef CITYLAYERS_STORAGE_READINGS_CHUNK_WRITER_H_
#define CITYLAYERS_STORAGE_READINGS_CHUNK_WRITER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "rocksdb/write_batch.h"

#include "storage/readings/chunk_store.h"
#include "storage/readings/database.h"
#include "storage/readings/head.h"
#include "storage/readings/lost_ranges.h"
#include "storage/readings/sealed_state.h"

namespace citylayers::storage {

/// The changes that seal a job: rows to delete first, rows to put, and the state afterwards.
struct ChunkChange {
  /// A chunk that could not be read, with the bytes of its row as far as they could be read.
  struct LostChunk {
    LostRange range;
    std::string bytes;
  };
  std::uint32_t series = 0;
  std::vector<std::string> deletes;
  std::vector<std::pair<std::string, std::string>> puts;
  std::vector<LostChunk> lost;
  SealedState sealed;
};

/// Late readings are merged into the chunk they belong to. A chunk that cannot be read at that time
/// is put aside and its time is lost: queries of that time fail, all others work. Not thread-safe.
class ChunkWriter {
 public:
  ChunkWriter(Database& database, ChunkStore& chunks, std::size_t chunk_readings)
      : database_(database), chunks_(chunks), chunk_readings_(chunk_readings) {}

  /// Reads the chunks that the readings must be merged with.
  absl::StatusOr<ChunkChange> Plan(const Head::Job& job, int decimals) const;
  void NoteLost(const ChunkChange& change);
  /// REQUIRES: NoteLost(change) was called before, so that no query skips the missing time.
  void Fill(const ChunkChange& change, rocksdb::WriteBatch& write) const;

 private:
  absl::Status PlanBucket(const Head::Job& job, absl::Span<const StoredReading> readings,
                          int decimals, ChunkChange& change) const;
  absl::StatusOr<std::vector<StoredReading>> TakeOld(const Head::Job& job,
                                                     absl::Span<const StoredReading> readings,
                                                     ChunkChange& change) const;
  absl::Status TakeChunks(const Head::Job& job, std::int64_t start_ms, std::int64_t end_ms,
                          ChunkChange& change, std::vector<StoredReading>& old) const;

  Database& database_;
  ChunkStore& chunks_;
  const std::size_t chunk_readings_;
};

}  // namespace citylayers::storage

#endif  // CITYLAYERS_STORAGE_READINGS_CHUNK_WRITER_H_
