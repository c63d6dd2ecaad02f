#include "services/access/caller_account.h"

namespace citylayers::access {
namespace {

// When a stream of the caller ends is not known.
constexpr absl::Duration kStreamsWait = absl::Seconds(5);

}  // namespace

CallerAccount::CallerAccount(const Limits& limits, double failures_per_s,
                             std::shared_ptr<LimitCounts> refused)
    : limits_(limits),
      refused_(std::move(refused)),
      calls_(limits.calls_per_s),
      readings_(limits.readings_per_s),
      bytes_(limits.bytes_per_s),
      failures_(failures_per_s) {}

LimitRefusal CallerAccount::Refused(LimitKind kind, double limit, absl::Duration wait) {
  (*refused_)[static_cast<std::size_t>(kind)].fetch_add(1, std::memory_order_relaxed);
  return {.kind = kind, .limit = limit, .wait = wait};
}

std::optional<LimitRefusal> CallerAccount::TakeCall(absl::Time now) {
  absl::MutexLock lock(&mutex_);
  if (const absl::Duration wait = bytes_.Wait(now); wait > absl::ZeroDuration()) {
    return Refused(LimitKind::kBytes, limits_.bytes_per_s, wait);
  }
  if (const absl::Duration wait = calls_.Take(1, now); wait > absl::ZeroDuration()) {
    return Refused(LimitKind::kCalls, limits_.calls_per_s, wait);
  }
  return std::nullopt;
}

std::optional<LimitRefusal> CallerAccount::TakeReadings(double count, absl::Time now) {
  absl::MutexLock lock(&mutex_);
  if (const absl::Duration wait = readings_.Take(count, now); wait > absl::ZeroDuration()) {
    return Refused(LimitKind::kReadings, limits_.readings_per_s, wait);
  }
  return std::nullopt;
}

void CallerAccount::ChargeReadings(double count, absl::Time now) {
  absl::MutexLock lock(&mutex_);
  readings_.Charge(count, now);
}

void CallerAccount::ChargeBytes(double count, absl::Time now) {
  if (!limits_bytes()) return;
  absl::MutexLock lock(&mutex_);
  bytes_.Charge(count, now);
}

absl::Duration CallerAccount::BytesWait(absl::Time now) {
  if (!limits_bytes()) return absl::ZeroDuration();
  absl::MutexLock lock(&mutex_);
  return bytes_.Wait(now);
}

absl::Duration CallerAccount::ReadingsWait(absl::Time now) {
  absl::MutexLock lock(&mutex_);
  return readings_.Wait(now);
}

std::optional<LimitRefusal> CallerAccount::OpenStream() {
  absl::MutexLock lock(&mutex_);
  if (limits_.streams_max > 0 && streams_ >= limits_.streams_max) {
    return Refused(LimitKind::kStreams, limits_.streams_max, kStreamsWait);
  }
  ++streams_;
  return std::nullopt;
}

void CallerAccount::CloseStream() {
  absl::MutexLock lock(&mutex_);
  --streams_;
}

std::optional<LimitRefusal> CallerAccount::TakeFailure(absl::Time now) {
  absl::MutexLock lock(&mutex_);
  if (const absl::Duration wait = failures_.Take(1, now); wait > absl::ZeroDuration()) {
    return Refused(LimitKind::kFailures, failures_.rate_per_s(), wait);
  }
  return std::nullopt;
}

}  // namespace citylayers::access
