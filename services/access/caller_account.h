// The use of one caller, against its limits.
#ifndef CITYLAYERS_SERVICES_ACCESS_CALLER_ACCOUNT_H_
#define CITYLAYERS_SERVICES_ACCESS_CALLER_ACCOUNT_H_

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

#include "services/access/limits.h"
#include "services/access/token_bucket.h"

namespace citylayers::access {

/// Refusals since the start, by LimitKind.
using LimitCounts = std::array<std::atomic<std::uint64_t>, kLimitKinds>;

/// The buckets and open streams of one key, or of one network of callers without a key. A rate's
/// bucket holds one second's worth. `now`: monotonic. Thread-safe; each call takes one short lock.
class CallerAccount {
 public:
  /// `refused`: counts refusals.
  CallerAccount(const Limits& limits, double failures_per_s, std::shared_ptr<LimitCounts> refused);

  /// Begins a call. nullopt: it may begin; otherwise why not: too many calls, or earlier ones used
  /// more bytes than there were.
  std::optional<LimitRefusal> TakeCall(absl::Time now);
  /// Readings that are about to be stored. A batch of more than one second's worth is admitted
  /// when the bucket is full.
  std::optional<LimitRefusal> TakeReadings(double count, absl::Time now);
  /// Readings or bytes that cannot be refused any more; the account may owe them.
  void ChargeReadings(double count, absl::Time now);
  void ChargeBytes(double count, absl::Time now);
  /// Times for which streams pause, because the account owes bytes, or readings; zero: it does not.
  absl::Duration BytesWait(absl::Time now);
  absl::Duration ReadingsWait(absl::Time now);
  /// Opens a stream; nullopt: CloseStream must follow.
  std::optional<LimitRefusal> OpenStream();
  void CloseStream();
  /// Invalid credentials.
  std::optional<LimitRefusal> TakeFailure(absl::Time now);

  /// Whether ChargeBytes has an effect.
  bool limits_bytes() const { return limits_.bytes_per_s > 0; }
  const Limits& limits() const { return limits_; }

 private:
  LimitRefusal Refused(LimitKind kind, double limit, absl::Duration wait);

  const Limits limits_;
  const std::shared_ptr<LimitCounts> refused_;
  absl::Mutex mutex_;
  TokenBucket calls_ ABSL_GUARDED_BY(mutex_);
  TokenBucket readings_ ABSL_GUARDED_BY(mutex_);
  TokenBucket bytes_ ABSL_GUARDED_BY(mutex_);
  TokenBucket failures_ ABSL_GUARDED_BY(mutex_);
  double streams_ ABSL_GUARDED_BY(mutex_) = 0;
};

/// An open stream of an account; the destructor closes it. Movable, not thread-safe.
class StreamPlace {
 public:
  StreamPlace() = default;
  /// REQUIRES: OpenStream of the account has permitted it.
  explicit StreamPlace(std::shared_ptr<CallerAccount> account) : account_(std::move(account)) {}
  StreamPlace(StreamPlace&& other) noexcept : account_(std::move(other.account_)) {}
  StreamPlace& operator=(StreamPlace&& other) noexcept {
    std::swap(account_, other.account_);
    return *this;
  }
  ~StreamPlace() {
    if (account_ != nullptr) account_->CloseStream();
  }

 private:
  std::shared_ptr<CallerAccount> account_;
};

}  // namespace citylayers::access

#endif  // CITYLAYERS_SERVICES_ACCESS_CALLER_ACCOUNT_H_
