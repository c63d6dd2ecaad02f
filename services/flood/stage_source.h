// The server's side of WatchStages.
#ifndef CITYLAYERS_SERVICES_FLOOD_STAGE_SOURCE_H_
#define CITYLAYERS_SERVICES_FLOOD_STAGE_SOURCE_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>

#include "absl/time/time.h"

#include "base/clock.h"
#include "citylayers/flood/v1/flood_service.pb.h"
#include "services/flood/flood_layer.h"
#include "services/layers/change_source.h"

namespace citylayers::flood {

/// Sends all stages, then those that change, each with the readings that were not sent. A layer
/// that has dropped its state (its log is read again) begins a new snapshot. Memory:
/// the readings of the window. Woken by the layer.
class StageSource final : public layers::ChangeSource<v1::WatchStagesResponse> {
 public:
  /// A message has further stages only up to this many readings, so that it stays far below the
  /// maximum size of a message.
  static constexpr int kReadingsPerMessage = 20'000;

  struct Options {
    absl::Duration readings_window;
    std::size_t readings_max = 0;  // per gauge, the newest
  };

  /// Both clocks must outlive this. `machine_clock` paces heartbeats: a monotonic clock.
  StageSource(std::shared_ptr<const FloodLayer> layer, Options options, const Clock& city_clock,
              const Clock& machine_clock);

 private:
  struct Sent {
    std::string stage;                                  // serialized, without readings
    std::map<std::int64_t, v1::StageReading> readings;  // by Unix time, milliseconds
  };

  void Collect(std::deque<v1::WatchStagesResponse>& messages) override;
  /// Removes the readings of `stage` that were sent; false when nothing of it is left to send.
  static bool TakeUnsent(v1::Stage& stage, Sent& sent);

  const std::shared_ptr<const FloodLayer> layer_;
  const Options options_;
  const Clock& city_clock_;
  std::uint64_t published_ = 0;  // FloodLayer::published() of the last message
  std::uint64_t generation_;     // FloodLayer::generation() of the last message
  bool is_first_ = true;
  std::map<std::string, Sent> sent_;  // by station
};

}  // namespace citylayers::flood

#endif  // CITYLAYERS_SERVICES_FLOOD_STAGE_SOURCE_H_
