// The RocksDB database of the alert store: its families, and the mark of what was synced. Internal
// to this folder.
#ifndef CITYLAYERS_STORAGE_ALERTS_ALERT_DATABASE_H_
#define CITYLAYERS_STORAGE_ALERTS_ALERT_DATABASE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "rocksdb/db.h"

#include "storage/alerts/rocks_alert_store.h"
#include "storage/rocks/synced_mark.h"

namespace citylayers::storage {

/// An open database. Thread-safe.
class AlertDatabase {
 public:
  /// Column families in the order of their handles. kMeta, "default" on disk, holds data about the
  /// database itself.
  enum Family { kMeta, kAlerts, kActive, kEvents, kRuleState, kCap, kFamilyCount };

  /// Errors: see OpenRocksAlertStore.
  static absl::StatusOr<std::unique_ptr<AlertDatabase>> Open(const std::string& path,
                                                             const RocksAlertStoreOptions& options);
  ~AlertDatabase();

  rocksdb::DB& db() const { return *db_; }
  rocksdb::ColumnFamilyHandle* family(Family family) const { return handles_[family]; }
  const std::vector<rocksdb::ColumnFamilyHandle*>& families() const { return handles_; }

  /// RocksDB's options of every alert database, and its families in the order of Family.
  static rocksdb::Options OptionsOf(const RocksAlertStoreOptions& options);
  static std::vector<rocksdb::ColumnFamilyDescriptor> FamiliesOf(const rocksdb::Options& options);

  /// Records on disk that everything written so far is synced. Called after each synced write.
  void NoteSynced();
  /// What was synced once and is missing since this opening, as a sentence; empty: nothing.
  const std::string& loss() const { return loss_; }

  /// Converts to the caller's status: the operation, RocksDB's reason, the remedy.
  static absl::Status ToStatus(const rocksdb::Status& status, std::string_view doing);

 private:
  AlertDatabase(std::unique_ptr<rocksdb::DB> db, std::vector<rocksdb::ColumnFamilyHandle*> handles,
                std::unique_ptr<SyncedMark> mark)
      : db_(std::move(db)), handles_(std::move(handles)), mark_(std::move(mark)) {}
  void NoteManifest();

  std::unique_ptr<rocksdb::DB> db_;
  std::vector<rocksdb::ColumnFamilyHandle*> handles_;
  std::unique_ptr<SyncedMark> mark_;
  std::string loss_;
};

}  // namespace citylayers::storage

#endif  // CITYLAYERS_STORAGE_ALERTS_ALERT_DATABASE_H_
