#include "storage/alerts/alert_copy.h"

#include <memory>
#include <string_view>
#include <vector>

#include "rocksdb/db.h"

#include "base/strings.h"
#include "storage/alerts/alert_codec.h"
#include "storage/alerts/alert_database.h"
#include "storage/alerts/rocks_alert_store.h"

namespace citylayers::storage {
namespace {

constexpr char kFormatKey[] = "format";

absl::Status Damaged(const std::string& directory, std::string_view why) {
  return absl::DataLossError(
      StrCat("the copy of the alerts in ", directory, " cannot be opened: ", why));
}

absl::StatusOr<std::uint64_t> ReadLastAlert(rocksdb::DB& db, const std::string& directory,
                                            rocksdb::ColumnFamilyHandle* meta,
                                            rocksdb::ColumnFamilyHandle* alerts) {
  std::string format;
  const rocksdb::Status read = db.Get(rocksdb::ReadOptions(), meta, kFormatKey, &format);
  if (!read.ok()) return Damaged(directory, read.ToString());
  if (const std::uint64_t version = DecodeKey64(format); version > kAlertsFormat) {
    return absl::FailedPreconditionError(StrCat(directory, " has format version ", version,
                                                ", newer than ", kAlertsFormat,
                                                ": use a newer program"));
  }
  const std::unique_ptr<rocksdb::Iterator> rows(db.NewIterator(rocksdb::ReadOptions(), alerts));
  rows->SeekToLast();
  if (!rows->status().ok()) return Damaged(directory, rows->status().ToString());
  return rows->Valid() ? DecodeKey64({rows->key().data(), rows->key().size()}) : 0;
}

}  // namespace

absl::StatusOr<std::uint64_t> CheckAlertsCopy(const std::string& directory) {
  const rocksdb::Options options = AlertDatabase::OptionsOf({.create_if_missing = false});
  std::vector<rocksdb::ColumnFamilyHandle*> families;
  rocksdb::DB* opened = nullptr;
  const rocksdb::Status status = rocksdb::DB::OpenForReadOnly(
      options, directory, AlertDatabase::FamiliesOf(options), &families, &opened);
  if (!status.ok()) return Damaged(directory, status.ToString());
  const std::unique_ptr<rocksdb::DB> db(opened);
  const absl::StatusOr<std::uint64_t> last = ReadLastAlert(
      *db, directory, families[AlertDatabase::kMeta], families[AlertDatabase::kAlerts]);
  for (rocksdb::ColumnFamilyHandle* family : families) db->DestroyColumnFamilyHandle(family);
  return last;
}

}  // namespace citylayers::storage
