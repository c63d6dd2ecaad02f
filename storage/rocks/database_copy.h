// A copy of an open RocksDB database, as files.
#ifndef CITYLAYERS_STORAGE_ROCKS_DATABASE_COPY_H_
#define CITYLAYERS_STORAGE_ROCKS_DATABASE_COPY_H_

#include <string>
#include <vector>

#include "rocksdb/db.h"
#include "rocksdb/status.h"

namespace citylayers::storage {

/// Writes the memtables of all families to tables, and waits for it. Other threads may write
/// meanwhile. A copy that follows then has little left to write.
rocksdb::Status FlushFamilies(rocksdb::DB& db,
                              const std::vector<rocksdb::ColumnFamilyHandle*>& families);

/// FlushFamilies, then makes a directory with everything that the database holds (RocksDB's
/// Checkpoint): its tables as hard links, its small files as copies. `directory` must not exist,
/// and must be on the file system of the database, where links take milliseconds and no space.
///
/// REQUIRES: no thread writes to the database meanwhile. Then the copy has every write, and no
/// write-ahead log that a reader of it would have to replay. After an error nothing is left.
rocksdb::Status CopyDatabase(rocksdb::DB& db,
                             const std::vector<rocksdb::ColumnFamilyHandle*>& families,
                             const std::string& directory);

/// RocksDB's id of the database, "-" when it is unknown.
std::string IdentityOf(const rocksdb::DB& db);

}  // namespace citylayers::storage

#endif  // CITYLAYERS_STORAGE_ROCKS_DATABASE_COPY_H_
