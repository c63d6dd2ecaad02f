#include "storage/readings/readings_store.h"

#include <utility>

#include "absl/synchronization/notification.h"

#include "base/status_macros.h"
#include "storage/readings/rocks_readings_store.h"

namespace citylayers::storage {

absl::StatusOr<AppendResult> ReadingsStore::Append(ReadingBatch batch, RejectedRows rejects) {
  absl::Notification notified;
  absl::StatusOr<AppendResult> result;
  AppendAsync(std::move(batch), std::move(rejects), [&](absl::StatusOr<AppendResult> done) {
    result = std::move(done);
    notified.Notify();
  });
  notified.WaitForNotification();
  return result;
}

absl::StatusOr<std::unique_ptr<ReadingsStore>> ReadingsStore::Open(ReadingsStoreOptions options) {
  ASSIGN_OR_RETURN(std::unique_ptr<Database> database, Database::Open(options));
  auto store = std::make_unique<RocksReadingsStore>(std::move(options), std::move(database));
  RETURN_IF_ERROR(store->Load());
  return store;
}

}  // namespace citylayers::storage
