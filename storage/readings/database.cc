#include "storage/readings/database.h"

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "rocksdb/listener.h"
#include <sys/statvfs.h>

#include "base/status_macros.h"
#include "storage/readings/database_options.h"
#include "storage/readings/format_file.h"
#include "storage/rocks/saved_logs.h"

namespace citylayers::storage {
namespace {

namespace fs = std::filesystem;

constexpr char kMarkFile[] = "SYNCED";

// True when the directory holds a database, or the remains of one.
bool HoldsTables(const std::string& path) {
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(path, error)) {
    const std::string name = entry.path().filename().string();
    if (absl::StartsWith(name, "MANIFEST-") || absl::EndsWith(name, ".sst")) return true;
  }
  return false;
}

// RocksDB distinguishes only by its text whether another process holds the lock or the
// file cannot be locked.
bool IsHeldByAnother(const rocksdb::Status& status) {
  const std::string text = status.ToString();
  if (absl::StartsWith(text, "IO error: lock hold by current process")) return true;
  return absl::StartsWith(text, "IO error: While lock file: ") &&
         (absl::EndsWith(text, std::strerror(EAGAIN)) ||
          absl::EndsWith(text, std::strerror(EACCES)));
}

}  // namespace

// Flushes and compactions fail outside of any call; their errors must stop the writing as well.
class Database::ErrorListener : public rocksdb::EventListener {
 public:
  explicit ErrorListener(Database* database) : database_(database) {}
  void OnBackgroundError(rocksdb::BackgroundErrorReason, rocksdb::Status* status) override {
    database_->Fail(database_->ToStatus(*status, "write to"));
  }

 private:
  Database* const database_;
};

absl::StatusOr<std::unique_ptr<Database>> Database::Open(const ReadingsStoreOptions& options) {
  RETURN_IF_ERROR(CheckFormat(options.directory));
  std::unique_ptr<Database> database(new Database(options.directory, options.min_free_bytes));
  ASSIGN_OR_RETURN(database->mark_, SyncedMark::Open(options.directory + "/" + kMarkFile));
  RETURN_IF_ERROR(database->mark_->CheckManifest(options.directory + "/" + std::string(kFolder)));
  SavedLogs logs(options.directory + "/" + kFolder, options.directory + "/lost-logs");
  RETURN_IF_ERROR(database->OpenFamilies(options));
  const std::optional<SyncedMark::Position>& synced = database->mark_->found();
  const std::uint64_t sequence = database->db().GetLatestSequenceNumber();
  if (synced.has_value() && synced->sequence > sequence) {
    database->loss_ = Loss{
        .writes = synced->sequence - sequence, .last_offset = synced->offset, .logs = logs.Keep()};
  }
  database->NoteManifest();
  return database;
}

absl::Status Database::OpenFamilies(const ReadingsStoreOptions& options) {
  const std::string path = directory_ + "/" + kFolder;
  rocksdb::DBOptions db = DatabaseOptions();
  // RocksDB creates a new database in a directory without CURRENT, whatever else is in it.
  db.create_if_missing = !HoldsTables(path);
  db.listeners.push_back(std::make_shared<ErrorListener>(this));
  cache_ = rocksdb::NewLRUCache(options.block_cache_bytes);
  // Flushes the largest memtable when all of them together exceed this memory.
  write_buffers_ = std::make_shared<rocksdb::WriteBufferManager>(options.write_buffer_bytes);
  db.write_buffer_manager = write_buffers_;
  rocksdb::DB* opened = nullptr;
  const rocksdb::Status status =
      rocksdb::DB::Open(db, path, FamiliesOf(options, cache_), &families_, &opened);
  if (!status.ok()) {
    families_.clear();
    if (IsHeldByAnother(status)) {
      return absl::FailedPreconditionError(absl::StrCat(
          directory_, " is in use by another process: stop it, or give another data directory"));
    }
    if (!db.create_if_missing && status.IsInvalidArgument()) {
      return absl::DataLossError(
          absl::StrCat(path, " has tables and no CURRENT file: ", status.ToString(),
                       "; restore the directory from a backup"));
    }
    return ToStatus(status, "open");
  }
  db_.reset(opened);
  return absl::OkStatus();
}

void Database::NoteManifest() {
  std::vector<std::string> files;
  std::uint64_t bytes = 0;
  if (!db_->GetLiveFiles(files, &bytes, /*flush_memtable=*/false).ok()) return;
  mark_->SetManifest(files, bytes);
}

void Database::SyncMark() {
  NoteManifest();
  mark_->Sync();
}

std::size_t Database::memory_bytes() const {
  return write_buffers_->memory_usage() + cache_->GetUsage();
}

std::uint64_t Database::disk_bytes() const {
  std::uint64_t total = 0;
  for (rocksdb::ColumnFamilyHandle* family : families_) {
    std::uint64_t bytes = 0;
    db_->GetIntProperty(family, rocksdb::DB::Properties::kLiveSstFilesSize, &bytes);
    total += bytes;
  }
  return total;
}

Database::~Database() {
  if (db_ != nullptr) NoteManifest();
  for (rocksdb::ColumnFamilyHandle* family : families_) {
    db_->DestroyColumnFamilyHandle(family);
  }
  if (db_ != nullptr) db_->Close();
}

absl::Status Database::ToStatus(const rocksdb::Status& status, std::string_view doing) const {
  if (status.ok()) return absl::OkStatus();
  const std::string message = absl::StrCat("cannot ", std::string(doing), " the readings in ",
                                           directory_, ": ", status.ToString());
  if (status.IsNoSpace()) {
    return absl::ResourceExhaustedError(
        absl::StrCat(message, "; make room on its file system and restart"));
  }
  if (status.IsCorruption()) {
    return absl::DataLossError(absl::StrCat(message, "; restore the directory from a backup"));
  }
  return absl::UnavailableError(absl::StrCat(message, "; check the disk and restart"));
}

absl::Status Database::Damaged(std::string_view what, const absl::Status& why) const {
  return absl::DataLossError(absl::StrCat(std::string(what), " of ", directory_, " is damaged: ",
                                          why.message(), "; restore the directory from a backup"));
}

absl::Status Database::Write(rocksdb::WriteBatch& batch, std::uint64_t last_offset) {
  RETURN_IF_ERROR(WriteStatus());
  rocksdb::WriteOptions synced;
  synced.sync = true;
  const absl::Status status = ToStatus(db_->Write(synced, &batch), "write to");
  if (status.ok()) {
    mark_->Set({.sequence = db_->GetLatestSequenceNumber(), .offset = last_offset});
  } else {
    Fail(status);
  }
  return status;
}

absl::Status Database::WriteStatus() const {
  absl::MutexLock lock(&mutex_);
  return failure_;
}

void Database::Fail(const absl::Status& status) {
  absl::MutexLock lock(&mutex_);
  if (failure_.ok()) failure_ = status;
}

absl::Status Database::CheckFreeSpace() const {
  struct statvfs space {};
  if (min_free_bytes_ == 0 || statvfs(directory_.c_str(), &space) != 0) return absl::OkStatus();
  const std::uint64_t free_bytes = static_cast<std::uint64_t>(space.f_bavail) * space.f_frsize;
  if (free_bytes >= min_free_bytes_) return absl::OkStatus();
  return absl::ResourceExhaustedError(absl::StrCat(
      "the file system of ", directory_, " has ", free_bytes, " bytes left, less than the ",
      min_free_bytes_, " kept free: make room and send again"));
}

}  // namespace citylayers::storage
