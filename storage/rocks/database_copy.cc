#include "storage/rocks/database_copy.h"

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <limits>
#include <memory>

#include "rocksdb/options.h"
#include "rocksdb/utilities/checkpoint.h"

namespace citylayers::storage {

rocksdb::Status FlushFamilies(rocksdb::DB& db,
                              const std::vector<rocksdb::ColumnFamilyHandle*>& families) {
  rocksdb::FlushOptions options;
  // Otherwise a flush waits for compactions while there are many tables, and with it the writers.
  options.allow_write_stall = true;
  return db.Flush(options, families);
}

rocksdb::Status CopyDatabase(rocksdb::DB& db,
                             const std::vector<rocksdb::ColumnFamilyHandle*>& families,
                             const std::string& directory) {
  rocksdb::Checkpoint* made = nullptr;
  rocksdb::Status status = rocksdb::Checkpoint::Create(&db, &made);
  const std::unique_ptr<rocksdb::Checkpoint> checkpoint(made);
  if (status.ok()) status = FlushFamilies(db, families);
  if (!status.ok()) return status;
  // No flush by the checkpoint: its flush waits for compactions. It takes the log files along,
  // which have nothing that the tables do not have.
  //
  // With track_and_verify_wals_in_manifest it calls SyncWAL, whose false alarm in 7.8.3 ("Missing
  // WAL", RocksDB pull request 10892) needs a new MANIFEST between a flush and the sync. One is
  // started at 1 GB, or when a database opens: neither happens here.
  constexpr std::uint64_t kNoFlush = std::numeric_limits<std::uint64_t>::max();
  return checkpoint->CreateCheckpoint(directory, kNoFlush);
}

std::string IdentityOf(const rocksdb::DB& db) {
  std::string id;
  if (!db.GetDbIdentity(id).ok() || id.empty()) return "-";
  // It is a word of a manifest.
  const bool is_word =
      std::all_of(id.begin(), id.end(), [](unsigned char c) { return std::isgraph(c) != 0; });
  return is_word ? id : "-";
}

}  // namespace citylayers::storage
