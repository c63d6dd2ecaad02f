// Conversion of gRPC deadlines to absl::Time.
#ifndef CITYLAYERS_SERVICES_RUNTIME_RPC_CALL_DEADLINE_H_
#define CITYLAYERS_SERVICES_RUNTIME_RPC_CALL_DEADLINE_H_

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include <grpc/support/time.h>

namespace citylayers::runtime {

/// Clients that mean "no deadline" send very distant ones. A deadline further away than this counts
/// as none: std::chrono cannot hold it, and after an overflow it would be in the past.
inline constexpr absl::Duration kDeadlineMax = absl::Hours(24 * 365 * 100);

/// `deadline`, or InfiniteFuture when it is further away than kDeadlineMax.
inline absl::Time SaturatedDeadline(absl::Time deadline) {
  return deadline > absl::Now() + kDeadlineMax ? absl::InfiniteFuture() : deadline;
}

/// The raw_deadline() of a server context, by the machine's wall clock;
/// InfiniteFuture: no deadline.
inline absl::Time DeadlineOf(gpr_timespec raw) {
  if (gpr_time_cmp(raw, gpr_inf_future(raw.clock_type)) == 0) return absl::InfiniteFuture();
  const gpr_timespec real = gpr_convert_clock_type(raw, GPR_CLOCK_REALTIME);
  return SaturatedDeadline(absl::UnixEpoch() + absl::Seconds(real.tv_sec) +
                           absl::Nanoseconds(real.tv_nsec));
}

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_RPC_CALL_DEADLINE_H_
