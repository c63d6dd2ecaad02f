#include "storage/readings/database.h"

#include <cerrno>
#include <cstdarg>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "rocksdb/env.h"
#include "rocksdb/filter_policy.h"
#include "rocksdb/listener.h"
#include "rocksdb/table.h"
#include <sys/statvfs.h>

#include "base/atomic_file.h"
#include "base/status_macros.h"
#include "storage/rocks/saved_logs.h"

namespace citylayers::storage {
namespace {

namespace fs = std::filesystem;

constexpr char kFormatFile[] = "FORMAT";
constexpr char kMarkFile[] = "SYNCED";
constexpr char kDatabaseFolder[] = "db";
constexpr char kFormatWord[] = "citylayers-readings ";
constexpr std::size_t kMib = 1 << 20;

absl::Status WriteFormatFile(const std::string& path) {
  return ReplaceFile(path, absl::StrCat(kFormatWord, kReadingsFormat, "\n"));
}

absl::Status CheckFormat(const std::string& directory) {
  std::error_code error;
  fs::create_directories(directory, error);
  if (error) {
    return absl::UnavailableError(
        absl::StrCat("cannot make the data directory ", directory, ": ", error.message()));
  }
  const std::string path = directory + "/" + kFormatFile;
  if (!fs::exists(path, error)) {
    if (!fs::is_empty(directory, error) && !fs::exists(path + ".new", error)) {
      return absl::FailedPreconditionError(
          absl::StrCat(directory, " is not empty and holds no readings (", kFormatFile,
                       " is missing); give another data directory"));
    }
    return WriteFormatFile(path);
  }
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  int format = 0;
  absl::string_view number = line;
  if (!absl::ConsumePrefix(&number, kFormatWord) || !absl::SimpleAtoi(number, &format)) {
    return absl::DataLossError(absl::StrCat(path, " does not start with '", kFormatWord,
                                            "N': restore the directory from a backup"));
  }
  if (format < 1) {
    return absl::DataLossError(absl::StrCat(path, " has format ", format,
                                            ", which does not exist: restore the directory from "
                                            "a backup"));
  }
  if (format > kReadingsFormat) {
    return absl::FailedPreconditionError(
        absl::StrCat(directory, " was written by a newer citylayers (format ", format,
                     "; this program reads up to ", kReadingsFormat,
                     "): run that version, or give another data directory"));
  }
  return absl::OkStatus();
}

// True when the directory holds a database, or the remains of one.
bool HoldsTables(const std::string& path) {
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(path, error)) {
    const std::string name = entry.path().filename().string();
    if (absl::StartsWith(name, "MANIFEST-") || absl::EndsWith(name, ".sst")) return true;
  }
  return false;
}

// RocksDB would write its own log into the directory, and Debian's build of 7.8.3 has assertions
// on: when the disk is full, the log line after the one that failed ends the process. Errors are
// returned as statuses.
class NoLogger final : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(const char*, va_list) override {}
};

rocksdb::ColumnFamilyOptions FamilyOptions(std::size_t write_buffer_bytes,
                                           const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = cache;
  table.block_size = 16 * 1024;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  table.format_version = 5;
  rocksdb::ColumnFamilyOptions family;
  family.write_buffer_size = write_buffer_bytes;
  family.compression = rocksdb::kNoCompression;
  family.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return family;
}

std::vector<rocksdb::ColumnFamilyDescriptor> Families(
    const ReadingsStoreOptions& options, const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::ColumnFamilyOptions state = FamilyOptions(8 * kMib, cache);
  state.bottommost_compression = rocksdb::kZSTD;
  rocksdb::ColumnFamilyOptions meta = FamilyOptions(4 * kMib, cache);
  meta.bottommost_compression = rocksdb::kZSTD;
  rocksdb::ColumnFamilyOptions log = FamilyOptions(64 * kMib, cache);
  rocksdb::ColumnFamilyOptions chunk = FamilyOptions(32 * kMib, cache);
  chunk.bottommost_compression = rocksdb::kZSTD;
  // Keys start with the week, so files hold neighbouring weeks and retention drops most of them
  // whole. A partitioner that splits files at weeks costs 2 KB per week, more than the data of a
  // river gauge.
  // FIFO without compaction: FIFO of 7.8 may drop fresh data when it compacts.
  rocksdb::ColumnFamilyOptions dead_letter = FamilyOptions(4 * kMib, cache);
  dead_letter.compaction_style = rocksdb::kCompactionStyleFIFO;
  dead_letter.compaction_options_fifo.max_table_files_size = options.dead_letter_bytes_max;
  dead_letter.compaction_options_fifo.allow_compaction = false;
  return {{rocksdb::kDefaultColumnFamilyName, state},
          {"meta", meta},
          {"log", log},
          {"chunk", chunk},
          {"dlq", dead_letter}};
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
  RETURN_IF_ERROR(
      database->mark_->CheckManifest(options.directory + "/" + std::string(kDatabaseFolder)));
  SavedLogs logs(options.directory + "/" + kDatabaseFolder, options.directory + "/lost-logs");
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
  const std::string path = directory_ + "/" + kDatabaseFolder;
  rocksdb::DBOptions db;
  // RocksDB creates a new database in a directory without CURRENT, whatever else is in it.
  db.create_if_missing = !HoldsTables(path);
  db.create_missing_column_families = true;
  db.max_total_wal_size = 256 * kMib;
  // A torn last record of the log was never acknowledged. One in the middle is damage, and the
  // records after it were acknowledged: RocksDB's default would drop them silently.
  db.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  // A log that is not the last one must be whole. (7.8.3 reports a false alarm after DB::SyncWAL,
  // which is never called here: writes sync by WriteOptions.)
  db.track_and_verify_wals_in_manifest = true;
  db.wal_bytes_per_sync = kMib;
  db.bytes_per_sync = kMib;
  db.info_log = std::make_shared<NoLogger>();
  db.max_open_files = -1;  // required by FIFO, which the dead letters use
  db.max_background_jobs = 2;
  // Errors are resolved by operators: see Write().
  db.max_bgerror_resume_count = 0;
  db.listeners.push_back(std::make_shared<ErrorListener>(this));
  cache_ = rocksdb::NewLRUCache(options.block_cache_bytes);
  // Flushes the largest memtable when all of them together exceed this memory.
  write_buffers_ = std::make_shared<rocksdb::WriteBufferManager>(options.write_buffer_bytes);
  db.write_buffer_manager = write_buffers_;
  rocksdb::DB* opened = nullptr;
  const rocksdb::Status status =
      rocksdb::DB::Open(db, path, Families(options, cache_), &families_, &opened);
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
