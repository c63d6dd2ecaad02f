// Small durable values for the owner of a readings store, such as the city clock.
#ifndef CITYLAYERS_STORAGE_READINGS_STATE_CELLS_H_
#define CITYLAYERS_STORAGE_READINGS_STATE_CELLS_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace citylayers::storage {

class Database;
class Writer;

/// Thread-safe. Part of a ReadingsStore.
class StateCells {
 public:
  StateCells(Database& database, Writer& writer) : database_(database), writer_(writer) {}

  /// Stores a value and waits until it is on disk. Works on a nearly full disk. Errors:
  /// ReadingsLog::WriteStatus.
  absl::Status Put(std::string_view key, std::string_view bytes);
  /// A value never put is empty.
  absl::StatusOr<std::string> Get(std::string_view key) const;

 private:
  Database& database_;
  Writer& writer_;
};

}  // namespace citylayers::storage

#endif  // CITYLAYERS_STORAGE_READINGS_STATE_CELLS_H_
