// The limits of all callers of a process.
#ifndef CITYLAYERS_SERVICES_ACCESS_CALLER_LIMITS_H_
#define CITYLAYERS_SERVICES_ACCESS_CALLER_LIMITS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

#include "services/access/caller_account.h"
#include "services/access/limits.h"
#include "services/access/network.h"
#include "services/access/principal.h"

namespace citylayers::access {

/// Accounts by key, and by address for callers without a key and for invalid credentials. Those of
/// keys number at most as many as there are keys. Those of addresses number at most
/// `addresses_max`: a further address replaces the one that was quiet longest and has no open
/// stream; when there is none among a few, it shares an account with other such addresses. So a
/// flood of addresses costs neither memory nor time. Thread-safe; a look-up costs about 0.1 us.
class CallerLimits {
 public:
  struct Options {
    Limits keys;                // of each key that has none in its record
    Limits anonymous;           // of each address
    double failures_per_s = 0;  // invalid credentials of each address; 0: no limit
    std::size_t addresses_max = 65'536;
  };
  static constexpr std::size_t kShards = 16;

  explicit CallerLimits(const Options& options);

  /// The account of a caller at an address (NetworkOf). nullptr: it has no limits: a process of the
  /// city, a key whose limits are all 0, a caller without a key whose address is not known.
  std::shared_ptr<CallerAccount> AccountOf(const Principal& caller, std::string_view address);

  /// Whether AccountOf uses the address.
  bool CountsByAddress(const Principal& caller) const {
    return caller.key_id.empty() && !caller.is_process && options_.anonymous.has_any();
  }

  /// Counts invalid credentials of an address; nullopt: within the limit.
  std::optional<LimitRefusal> TakeFailure(std::string_view address, absl::Time now);

  /// Frees the accounts of keys that are not to be kept, such as revoked ones.
  void KeepKeys(const std::function<bool(std::string_view id)>& is_kept);

  struct Stats {
    std::size_t keys = 0;       // accounts held
    std::size_t addresses = 0;  // accounts held
    std::uint64_t addresses_replaced = 0;
    std::array<std::uint64_t, kLimitKinds> refused{};  // by LimitKind
  };
  Stats GetStats() const;

 private:
  using Entry = std::pair<Network, std::shared_ptr<CallerAccount>>;
  struct AddressShard {
    mutable absl::Mutex mutex;
    std::list<Entry> recent ABSL_GUARDED_BY(mutex);  // latest first
    absl::flat_hash_map<Network, std::list<Entry>::iterator> places ABSL_GUARDED_BY(mutex);
    std::shared_ptr<CallerAccount> shared ABSL_GUARDED_BY(mutex);  // of those without a place
    std::uint64_t replaced ABSL_GUARDED_BY(mutex) = 0;
  };

  std::shared_ptr<CallerAccount> AccountOfKey(const Principal& caller);
  std::shared_ptr<CallerAccount> AccountOfAddress(std::string_view address);
  // Frees a place for another address; false: none of the last few is free.
  static bool ReplaceOne(AddressShard& shard) ABSL_EXCLUSIVE_LOCKS_REQUIRED(shard.mutex);

  const Options options_;
  const std::size_t shard_max_;
  const std::shared_ptr<LimitCounts> refused_ = std::make_shared<LimitCounts>();
  mutable absl::Mutex keys_mutex_;
  absl::flat_hash_map<std::string, std::shared_ptr<CallerAccount>> keys_
      ABSL_GUARDED_BY(keys_mutex_);  // by id
  std::array<AddressShard, kShards> addresses_;
};

}  // namespace citylayers::access

#endif  // CITYLAYERS_SERVICES_ACCESS_CALLER_LIMITS_H_
