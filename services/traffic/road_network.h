// The road graph, as used by the jam detection.
#ifndef CITYLAYERS_SERVICES_TRAFFIC_ROAD_NETWORK_H_
#define CITYLAYERS_SERVICES_TRAFFIC_ROAD_NETWORK_H_

#include <cstdint>
#include <functional>
#include <span>

namespace citylayers::traffic {

/// Directed segments 0 to size - 1. All spans and functions must outlive the calls that use them.
struct RoadNetwork {
  std::uint32_t size = 0;
  std::function<std::span<const std::uint32_t>(std::uint32_t)> successors;
  std::function<double(std::uint32_t)> length_m;
  std::function<double(std::uint32_t)> reference_speed_kmh;  // > 0
  std::function<std::uint64_t(std::uint32_t)> stable_id;
  /// The opposite direction of the same stretch; kNoTwin when it is one-way.
  static constexpr std::uint32_t kNoTwin = 0xFFFFFFFF;
  std::function<std::uint32_t(std::uint32_t)> twin;
  /// The street that a segment belongs to; 0 when it has none.
  std::function<std::uint32_t(std::uint32_t)> street;
};

}  // namespace citylayers::traffic

#endif  // CITYLAYERS_SERVICES_TRAFFIC_ROAD_NETWORK_H_
