// The content of a copied store.
#ifndef CITYLAYERS_STORAGE_ROCKS_STORE_COPY_H_
#define CITYLAYERS_STORAGE_ROCKS_STORE_COPY_H_

#include <cstdint>
#include <string>

namespace citylayers::storage {

/// Returned by the stores that can be copied while they are used.
struct StoreCopy {
  std::uint64_t offset = 0;    ///< the last change that it has, in the store's own numbers
  std::string identity = "-";  ///< RocksDB's id of the database
};

}  // namespace citylayers::storage

#endif  // CITYLAYERS_STORAGE_ROCKS_STORE_COPY_H_
