#include "services/access/caller_limits.h"

#include <algorithm>

#include "absl/hash/hash.h"

namespace citylayers::access {

CallerLimits::CallerLimits(const Options& options)
    : options_(options), shard_max_(std::max<std::size_t>(1, options.addresses_max / kShards)) {}

std::shared_ptr<CallerAccount> CallerLimits::AccountOf(const Principal& caller,
                                                       std::string_view address) {
  if (caller.is_process) return nullptr;
  if (!caller.key_id.empty()) return AccountOfKey(caller);
  return CountsByAddress(caller) ? AccountOfAddress(address) : nullptr;
}

std::shared_ptr<CallerAccount> CallerLimits::AccountOfKey(const Principal& caller) {
  const Limits limits = LimitsOf(caller.limits, options_.keys);
  if (!limits.has_any()) return nullptr;
  absl::MutexLock lock(&keys_mutex_);
  std::shared_ptr<CallerAccount>& account = keys_[caller.key_id];
  if (account == nullptr || account->limits() != limits) {
    account = std::make_shared<CallerAccount>(limits, 0, refused_);
  }
  return account;
}

std::shared_ptr<CallerAccount> CallerLimits::AccountOfAddress(std::string_view address) {
  const std::optional<Network> network = NetworkOf(address);
  if (!network) return nullptr;
  AddressShard& shard = addresses_[absl::Hash<Network>()(*network) % kShards];
  absl::MutexLock lock(&shard.mutex);
  if (const auto found = shard.places.find(*network); found != shard.places.end()) {
    shard.recent.splice(shard.recent.begin(), shard.recent, found->second);
    return found->second->second;
  }
  const auto make = [this] {
    return std::make_shared<CallerAccount>(options_.anonymous, options_.failures_per_s, refused_);
  };
  if (shard.recent.size() >= shard_max_ && !ReplaceOne(shard)) {
    if (shard.shared == nullptr) shard.shared = make();
    return shard.shared;
  }
  shard.recent.emplace_front(*network, make());
  shard.places.emplace(*network, shard.recent.begin());
  return shard.recent.front().second;
}

bool CallerLimits::ReplaceOne(AddressShard& shard) {
  constexpr int kTries = 8;
  for (int i = 0; i < kTries; ++i) {
    const auto last = std::prev(shard.recent.end());
    // Calls and streams that are open hold the account: without it they would count as none.
    if (last->second.use_count() == 1) {
      shard.places.erase(last->first);
      shard.recent.erase(last);
      ++shard.replaced;
      return true;
    }
    shard.recent.splice(shard.recent.begin(), shard.recent, last);
  }
  return false;
}

std::optional<LimitRefusal> CallerLimits::TakeFailure(std::string_view address, absl::Time now) {
  if (options_.failures_per_s <= 0) return std::nullopt;
  const std::shared_ptr<CallerAccount> account = AccountOfAddress(address);
  return account == nullptr ? std::nullopt : account->TakeFailure(now);
}

void CallerLimits::KeepKeys(const std::function<bool(std::string_view id)>& is_kept) {
  absl::MutexLock lock(&keys_mutex_);
  absl::erase_if(keys_, [&](const auto& entry) { return !is_kept(entry.first); });
}

CallerLimits::Stats CallerLimits::GetStats() const {
  Stats stats;
  {
    absl::MutexLock lock(&keys_mutex_);
    stats.keys = keys_.size();
  }
  for (const AddressShard& shard : addresses_) {
    absl::MutexLock lock(&shard.mutex);
    stats.addresses += shard.recent.size();
    stats.addresses_replaced += shard.replaced;
  }
  for (std::size_t i = 0; i < kLimitKinds; ++i) {
    stats.refused[i] = (*refused_)[i].load(std::memory_order_relaxed);
  }
  return stats;
}

}  // namespace citylayers::access
