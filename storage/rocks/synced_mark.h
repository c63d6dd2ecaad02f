// A file beside a database that says how far the database was synced.
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

/// RocksDB takes a write-ahead log that was cut off for one whose last write was torn, and drops
/// the end without an error. This file remembers what was acknowledged, so the next opening can
/// tell one from the other. Layout: docs/formats/synced_mark.md.
///
/// Set() is called after each synced write and costs about a microsecond: it is not synced itself.
/// It survives kill -9. After a power failure the file may lag behind, by what Sync() had not yet
/// brought to disk, and then less is noticed; it never runs ahead of the database. Thread-safe.
///
/// It also remembers how long RocksDB's MANIFEST was, whose end RocksDB drops in the same way.
class SyncedMark {
 public:
  struct Position {
    uint64_t sequence = 0;  ///< RocksDB's number of the last synced write
    uint64_t offset = 0;    ///< the owner's own number for it, such as the log offset
    friend bool operator==(const Position&, const Position&) = default;
  };

  /// Reads the file, or makes it. A damaged slot is ignored: the other one is at most one write
  /// older. UNAVAILABLE: it can be neither read nor made.
  static absl::StatusOr<std::unique_ptr<SyncedMark>> Open(const std::string& path);
  ~SyncedMark();
  SyncedMark(const SyncedMark&) = delete;
  SyncedMark& operator=(const SyncedMark&) = delete;

  /// What the file said when it was opened; nothing for a new or wholly damaged file.
  const std::optional<Position>& found() const { return found_; }
  /// DATA_LOSS: the MANIFEST in the directory is shorter than it was. Before the database is
  /// opened.
  absl::Status CheckManifest(const std::string& database) const;

  /// A failure of these is ignored: the mark then lags behind.
  void Set(const Position& position);
  void SetManifest(uint64_t number, uint64_t bytes);
  /// The same from what RocksDB's GetLiveFiles returns.
  void SetManifest(const std::vector<std::string>& live_files, uint64_t bytes);
  void Sync();

 private:
  struct Slot {
    Position position;
    uint64_t manifest_number = 0;
    uint64_t manifest_bytes = 0;
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
  uint64_t next_slot_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace citylayers::storage

#endif  // CITYLAYERS_STORAGE_ROCKS_SYNCED_MARK_H_
