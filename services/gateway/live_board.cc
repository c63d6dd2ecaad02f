#include "services/gateway/live_board.h"

#include <random>
#include <utility>

#include "services/runtime/monotonic_clock.h"

namespace citylayers::gateway {
namespace {

// Differs between boards and between restarts, so that an old id never denotes a position in a new
// log.
std::uint64_t NewEpoch() {
  static std::random_device device;
  static absl::Mutex mutex;
  absl::MutexLock lock(&mutex);
  return (std::uint64_t{device()} << 20 ^ device()) | 1;
}

}  // namespace

LiveBoard::LiveBoard(Options options, std::string event)
    : options_(options), event_(std::move(event)) {}

std::uint64_t LiveBoard::Subscribe(std::function<void()> listener) {
  std::uint64_t id;
  bool start;
  {
    absl::MutexLock lock(&mutex_);
    id = next_listener_++;
    listeners_[id] = std::move(listener);
    empty_since_ = absl::InfiniteFuture();
    start = !std::exchange(running_, true);
  }
  if (start) StartSource();
  return id;
}

void LiveBoard::Unsubscribe(std::uint64_t id) {
  absl::MutexLock lock(&mutex_);
  listeners_.erase(id);
  if (listeners_.empty()) empty_since_ = runtime::MonotonicNow();
}

bool LiveBoard::KeepGoing() {
  absl::MutexLock lock(&mutex_);
  if (!listeners_.empty() || runtime::MonotonicNow() - empty_since_ < options_.linger) return true;
  running_ = false;
  // The state will be outdated when the next viewer subscribes.
  epoch_ = 0;
  snapshot_ = nullptr;
  log_.clear();
  lost_.clear();
  return false;
}

std::vector<std::shared_ptr<const std::string>> LiveBoard::After(BoardCursor& cursor) {
  absl::MutexLock lock(&mutex_);
  if (epoch_ == 0) return {};
  if (cursor.epoch == epoch_ && cursor.number == number_) return {};
  const std::uint64_t first = number_ - log_.size();  // the position before the log's first event
  const bool in_log = cursor.epoch == epoch_ && cursor.number >= first && cursor.number <= number_;
  std::vector<std::shared_ptr<const std::string>> events;
  if (in_log) {
    events.assign(log_.begin() + static_cast<std::ptrdiff_t>(cursor.number - first), log_.end());
  } else {
    if (!snapshot_) snapshot_ = std::make_shared<const std::string>(MakeSnapshot());
    events.push_back(snapshot_);
  }
  cursor = {epoch_, number_};
  return events;
}

std::string LiveBoard::lost() const {
  absl::MutexLock lock(&mutex_);
  return lost_;
}

void LiveBoard::Renew() {
  {
    absl::MutexLock lock(&mutex_);
    epoch_ = NewEpoch();
    number_ = 1;
    log_.clear();
    snapshot_ = nullptr;
    lost_.clear();
  }
  NotifyListeners();
}

void LiveBoard::Append(std::string change) {
  {
    absl::MutexLock lock(&mutex_);
    ++number_;
    log_.push_back(std::make_shared<const std::string>(std::move(change)));
    if (log_.size() > options_.log_max) log_.pop_front();
    snapshot_ = nullptr;
    lost_.clear();
  }
  NotifyListeners();
}

void LiveBoard::SetLost(std::string reason) {
  {
    absl::MutexLock lock(&mutex_);
    if (lost_ == reason) return;
    lost_ = std::move(reason);
  }
  NotifyListeners();
}

void LiveBoard::NotifyListeners() {
  std::vector<std::function<void()>> listeners;
  {
    absl::MutexLock lock(&mutex_);
    for (const auto& [id, listener] : listeners_) listeners.push_back(listener);
  }
  for (const auto& listener : listeners) listener();
}

}  // namespace citylayers::gateway
