#include "tests/bench/delta_watch.h"

#include <cstdint>
#include <random>
#include <vector>

#include "absl/time/clock.h"

#include "base/status_macros.h"
#include "services/runtime/rpc/grpc_status.h"

namespace citylayers::bench {
namespace {

using layers::v1::WatchLayerResponse;

constexpr absl::Duration kDeltaTimeout = absl::Seconds(10);

bool Has(const layers::v1::StateRows& rows, std::uint32_t id) {
  std::uint32_t at = 0;
  for (const std::uint32_t gap : rows.id_gaps()) {
    if ((at += gap) == id) return true;
  }
  return false;
}

}  // namespace

Watcher::Watcher(BenchCity& city, absl::Duration life) {
  layers::v1::WatchLayerRequest request;
  request.set_name("layers/traffic");
  request.set_tick_ms(250);
  context_.set_deadline(absl::ToChronoTime(absl::Now() + life));
  stream_ = city.layers().WatchLayer(&context_, request);
}

absl::StatusOr<WatchLayerResponse> Watcher::Next() {
  WatchLayerResponse response;
  while (stream_->Read(&response)) {
    if (response.has_delta() && response.delta().rows_size() > 0) return response;
  }
  RETURN_IF_ERROR(runtime::FromGrpcStatus(stream_->Finish()));
  return absl::UnavailableError("the watch ended");
}

absl::Status Watcher::ReadSnapshot() {
  WatchLayerResponse response;
  if (stream_->Read(&response) && response.has_snapshot()) return absl::OkStatus();
  return absl::UnavailableError("the watch did not begin with a snapshot");
}

absl::StatusOr<Percentiles> AckToDelta(BenchCity& city, int rounds) {
  Watcher watcher(city, kDeltaTimeout + absl::Seconds(rounds));
  RETURN_IF_ERROR(watcher.ReadSnapshot());
  std::mt19937 random(1);
  std::vector<double> times_ms;
  for (int round = 0; round < rounds; ++round) {
    absl::SleepFor(absl::Milliseconds(random() % 250));
    const auto segment = static_cast<std::uint32_t>(random() % city.pack().segments().size());
    RETURN_IF_ERROR(city.WriteSpeeds({segment}, {static_cast<double>(61 + round % 30)}));
    const absl::Time acknowledged = absl::Now();
    while (true) {
      ASSIGN_OR_RETURN(const WatchLayerResponse response, watcher.Next());
      if (Has(response.delta().rows(0), segment)) break;
    }
    times_ms.push_back(absl::ToDoubleMilliseconds(absl::Now() - acknowledged));
  }
  return PercentilesOf(times_ms);
}

}  // namespace citylayers::bench
