// A file beside a database that records how far the database was synced.
#ifndef CITYLAYERS_STORAGE_ROCKS_SYNCED_MARK_H_
#define CITYLAYERS_STORAGE_ROCKS_SYNCED_MARK_H_

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

namespace citylayers::storage {

/// RocksDB cannot distinguish a truncated write-ahead log from one whose last write was torn, and
/// drops the end without an error. This file records the acknowledged position, so that the next
/// opening detects the loss. Layout: docs/formats/synced_mark.md.
///
/// Set() is called after each synced write and costs about a microsecond, because the file itself
/// is not synced. It survives kill -9. After a power failure the file may lag behind by the
/// positions that Sync() had not yet written to disk, and then less is detected; it is never ahead
/// of the database. Thread-safe.
///
/// It also records the length of RocksDB's MANIFEST, whose end RocksDB drops in the same way.
class SyncedMark {
 public:
  struct Position {
    std::uint64_t sequence = 0;  ///< RocksDB's sequence number of the last synced write
    std::uint64_t offset = 0;    ///< the owner's number for it, such as the log offset
    friend bool operator==(const Position&, const Position&) = default;
  };

  /// Reads the file, or creates it. A damaged slot is ignored: the other one is at most one write
  /// older. UNAVAILABLE: it can be neither read nor created.
  static absl::StatusOr<std::unique_ptr<SyncedMark>> Open(const std::string& path);
  ~SyncedMark();
  SyncedMark(const SyncedMark&) = delete;
  SyncedMark& operator=(const SyncedMark&) = delete;

  /// The position in the file when it was opened; nullopt for a new or wholly damaged file.
  const std::optional<Position>& found() const { return found_; }
  /// DATA_LOSS: the MANIFEST in the directory is shorter than recorded. Call it before
  /// the database is opened.
  absl::Status CheckManifest(const std::string& database) const;

  /// Errors of the following are ignored: the mark then lags behind.
  void Set(const Position& position);
  void SetManifest(std::uint64_t number, std::uint64_t bytes);
  /// Sets the length of the MANIFEST from the result of RocksDB's GetLiveFiles.
  void SetManifest(const std::vector<std::string>& live_files, std::uint64_t bytes);
  void Sync();

 private:
  struct Slot {
    Position position;
    std::uint64_t manifest_number = 0;
    std::uint64_t manifest_bytes = 0;
  };

  explicit SyncedMark(int file) : file_(file) {}
  static std::string Encode(const Slot& slot);
  static std::optional<Slot> Decode(std::string_view bytes);
  void Load();
  void Write() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const int file_;
  std::optional<Position> found_;
  mutable absl::Mutex mutex_;
  Slot slot_ ABSL_GUARDED_BY(mutex_);
  std::uint64_t next_slot_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace citylayers::storage

#endif  // CITYLAYERS_STORAGE_ROCKS_SYNCED_MARK_H_
