// The limits of a caller.
#ifndef CITYLAYERS_SERVICES_ACCESS_LIMITS_H_
#define CITYLAYERS_SERVICES_ACCESS_LIMITS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "absl/time/time.h"

namespace citylayers::access {

/// What a caller is limited in.
enum class LimitKind : std::uint8_t {
  kCalls,     // calls and HTTP requests that begin
  kStreams,   // streams that are open
  kReadings,  // readings that the caller writes
  kBytes,     // bytes of messages and bodies, received and sent together
  kFailures,  // calls with invalid credentials
};
inline constexpr std::size_t kLimitKinds = 5;

/// "calls", "streams", ...
constexpr std::string_view WordOf(LimitKind kind) {
  constexpr std::string_view kWords[kLimitKinds] = {"calls", "streams", "readings", "bytes",
                                                    "failures"};
  return kWords[static_cast<std::size_t>(kind)];
}

/// 0: no limit.
struct Limits {
  double calls_per_s = 0;
  double streams_max = 0;
  double readings_per_s = 0;
  double bytes_per_s = 0;

  bool has_any() const {
    return calls_per_s > 0 || streams_max > 0 || readings_per_s > 0 || bytes_per_s > 0;
  }
  friend bool operator==(const Limits&, const Limits&) = default;
};

/// The limits of one key that differ from the defaults; 0: no limit.
struct KeyLimits {
  std::optional<std::int64_t> calls_per_s;
  std::optional<std::int64_t> streams_max;
  std::optional<std::int64_t> readings_per_s;
  std::optional<std::int64_t> bytes_per_s;

  bool has_any() const { return calls_per_s || streams_max || readings_per_s || bytes_per_s; }
  friend bool operator==(const KeyLimits&, const KeyLimits&) = default;
};

inline Limits LimitsOf(const KeyLimits& own, const Limits& defaults) {
  const auto either = [](const std::optional<std::int64_t>& value, double otherwise) {
    return value ? static_cast<double>(*value) : otherwise;
  };
  return {.calls_per_s = either(own.calls_per_s, defaults.calls_per_s),
          .streams_max = either(own.streams_max, defaults.streams_max),
          .readings_per_s = either(own.readings_per_s, defaults.readings_per_s),
          .bytes_per_s = either(own.bytes_per_s, defaults.bytes_per_s)};
}

/// Why a caller was refused.
struct LimitRefusal {
  LimitKind kind = LimitKind::kCalls;
  double limit = 0;     // its value, per second unless kStreams
  absl::Duration wait;  // after which it may try again
};

}  // namespace citylayers::access

#endif  // CITYLAYERS_SERVICES_ACCESS_LIMITS_H_
