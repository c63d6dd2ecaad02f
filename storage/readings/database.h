// The RocksDB database of the readings store: opening, families, errors. Internal to this folder.
#ifndef CITYLAYERS_STORAGE_READINGS_DATABASE_H_
#define CITYLAYERS_STORAGE_READINGS_DATABASE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "rocksdb/cache.h"
#include "rocksdb/db.h"
#include "rocksdb/write_buffer_manager.h"

#include "storage/readings/readings_store_options.h"
#include "storage/rocks/synced_mark.h"

namespace citylayers::storage {

/// An open database. Thread-safe.
class Database {
 public:
  static constexpr char kFolder[] = "db";  ///< of RocksDB's files, in the store's directory

  /// Errors: see ReadingsStore::Open.
  static absl::StatusOr<std::unique_ptr<Database>> Open(const ReadingsStoreOptions& options);
  ~Database();

  rocksdb::DB& db() { return *db_; }
  rocksdb::ColumnFamilyHandle* state() const { return families_[0]; }
  rocksdb::ColumnFamilyHandle* meta() const { return families_[1]; }
  rocksdb::ColumnFamilyHandle* log() const { return families_[2]; }
  rocksdb::ColumnFamilyHandle* chunk() const { return families_[3]; }
  rocksdb::ColumnFamilyHandle* dead_letter() const { return families_[4]; }

  const std::vector<rocksdb::ColumnFamilyHandle*>& families() const { return families_; }

  /// Converts to the caller's status: the operation, the directory, the remedy.
  absl::Status ToStatus(const rocksdb::Status& status, std::string_view doing) const;

  /// DATA_LOSS: `what` of this directory is damaged because of `why`; restore a backup.
  absl::Status Damaged(std::string_view what, const absl::Status& why) const;

  /// Writes and syncs. `last_offset` is the end of the log after it. Any failure makes the database
  /// read-only permanently, because it is unknown what the disk kept after a failed sync.
  absl::Status Write(rocksdb::WriteBatch& batch, std::uint64_t last_offset);

  /// Writes that were synced once and are missing since this opening.
  struct Loss {
    std::uint64_t writes = 0;       ///< rows written, of every family
    std::uint64_t last_offset = 0;  ///< the last offset of the log
    std::string logs;               ///< directory with the remains of the write-ahead logs
  };
  const std::optional<Loss>& loss() const { return loss_; }
  /// Writes the mark that loss() is computed from to disk, and waits for it.
  void SyncMark();
  /// OK, or the reason why Write() refuses.
  absl::Status WriteStatus() const;
  /// RESOURCE_EXHAUSTED when the file system has less than `min_free_bytes` left.
  absl::Status CheckFreeSpace() const;
  /// Memory of the memtables and the block cache.
  std::size_t memory_bytes() const;
  /// Size of the tables of all families.
  std::uint64_t disk_bytes() const;

 private:
  class ErrorListener;

  Database(std::string directory, std::uint64_t min_free_bytes)
      : directory_(std::move(directory)), min_free_bytes_(min_free_bytes) {}
  absl::Status OpenFamilies(const ReadingsStoreOptions& options);
  void Fail(const absl::Status& status);
  void NoteManifest();

  const std::string directory_;
  const std::uint64_t min_free_bytes_;
  mutable absl::Mutex mutex_;
  absl::Status failure_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<SyncedMark> mark_;
  std::optional<Loss> loss_;
  std::shared_ptr<rocksdb::Cache> cache_;                       // shared with RocksDB
  std::shared_ptr<rocksdb::WriteBufferManager> write_buffers_;  // shared with RocksDB
  std::unique_ptr<rocksdb::DB> db_;
  std::vector<rocksdb::ColumnFamilyHandle*> families_;
};

/// Conversions between slices and views of the same bytes.
inline rocksdb::Slice AsSlice(std::string_view text) { return {text.data(), text.size()}; }
inline std::string_view AsView(const rocksdb::Slice& slice) { return {slice.data(), slice.size()}; }

}  // namespace citylayers::storage

#endif  // CITYLAYERS_STORAGE_READINGS_DATABASE_H_
