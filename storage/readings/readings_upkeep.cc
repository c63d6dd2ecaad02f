#include "storage/readings/readings_upkeep.h"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include "rocksdb/convenience.h"

#include "base/status_macros.h"
#include "storage/readings/chunk_codec.h"
#include "storage/readings/chunk_store.h"
#include "storage/readings/database.h"
#include "storage/readings/format_file.h"
#include "storage/readings/log_tail.h"
#include "storage/readings/lost_chunk_codec.h"
#include "storage/readings/sealer.h"
#include "storage/readings/time_bucket.h"
#include "storage/readings/writer.h"
#include "storage/rocks/database_copy.h"

namespace citylayers::storage {

absl::Status ReadingsUpkeep::Seal() { return sealer_.SealAll(); }

absl::Status ReadingsUpkeep::SealStatus() const { return sealer_.status(); }

absl::Status ReadingsUpkeep::DropExpired(absl::Time time) {
  const std::int64_t keep_ms = std::min(absl::ToUnixMillis(time - retention_), kLatestTimeMs);
  if (keep_ms < kBucketMs) return absl::OkStatus();
  ASSIGN_OR_RETURN(const bool has_old, chunks_.HasBefore(BucketOf(keep_ms)));
  const std::vector<LostRange> lost =
      chunks_.lost_ranges().TakeBefore(keep_ms - keep_ms % kBucketMs);
  if (!has_old && lost.empty()) return absl::OkStatus();
  const std::string begin = ChunkPrefix(0, 0);
  const std::string end = ChunkPrefix(BucketOf(keep_ms), 0);
  RETURN_IF_ERROR(writer_.Commit(
      [&](rocksdb::WriteBatch& write) {
        write.DeleteRange(database_.chunk(), begin, end);
        for (const LostRange& range : lost) {
          write.Delete(database_.state(), LostChunkKey(range.series, range.start_ms));
        }
      },
      /*needs_space=*/false));
  const rocksdb::Slice begin_slice(begin);
  const rocksdb::Slice end_slice(end);
  return database_.ToStatus(
      rocksdb::DeleteFilesInRange(&database_.db(), database_.chunk(), &begin_slice, &end_slice,
                                  /*include_end=*/false),
      "drop old weeks of");
}

absl::Status ReadingsUpkeep::Compact() {
  for (rocksdb::ColumnFamilyHandle* family :
       {database_.state(), database_.meta(), database_.log(), database_.chunk()}) {
    rocksdb::CompactRangeOptions all;
    all.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForceOptimized;
    RETURN_IF_ERROR(
        database_.ToStatus(database_.db().CompactRange(all, family, nullptr, nullptr), "compact"));
  }
  return absl::OkStatus();
}

absl::StatusOr<StoreCopy> ReadingsUpkeep::Copy(const std::string& directory) {
  RETURN_IF_ERROR(database_.WriteStatus());
  RETURN_IF_ERROR(database_.CheckFreeSpace());
  std::error_code ignored;
  if (std::filesystem::exists(directory, ignored)) {
    return absl::FailedPreconditionError(directory + " exists: give a new directory");
  }
  // Most of the memtables, while batches are written; the rest is small.
  RETURN_IF_ERROR(
      database_.ToStatus(FlushFamilies(database_.db(), database_.families()), "write out"));
  absl::Status copied = CheckFormat(directory);
  StoreCopy copy{.offset = 0, .identity = IdentityOf(database_.db())};
  if (copied.ok()) {
    absl::Status made;
    // On the thread of the writer, between two groups of batches: nothing else writes.
    copied = writer_.Commit(
        [&](rocksdb::WriteBatch&) {
          copy.offset = tail_.last_offset();
          made = database_.ToStatus(
              CopyDatabase(database_.db(), database_.families(),
                           std::filesystem::absolute(directory).string() + "/" + Database::kFolder),
              "copy");
        },
        /*needs_space=*/true);
    if (copied.ok()) copied = made;
  }
  if (copied.ok()) return copy;
  std::filesystem::remove_all(directory, ignored);
  return copied;
}

}  // namespace citylayers::storage
