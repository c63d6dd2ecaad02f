#include "storage/readings/dedupe_windows.h"

#include <algorithm>
#include <utility>

#include "base/strings.h"

namespace citylayers::storage {

absl::StatusOr<std::optional<AppendResult>> DedupeWindows::Find(const std::string& source,
                                                                std::uint64_t epoch,
                                                                std::uint64_t sequence) const {
  const auto too_far = [&](std::uint64_t greatest, std::string_view after) {
    return absl::InvalidArgumentError(
        StrCat("sequence ", sequence, " of source '", source, "' is greater than ", greatest,
               ", the greatest that is accepted ", after,
               ": count batches from 1, one by one, and begin a new epoch if the count is lost"));
  };
  const auto window = windows_.find(Key{source, epoch});
  if (window == windows_.end() || window->second.results.empty()) {
    if (sequence > limits_.first_max) return too_far(limits_.first_max, "as the first of an epoch");
    return std::nullopt;
  }
  const std::map<std::uint64_t, AppendResult>& results = window->second.results;
  const auto found = results.find(sequence);
  if (found != results.end()) {
    AppendResult result = found->second;
    result.duplicate = true;
    return result;
  }
  const std::uint64_t newest = results.rbegin()->first;
  if (sequence > newest && sequence - newest > limits_.jump_max) {
    return too_far(newest + limits_.jump_max, StrCat("after ", newest));
  }
  if (newest >= limits_.window && sequence <= newest - limits_.window) {
    return absl::OutOfRangeError(
        StrCat("sequence ", sequence, " of source '", source, "' lies ", limits_.window,
               " or more behind its newest, ", newest,
               "; the store cannot determine whether it was stored: send it under a new epoch"));
  }
  return std::nullopt;
}

void DedupeWindows::Load(const std::string& source, std::uint64_t epoch, std::uint64_t sequence,
                         const AppendResult& result) {
  Window& window = windows_[Key{source, epoch}];
  window.results[sequence] = result;
  window.last_use = std::max(window.last_use, result.offset);
  uses_ = std::max(uses_, result.offset);
}

void DedupeWindows::FinishLoading() {
  for (auto& [key, window] : windows_) Trim(key, window);
  if (windows_.size() > limits_.sources_max) {
    EvictOldest(windows_.size() - limits_.sources_max, nullptr);
  }
}

std::vector<DedupeWindows::Forgotten> DedupeWindows::Insert(const std::string& source,
                                                            std::uint64_t epoch,
                                                            std::uint64_t sequence,
                                                            const AppendResult& result) {
  const Key key{source, epoch};
  Window& window = windows_[key];
  // Offsets order the sources across a restart, so they are used here; results without
  // an offset come last.
  uses_ = std::max(uses_, result.offset);
  window.last_use = uses_;
  window.results[sequence] = result;
  Trim(key, window);
  if (windows_.size() > limits_.sources_max) EvictOldest(1, &key);
  return std::exchange(forgotten_, {});
}

void DedupeWindows::Trim(const Key& key, Window& window) {
  const std::uint64_t newest = window.results.rbegin()->first;
  while (newest >= limits_.window && window.results.begin()->first <= newest - limits_.window) {
    forgotten_.push_back({key.first, key.second, window.results.begin()->first});
    window.results.erase(window.results.begin());
  }
}

void DedupeWindows::EvictOldest(std::size_t count, const Key* keep) {
  std::vector<std::map<Key, Window>::iterator> candidates;
  candidates.reserve(windows_.size());
  for (auto it = windows_.begin(); it != windows_.end(); ++it) {
    if (keep == nullptr || it->first != *keep) candidates.push_back(it);
  }
  count = std::min(count, candidates.size());
  const auto silent_longer = [](const auto& a, const auto& b) {
    return a->second.last_use < b->second.last_use;
  };
  std::nth_element(candidates.begin(), candidates.begin() + static_cast<std::ptrdiff_t>(count),
                   candidates.end(), silent_longer);
  candidates.resize(count);
  for (const auto& oldest : candidates) {
    for (const auto& [sequence, result] : oldest->second.results) {
      forgotten_.push_back({oldest->first.first, oldest->first.second, sequence});
    }
    windows_.erase(oldest);
  }
}

}  // namespace citylayers::storage
