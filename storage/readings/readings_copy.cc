#include "storage/readings/readings_copy.h"

#include <filesystem>
#include <memory>
#include <string_view>
#include <system_error>
#include <vector>

#include "rocksdb/cache.h"
#include "rocksdb/db.h"

#include "base/status_macros.h"
#include "base/strings.h"
#include "storage/bytes/bytes.h"
#include "storage/readings/database.h"
#include "storage/readings/database_options.h"
#include "storage/readings/format_file.h"
#include "storage/readings/log_codec.h"
#include "storage/readings/readings_store_options.h"
#include "storage/readings/row_keys.h"

namespace citylayers::storage {
namespace {

constexpr std::size_t kCacheBytes = 8 << 20;

absl::Status Damaged(const std::string& directory, std::string_view why) {
  return absl::DataLossError(
      StrCat("the copy of the readings in ", directory, " cannot be opened: ", why));
}

// A database that is only read. Opening it writes nothing, not even a lock.
class ReadOnlyDatabase {
 public:
  static absl::StatusOr<std::unique_ptr<ReadOnlyDatabase>> Open(const std::string& directory) {
    auto opened = std::make_unique<ReadOnlyDatabase>();
    rocksdb::DB* db = nullptr;
    const rocksdb::Status status = rocksdb::DB::OpenForReadOnly(
        DatabaseOptions(), StrCat(directory, "/", Database::kFolder),
        FamiliesOf(ReadingsStoreOptions(), rocksdb::NewLRUCache(kCacheBytes)), &opened->families_,
        &db);
    if (!status.ok()) return Damaged(directory, status.ToString());
    opened->db_.reset(db);
    return opened;
  }
  ~ReadOnlyDatabase() {
    for (rocksdb::ColumnFamilyHandle* family : families_) db_->DestroyColumnFamilyHandle(family);
  }

  rocksdb::DB& db() { return *db_; }
  // In the order of FamiliesOf.
  rocksdb::ColumnFamilyHandle* state() const { return families_[0]; }
  rocksdb::ColumnFamilyHandle* log() const { return families_[2]; }

 private:
  std::unique_ptr<rocksdb::DB> db_;
  std::vector<rocksdb::ColumnFamilyHandle*> families_;
};

// The last batch of a log without rows is the one before the oldest that it would hold.
absl::StatusOr<std::uint64_t> OffsetOfEmptyLog(ReadOnlyDatabase& database,
                                               const std::string& directory) {
  std::string bytes;
  const rocksdb::Status status =
      database.db().Get(rocksdb::ReadOptions(), database.state(), AsSlice(kOldestKey), &bytes);
  if (status.IsNotFound()) return 0;
  if (!status.ok()) return Damaged(directory, status.ToString());
  const absl::StatusOr<std::uint64_t> oldest = ByteReader(bytes).ReadFixed64();
  if (!oldest.ok() || *oldest == 0) return Damaged(directory, "its oldest offset is damaged");
  return *oldest - 1;
}

}  // namespace

absl::StatusOr<std::uint64_t> CheckReadingsCopy(const std::string& directory) {
  std::error_code error;
  // CheckFormat would create it.
  if (!std::filesystem::exists(directory + "/FORMAT", error)) {
    return Damaged(directory, "FORMAT is missing");
  }
  RETURN_IF_ERROR(CheckFormat(directory));
  ASSIGN_OR_RETURN(const std::unique_ptr<ReadOnlyDatabase> database,
                   ReadOnlyDatabase::Open(directory));
  const std::unique_ptr<rocksdb::Iterator> rows(
      database->db().NewIterator(rocksdb::ReadOptions(), database->log()));
  rows->SeekToLast();
  if (!rows->status().ok()) return Damaged(directory, rows->status().ToString());
  if (!rows->Valid()) return OffsetOfEmptyLog(*database, directory);
  return ParseLogKey(AsView(rows->key()));
}

}  // namespace citylayers::storage
