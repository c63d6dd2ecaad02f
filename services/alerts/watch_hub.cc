#include "services/alerts/watch_hub.h"

#include <utility>

namespace citylayers::alerts {

uint64_t WatchHub::version() const {
  const absl::MutexLock lock(&mutex_);
  return version_;
}

std::optional<WatchHub::Changes> WatchHub::ChangesSince(uint64_t version) const {
  const absl::MutexLock lock(&mutex_);
  if (version < dropped_version_) return std::nullopt;
  Changes changes{.version = version_};
  for (auto it = id_by_version_.upper_bound(version); it != id_by_version_.end(); ++it) {
    changes.alerts.push_back(by_id_.at(it->second).alert);
  }
  return changes;
}

void WatchHub::Publish(const std::vector<storage::AlertRecord>& alerts) {
  if (alerts.empty()) return;
  {
    const absl::MutexLock lock(&mutex_);
    for (const storage::AlertRecord& alert : alerts) {
      const uint64_t version = ++version_;
      if (const auto it = by_id_.find(alert.id); it != by_id_.end()) {
        id_by_version_.erase(it->second.version);
        it->second = {version, alert};
      } else {
        by_id_.emplace(alert.id, Held{version, alert});
      }
      id_by_version_[version] = alert.id;
    }
    while (by_id_.size() > held_max_) {
      const auto oldest = id_by_version_.begin();
      dropped_version_ = oldest->first;
      by_id_.erase(oldest->second);
      id_by_version_.erase(oldest);
    }
  }
  const absl::MutexLock lock(&followers_->mutex);
  for (const auto& [key, wake] : followers_->wakes) wake();
}

std::shared_ptr<void> WatchHub::Subscribe(std::function<void()> wake) {
  const absl::MutexLock lock(&followers_->mutex);
  const uint64_t key = followers_->next_key++;
  followers_->wakes[key] = std::move(wake);
  // The handle carries no object, only a deleter.
  return std::shared_ptr<void>(nullptr, [followers = followers_, key](void*) {
    const absl::MutexLock inner(&followers->mutex);
    followers->wakes.erase(key);
  });
}

size_t WatchHub::follower_count() const {
  const absl::MutexLock lock(&followers_->mutex);
  return followers_->wakes.size();
}

}  // namespace citylayers::alerts
