// The city pack of a process, and whether the data directories were used with it before.
#ifndef CITYLAYERS_SERVICES_RUNTIME_PROCESS_PACK_H_
#define CITYLAYERS_SERVICES_RUNTIME_PROCESS_PACK_H_

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"

#include "services/runtime/module.h"
#include "storage/pack/city_pack.h"

namespace citylayers::runtime {

/// Opens the pack once, when it is first needed. A data directory is used longer than a pack of its
/// city (the registry takes precedence over a pack's stations), so a new pack of the same city is
/// accepted and reported. A pack of another city is refused, because nothing in the directory would
/// match it. Thread-safe.
///
///   ProcessPack pack(config.GetString("server.pack"));
///   RETURN_IF_ERROR(pack.Compare("/var/lib/city/traffic"));
///   ... the module opens the directory ...
///   pack.Mark("/var/lib/city/traffic");
class ProcessPack {
 public:
  /// `directory` is the pack's; empty: the process has none.
  explicit ProcessPack(std::string directory) : directory_(std::move(directory)) {}

  /// INVALID_ARGUMENT: the process has no pack; the message names --pack. Other errors: those of
  /// storage::CityPack::Open.
  absl::StatusOr<std::shared_ptr<const storage::CityPack>> Open();

  /// Compares the pack with the one that `data_directory` was used with last. Another pack of the
  /// same city is logged and becomes a notice. Errors: those of Open and storage::CheckPackMark.
  absl::Status Compare(const std::string& data_directory);

  /// Notes in `data_directory` that its files belong to this pack from now on. Only a note: when it
  /// fails, that is logged.
  void Mark(const std::string& data_directory);

  /// Set when a compared directory was used with another pack.
  std::optional<PackChange> change() const;
  /// One sentence per change of the pack, for operators.
  std::vector<std::string> notices() const;

 private:
  const std::string directory_;
  mutable absl::Mutex mutex_;
  std::shared_ptr<const storage::CityPack> pack_ ABSL_GUARDED_BY(mutex_);
  std::optional<PackChange> change_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::string> notices_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_PROCESS_PACK_H_
