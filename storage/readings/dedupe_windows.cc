#include "storage/readings/dedupe_windows.h"

#include "absl/strings/str_cat.h"

namespace citylayers::storage {

absl::StatusOr<std::optional<AppendResult>> DedupeWindows::Find(const std::string& source,
                                                                uint64_t epoch,
                                                                uint64_t sequence) const {
  const auto window = windows_.find(Key{source, epoch});
  if (window == windows_.end() || window->second.results.empty()) return std::nullopt;
  const std::map<uint64_t, AppendResult>& results = window->second.results;
  const auto found = results.find(sequence);
  if (found != results.end()) {
    AppendResult result = found->second;
    result.duplicate = true;
    return result;
  }
  const uint64_t newest = results.rbegin()->first;
  if (newest >= limits_.window && sequence <= newest - limits_.window) {
    return absl::OutOfRangeError(
        absl::StrCat("sequence ", sequence, " of source '", source, "' lies ", limits_.window,
                     " or more behind its newest, ", newest,
                     ": whether it was stored is no longer known; send it under a new epoch"));
  }
  return std::nullopt;
}

std::vector<DedupeWindows::Forgotten> DedupeWindows::Insert(const std::string& source,
                                                            uint64_t epoch, uint64_t sequence,
                                                            const AppendResult& result) {
  std::vector<Forgotten> forgotten;
  const Key key{source, epoch};
  Window& window = windows_[key];
  window.last_use = ++uses_;
  window.results[sequence] = result;
  const uint64_t newest = window.results.rbegin()->first;
  while (newest >= limits_.window && window.results.begin()->first <= newest - limits_.window) {
    forgotten.push_back({source, epoch, window.results.begin()->first});
    window.results.erase(window.results.begin());
  }
  if (windows_.size() > limits_.sources_max) EvictOldest(key, forgotten);
  return forgotten;
}

void DedupeWindows::EvictOldest(const Key& keep, std::vector<Forgotten>& forgotten) {
  auto oldest = windows_.end();
  for (auto it = windows_.begin(); it != windows_.end(); ++it) {
    if (it->first == keep) continue;
    if (oldest == windows_.end() || it->second.last_use < oldest->second.last_use) oldest = it;
  }
  if (oldest == windows_.end()) return;
  for (const auto& [sequence, result] : oldest->second.results) {
    forgotten.push_back({oldest->first.first, oldest->first.second, sequence});
  }
  windows_.erase(oldest);
}

}  // namespace citylayers::storage
