#include "services/runtime/rpc/stream_ends.h"

#include <algorithm>

#include <prometheus/counter.h>

#include "services/runtime/rpc/error_details.h"

namespace citylayers::runtime {
namespace {

// gRPC's own jitter is 0.1 to both sides: a stream is older than every connection of its age.
constexpr double kYoungest = 1.1;
constexpr absl::Duration kReturnOfAged = absl::Seconds(1);

}  // namespace

StreamEnds::StreamEnds(Options options, Metrics& metrics) : options_(options), metrics_(metrics) {}

double StreamEnds::NextFraction() {
  constexpr std::uint64_t kGolden = 0x9E3779B97F4A7C15;  // 2^64 divided by the golden ratio
  const std::uint64_t bits = sequence_.fetch_add(kGolden, std::memory_order_relaxed);
  return static_cast<double>(bits >> 11) * 0x1p-53;
}

absl::Time StreamEnds::EndOf(absl::Time now) {
  return now + options_.age_max * (kYoungest + (kOldest - kYoungest) * NextFraction());
}

absl::Status StreamEnds::Aged() {
  metrics_
      .Counter("citylayers_rpc_streams_aged_total",
               "Streams ended because of their age (grpc.connection_age_max).")
      .Increment();
  return WithRetryAfter(
      WithReason(absl::UnavailableError(
                     "the stream has reached its age (grpc.connection_age_max); connect again"),
                 kReasonStreamAge),
      std::min(options_.return_spread, kReturnOfAged) * NextFraction());
}

absl::Status StreamEnds::Stopping() {
  return WithRetryAfter(
      WithReason(absl::UnavailableError("the server is stopping; connect again"), kReasonStopping),
      options_.return_spread * NextFraction());
}

}  // namespace citylayers::runtime
