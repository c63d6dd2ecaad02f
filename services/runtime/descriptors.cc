#include "services/runtime/descriptors.h"

#include <algorithm>
#include <limits>

#include <sys/resource.h>

namespace citylayers::runtime {

std::int64_t RaiseDescriptorLimit(std::int64_t wanted) {
  constexpr std::int64_t kUnknown = 1024;  // the usual soft limit on Linux
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return kUnknown;
  const auto clamped = [](rlim_t value) {
    constexpr auto kMax = static_cast<rlim_t>(std::numeric_limits<std::int32_t>::max());
    return static_cast<std::int64_t>(std::min(value, kMax));
  };
  const std::int64_t soft = clamped(limit.rlim_cur);
  const std::int64_t target = std::min(clamped(limit.rlim_max), wanted);
  if (target <= soft) return soft;
  limit.rlim_cur = static_cast<rlim_t>(target);
  return setrlimit(RLIMIT_NOFILE, &limit) == 0 ? target : soft;
}

int ConnectionDescriptorsEnd(std::int64_t limit, std::int64_t reserve) {
  const std::int64_t end = std::max(limit - reserve, limit / 2);
  return static_cast<int>(std::min<std::int64_t>(end, std::numeric_limits<int>::max()));
}

}  // namespace citylayers::runtime
