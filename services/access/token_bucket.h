// A limit of a rate.
#ifndef CITYLAYERS_SERVICES_ACCESS_TOKEN_BUCKET_H_
#define CITYLAYERS_SERVICES_ACCESS_TOKEN_BUCKET_H_

#include <algorithm>

#include "absl/time/time.h"

namespace citylayers::access {

/// A bucket of tokens that refills at a constant rate. It holds at most one second's tokens, so
/// that a caller who was idle may send that many at once. `now`: monotonic. Not thread-safe.
///
///   TokenBucket calls(10);
///   if (const absl::Duration wait = calls.Take(1, now); wait > absl::ZeroDuration()) refuse(wait);
class TokenBucket {
 public:
  /// 0: without a limit.
  explicit TokenBucket(double rate_per_s = 0) : rate_per_s_(rate_per_s), tokens_(rate_per_s) {}

  /// Takes `count` tokens and returns zero; or takes none and returns the time after which as many
  /// are there. More than one second's tokens are taken from a full bucket, which then owes the
  /// rest: a batch that is larger than the rate is admitted, and followed by a pause.
  absl::Duration Take(double count, absl::Time now) {
    if (rate_per_s_ <= 0) return absl::ZeroDuration();
    Refill(now);
    const double needed = std::min(count, rate_per_s_);
    if (tokens_ < needed) return absl::Seconds((needed - tokens_) / rate_per_s_);
    tokens_ -= count;
    return absl::ZeroDuration();
  }

  /// Takes `count` tokens that have been used already; the bucket may owe them.
  void Charge(double count, absl::Time now) {
    if (rate_per_s_ <= 0) return;
    Refill(now);
    tokens_ -= count;
  }

  /// The time after which the bucket owes nothing; zero: it owes nothing now.
  absl::Duration Wait(absl::Time now) {
    if (rate_per_s_ <= 0) return absl::ZeroDuration();
    Refill(now);
    return tokens_ >= 0 ? absl::ZeroDuration() : absl::Seconds(-tokens_ / rate_per_s_);
  }

  double rate_per_s() const { return rate_per_s_; }

 private:
  void Refill(absl::Time now) {
    if (now > latest_ && latest_ != absl::InfinitePast()) {
      const double passed_s = absl::ToDoubleSeconds(now - latest_);
      tokens_ = std::min(rate_per_s_, tokens_ + passed_s * rate_per_s_);
    }
    latest_ = std::max(latest_, now);
  }

  double rate_per_s_;
  double tokens_;  // negative: owed
  absl::Time latest_ = absl::InfinitePast();
};

}  // namespace citylayers::access

#endif  // CITYLAYERS_SERVICES_ACCESS_TOKEN_BUCKET_H_
