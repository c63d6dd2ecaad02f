#include "storage/readings/log_tail.h"

#include <algorithm>
#include <utility>

namespace citylayers::storage {

void LogTail::Reset(std::uint64_t next_offset) {
  absl::MutexLock lock(&mutex_);
  oldest_ = next_offset;
  last_ = next_offset - 1;
  bytes_ = 0;
  sizes_.clear();
  cache_.clear();
  cache_readings_ = 0;
}

void LogTail::Add(std::uint64_t row_bytes, LoggedBatchPtr batch) {
  absl::MutexLock lock(&mutex_);
  ++last_;
  sizes_.push_back(static_cast<std::uint32_t>(row_bytes));
  bytes_ += row_bytes;
  if (batch == nullptr) return;
  cache_readings_ += batch->batch.size();
  cache_.push_back(std::move(batch));
  while (cache_readings_ > cache_readings_max_ && cache_.size() > 1) {
    cache_readings_ -= cache_.front()->batch.size();
    cache_.pop_front();
  }
}

void LogTail::Notify() {
  const std::uint64_t last = last_offset();
  absl::MutexLock lock(&listeners_mutex_);
  for (const auto& [id, listener] : listeners_) listener(last);
}

std::uint64_t LogTail::last_offset() const {
  absl::MutexLock lock(&mutex_);
  return last_;
}

std::uint64_t LogTail::oldest_offset() const {
  absl::MutexLock lock(&mutex_);
  return oldest_;
}

std::uint64_t LogTail::held_bytes() const {
  absl::MutexLock lock(&mutex_);
  return bytes_;
}

std::uint64_t LogTail::BytesAfter(std::uint64_t offset) const {
  absl::MutexLock lock(&mutex_);
  std::uint64_t bytes = 0;
  for (std::uint64_t at = last_; at > offset && at >= oldest_; --at) bytes += sizes_[at - oldest_];
  return bytes;
}

std::uint64_t LogTail::TrimPoint(std::uint64_t sealed_offset, std::uint64_t batches,
                                 std::uint64_t bytes) const {
  absl::MutexLock lock(&mutex_);
  std::uint64_t held_batches = sizes_.size();
  std::uint64_t held_bytes = bytes_;
  std::uint64_t point = oldest_;
  while (point <= sealed_offset && point <= last_ &&
         (held_batches > batches || held_bytes > bytes)) {
    held_bytes -= sizes_[point - oldest_];
    --held_batches;
    ++point;
  }
  return point;
}

void LogTail::Trim(std::uint64_t oldest) {
  absl::MutexLock lock(&mutex_);
  while (oldest_ < oldest && !sizes_.empty()) {
    bytes_ -= sizes_.front();
    sizes_.pop_front();
    ++oldest_;
  }
  while (!cache_.empty() && cache_.front()->offset < oldest_) {
    cache_readings_ -= cache_.front()->batch.size();
    cache_.pop_front();
  }
}

std::optional<std::vector<LoggedBatchPtr>> LogTail::Cached(std::uint64_t after_offset,
                                                           std::size_t readings_max) const {
  absl::MutexLock lock(&mutex_);
  if (after_offset >= last_) return std::vector<LoggedBatchPtr>{};
  if (cache_.empty() || cache_.front()->offset > after_offset + 1) return std::nullopt;
  std::vector<LoggedBatchPtr> batches;
  std::size_t readings = 0;
  for (std::size_t i = after_offset + 1 - cache_.front()->offset; i < cache_.size(); ++i) {
    readings += cache_[i]->batch.size();
    if (!batches.empty() && readings > readings_max) break;
    batches.push_back(cache_[i]);
  }
  return batches;
}

std::uint64_t LogTail::AddListener(std::function<void(std::uint64_t)> listener) {
  absl::MutexLock lock(&listeners_mutex_);
  listeners_.emplace(next_listener_, std::move(listener));
  return next_listener_++;
}

void LogTail::RemoveListener(std::uint64_t id) {
  absl::MutexLock lock(&listeners_mutex_);
  listeners_.erase(id);
}

}  // namespace citylayers::storage
