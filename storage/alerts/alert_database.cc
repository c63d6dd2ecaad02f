#include "storage/alerts/alert_database.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdarg>
#include <cstring>
#include <filesystem>

#include "absl/strings/match.h"
#include "rocksdb/cache.h"
#include "rocksdb/env.h"
#include "rocksdb/options.h"
#include "rocksdb/table.h"

#include "base/status_macros.h"
#include "base/strings.h"
#include "storage/rocks/saved_logs.h"

namespace citylayers::storage {
namespace {

constexpr std::array<const char*, AlertDatabase::kFamilyCount> kFamilyNames = {
    "default", "alerts", "active", "events", "rule_state", "cap"};

// RocksDB would write its own log into the directory, and Debian's build of 7.8.3 has assertions
// on: on a full disk, the log line after the one that failed ends the process. Errors are returned
// as statuses.
class NoLogger final : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(const char*, va_list) override {}
};

// RocksDB distinguishes only by its text whether another process holds the lock or the
// file cannot be locked.
bool IsHeldByAnother(const rocksdb::Status& status) {
  const std::string text = status.ToString();
  if (absl::StartsWith(text, "IO error: lock hold by current process")) return true;
  return absl::StartsWith(text, "IO error: While lock file: ") &&
         (absl::EndsWith(text, std::strerror(EAGAIN)) ||
          absl::EndsWith(text, std::strerror(EACCES)));
}

// True when the directory holds a database, or the remains of one.
bool HoldsDatabase(const std::string& path) {
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(path, error)) {
    const std::string name = entry.path().filename().string();
    if (absl::StartsWith(name, "MANIFEST-") || absl::EndsWith(name, ".sst")) return true;
  }
  return false;
}

}  // namespace

rocksdb::Options AlertDatabase::OptionsOf(const RocksAlertStoreOptions& options) {
  rocksdb::Options out;
  out.create_if_missing = options.create_if_missing;
  out.create_missing_column_families = true;
  out.write_buffer_size = options.write_buffer_bytes;
  // Alerts come at a few per minute: small files and one background thread are sufficient.
  out.max_background_jobs = 2;
  out.max_open_files = 64;
  out.info_log = std::make_shared<NoLogger>();
  // A torn last record of the log was never acknowledged; one in the middle is
  // damage and is reported.
  out.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  // A log that is not the last one must be whole.
  out.track_and_verify_wals_in_manifest = true;
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(options.block_cache_bytes);
  out.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return out;
}

std::vector<rocksdb::ColumnFamilyDescriptor> AlertDatabase::FamiliesOf(
    const rocksdb::Options& options) {
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  for (const char* name : kFamilyNames) {
    families.emplace_back(name, rocksdb::ColumnFamilyOptions(options));
  }
  return families;
}

absl::StatusOr<std::unique_ptr<AlertDatabase>> AlertDatabase::Open(
    const std::string& path, const RocksAlertStoreOptions& options) {
  rocksdb::Options db_options = OptionsOf(options);
  // RocksDB creates a new database in a directory without CURRENT, whatever else is in it.
  if (HoldsDatabase(path)) db_options.create_if_missing = false;
  const std::vector<rocksdb::ColumnFamilyDescriptor> families = FamiliesOf(db_options);
  // A newer version may have families unknown to this one; Open would refuse them with a message
  // that does not mention versions.
  std::vector<std::string> present;
  if (rocksdb::DB::ListColumnFamilies(db_options, path, &present).ok()) {
    for (const std::string& name : present) {
      if (std::find(kFamilyNames.begin(), kFamilyNames.end(), name) == kFamilyNames.end()) {
        return absl::FailedPreconditionError(
            StrCat("the alert store ", path, " has a part \"", name,
                   "\" that this program does not know: it was written by a newer version; "
                   "use that version or another data directory"));
      }
    }
  } else if (!options.create_if_missing) {
    return absl::NotFoundError(StrCat("there is no alert store in ", path));
  }
  std::error_code error;
  std::filesystem::create_directories(path, error);
  ASSIGN_OR_RETURN(std::unique_ptr<SyncedMark> mark, SyncedMark::Open(StrCat(path, "/SYNCED")));
  RETURN_IF_ERROR(mark->CheckManifest(path));
  SavedLogs logs(path, StrCat(path, "/lost-logs"));
  rocksdb::DB* raw = nullptr;
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  const rocksdb::Status status = rocksdb::DB::Open(db_options, path, families, &handles, &raw);
  if (IsHeldByAnother(status)) {
    return absl::FailedPreconditionError(
        StrCat("the alert store ", path, " is in use by another process: ", status.ToString(),
               ": stop it or use another data directory"));
  }
  RETURN_IF_ERROR(ToStatus(status, StrCat("opening the alert store ", path)));
  auto database = std::unique_ptr<AlertDatabase>(
      new AlertDatabase(std::unique_ptr<rocksdb::DB>(raw), std::move(handles), std::move(mark)));
  database->NoteManifest();
  const std::uint64_t sequence = raw->GetLatestSequenceNumber();
  const auto& found = database->mark_->found();
  if (found.has_value() && found->sequence > sequence) {
    const std::string kept = logs.Keep();
    database->loss_ = StrCat(
        path, ": the write-ahead log was cut off or damaged: the last ", found->sequence - sequence,
        " changes of alerts are lost; restore the directory from a backup or go on without them",
        kept.empty() ? "" : "; what is left of the log is in ", kept);
  }
  return database;
}

AlertDatabase::~AlertDatabase() {
  NoteManifest();
  for (auto* handle : handles_) db_->DestroyColumnFamilyHandle(handle);
}

void AlertDatabase::NoteSynced() {
  mark_->Set({.sequence = db_->GetLatestSequenceNumber(), .offset = 0});
  NoteManifest();
}

void AlertDatabase::NoteManifest() {
  std::vector<std::string> files;
  std::uint64_t bytes = 0;
  if (!db_->GetLiveFiles(files, &bytes, /*flush_memtable=*/false).ok()) return;
  mark_->SetManifest(files, bytes);
}

absl::Status AlertDatabase::ToStatus(const rocksdb::Status& status, std::string_view doing) {
  if (status.ok()) return absl::OkStatus();
  const std::string text = StrCat(doing, ": ", status.ToString());
  if (status.IsNoSpace() || status.subcode() == rocksdb::Status::kNoSpace) {
    return absl::ResourceExhaustedError(StrCat(text, ": free some space on the disk"));
  }
  if (status.IsNotFound()) return absl::NotFoundError(text);
  if (status.IsCorruption()) {
    return absl::DataLossError(StrCat(text, ": restore the data directory from a backup"));
  }
  return absl::UnavailableError(StrCat(text, ": check the disk of the data directory"));
}

}  // namespace citylayers::storage
