#include "storage/readings/state_cells.h"

#include "rocksdb/write_batch.h"

#include "base/status_macros.h"
#include "storage/readings/database.h"
#include "storage/readings/row_keys.h"
#include "storage/readings/writer.h"

namespace citylayers::storage {
namespace {

std::string CellKey(std::string_view key) { return kUserStatePrefix + std::string(key); }

}  // namespace

absl::Status StateCells::Put(std::string_view key, std::string_view bytes) {
  return writer_.Commit(
      [&](rocksdb::WriteBatch& write) {
        write.Put(database_.state(), CellKey(key), AsSlice(bytes));
      },
      /*needs_space=*/false);
}

absl::StatusOr<std::string> StateCells::Get(std::string_view key) const {
  std::string value;
  const rocksdb::Status status =
      database_.db().Get(rocksdb::ReadOptions(), database_.state(), CellKey(key), &value);
  if (status.IsNotFound()) return std::string();
  RETURN_IF_ERROR(database_.ToStatus(status, "read"));
  return value;
}

}  // namespace citylayers::storage
