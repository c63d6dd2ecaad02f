// The options of the readings database: families, logs, memory. Internal to this folder.
#ifndef CITYLAYERS_STORAGE_READINGS_DATABASE_OPTIONS_H_
#define CITYLAYERS_STORAGE_READINGS_DATABASE_OPTIONS_H_

#include <memory>
#include <vector>

#include "rocksdb/cache.h"
#include "rocksdb/db.h"

#include "storage/readings/readings_store_options.h"

namespace citylayers::storage {

/// The families in the order of Database's accessors: state, meta, log, chunk, dead letters.
std::vector<rocksdb::ColumnFamilyDescriptor> FamiliesOf(
    const ReadingsStoreOptions& options, const std::shared_ptr<rocksdb::Cache>& cache);

/// The options of the whole database, except those that need an open one: listeners, memory and
/// whether to create it.
rocksdb::DBOptions DatabaseOptions();

}  // namespace citylayers::storage

#endif  // CITYLAYERS_STORAGE_READINGS_DATABASE_OPTIONS_H_
