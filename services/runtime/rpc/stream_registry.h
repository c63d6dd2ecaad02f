// Open streams by id, for calls that change them.
#ifndef CITYLAYERS_SERVICES_RUNTIME_RPC_STREAM_REGISTRY_H_
#define CITYLAYERS_SERVICES_RUNTIME_RPC_STREAM_REGISTRY_H_

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"

#include "base/status_macros.h"
#include "base/strings.h"
#include "services/access/api_key.h"
#include "services/access/principal.h"

namespace citylayers::runtime {

/// Gives each stream an id that cannot be guessed, and finds it again for the caller that opened
/// it. Ids of streams that have ended are forgotten when new ones are added. Thread-safe; O(1) on
/// average.
template <typename Stream>
class StreamRegistry {
 public:
  /// 160 random bits.
  static constexpr std::size_t kIdCharacters = 32;

  /// Returns the id. INTERNAL: the system has no random numbers.
  absl::StatusOr<std::string> Add(std::weak_ptr<Stream> stream, const access::Principal& caller) {
    ASSIGN_OR_RETURN(std::string id, access::RandomWord(kIdCharacters));
    absl::MutexLock lock(&mutex_);
    if (streams_.size() >= sweep_at_) Sweep();
    streams_[id] = {std::move(stream), caller.name, caller.key_id};
    return id;
  }

  /// nullptr: there is no such stream, it has ended, or another caller opened it.
  std::shared_ptr<Stream> Find(std::string_view id, const access::Principal& caller) const {
    absl::MutexLock lock(&mutex_);
    const auto found = streams_.find(ToAbsl(id));
    if (found == streams_.end() || found->second.caller_name != caller.name ||
        found->second.key_id != caller.key_id) {
      return nullptr;
    }
    return found->second.stream.lock();
  }

  /// Number of ids held.
  std::size_t size() const {
    absl::MutexLock lock(&mutex_);
    return streams_.size();
  }

 private:
  static constexpr std::size_t kSweepAtMin = 64;
  struct Entry {
    std::weak_ptr<Stream> stream;
    std::string caller_name;
    std::string key_id;
  };

  void Sweep() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    absl::erase_if(streams_, [](const auto& entry) { return entry.second.stream.expired(); });
    sweep_at_ = std::max(kSweepAtMin, 2 * streams_.size());
  }

  mutable absl::Mutex mutex_;
  absl::flat_hash_map<std::string, Entry> streams_ ABSL_GUARDED_BY(mutex_);
  std::size_t sweep_at_ ABSL_GUARDED_BY(mutex_) = kSweepAtMin;
};

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_RPC_STREAM_REGISTRY_H_
