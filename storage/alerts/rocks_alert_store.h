// The alert store on RocksDB. Keys and values: docs/formats/alerts.md.
#ifndef CITYLAYERS_STORAGE_ALERTS_ROCKS_ALERT_STORE_H_
#define CITYLAYERS_STORAGE_ALERTS_ROCKS_ALERT_STORE_H_

#include <cstddef>
#include <memory>
#include <string>

#include "absl/status/statusor.h"

#include "storage/alerts/alert_store.h"

namespace citylayers::storage {

struct RocksAlertStoreOptions {
  bool create_if_missing = true;
  std::size_t write_buffer_bytes = 4 << 20;
  std::size_t block_cache_bytes = 8 << 20;
};

/// Opens the database in `path`, or creates it. One process at a time. FAILED_PRECONDITION: it was
/// written by a newer version, or another process uses it. NOT_FOUND: it does not exist and must
/// not be created. DATA_LOSS: it is damaged. UNAVAILABLE or RESOURCE_EXHAUSTED: disk errors.
absl::StatusOr<std::unique_ptr<AlertStore>> OpenRocksAlertStore(
    const std::string& path, const RocksAlertStoreOptions& options = {});

}  // namespace citylayers::storage

#endif  // CITYLAYERS_STORAGE_ALERTS_ROCKS_ALERT_STORE_H_
