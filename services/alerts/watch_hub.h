// Publishes changed alerts to watchers.
#ifndef CITYLAYERS_SERVICES_ALERTS_WATCH_HUB_H_
#define CITYLAYERS_SERVICES_ALERTS_WATCH_HUB_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

#include "storage/alerts/alert_record.h"

namespace citylayers::alerts {

/// The latest state of each recently changed alert, by version.
///  - A watcher asks for the changes after the version that it has. A slow watcher receives each
///    alert once, in its latest state; nothing queues for it.
///  - Only the `held_max` alerts that changed last are held; a watcher that is further behind has
///    to take a snapshot.
/// Thread-safe. Publish is O(changes · log held + followers).
class WatchHub {
 public:
  explicit WatchHub(size_t held_max = 10'000) : held_max_(held_max) {}

  struct Changes {
    std::vector<storage::AlertRecord> alerts;  ///< By version.
    uint64_t version = 0;                      ///< To pass to the next call.
  };

  /// The present version: read it before a snapshot, and ask for the changes after it.
  uint64_t version() const;

  /// The changes after a version. nullopt: they were dropped, take a snapshot.
  std::optional<Changes> ChangesSince(uint64_t version) const;

  void Publish(const std::vector<storage::AlertRecord>& alerts);

  /// Calls `wake` after each Publish until the returned handle is dropped. `wake` must be quick and
  /// must not call the hub.
  [[nodiscard]] std::shared_ptr<void> Subscribe(std::function<void()> wake);

  size_t follower_count() const;

 private:
  struct Held {
    uint64_t version;
    storage::AlertRecord alert;
  };

  const size_t held_max_;
  mutable absl::Mutex mutex_;
  uint64_t version_ ABSL_GUARDED_BY(mutex_) = 1;
  uint64_t dropped_version_ ABSL_GUARDED_BY(mutex_) = 0;
  std::map<uint64_t, Held> by_id_ ABSL_GUARDED_BY(mutex_);
  std::map<uint64_t, uint64_t> id_by_version_ ABSL_GUARDED_BY(mutex_);
  // Shared with the handles, which may be dropped after the hub.
  struct Followers {
    absl::Mutex mutex;
    uint64_t next_key ABSL_GUARDED_BY(mutex) = 0;
    std::map<uint64_t, std::function<void()>> wakes ABSL_GUARDED_BY(mutex);
  };
  const std::shared_ptr<Followers> followers_ = std::make_shared<Followers>();
};

}  // namespace citylayers::alerts

#endif  // CITYLAYERS_SERVICES_ALERTS_WATCH_HUB_H_
