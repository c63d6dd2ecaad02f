// Due times of many series, distributed evenly.
#ifndef CITYLAYERS_SERVICES_TOOLS_REPLAY_TIMETABLE_H_
#define CITYLAYERS_SERVICES_TOOLS_REPLAY_TIMETABLE_H_

#include <cstdint>

#include "absl/time/time.h"

namespace citylayers::replay {

/// The offset of series `index` within its period, whole seconds. Steps by the golden ratio, so
/// that the load is even over time, and neighbours on the map are not updated one after the other
/// like a wave.
inline absl::Duration PhaseOf(std::uint32_t index, absl::Duration period) {
  const std::uint32_t turn = index * 2654435769u;  // 2^32 / golden ratio
  const auto seconds = static_cast<std::uint64_t>(absl::ToInt64Seconds(period));
  return absl::Seconds(static_cast<std::int64_t>((turn * seconds) >> 32));
}

/// Calls visit(at) for each at = phase + k x period with from < at <= to and k a multiple of thin
/// (k counts from 0). REQUIRES: from >= 0, whole seconds in period and phase.
template <typename Visit>
void ForEachDue(absl::Duration from, absl::Duration to, absl::Duration period, absl::Duration phase,
                int thin, Visit visit) {
  const absl::Duration stride = period * thin;
  absl::Duration rest;
  const std::int64_t k = from < phase ? 0 : absl::IDivDuration(from - phase, stride, &rest) + 1;
  for (absl::Duration at = phase + stride * k; at <= to; at += stride) visit(at);
}

}  // namespace citylayers::replay

#endif  // CITYLAYERS_SERVICES_TOOLS_REPLAY_TIMETABLE_H_
