// The traffic of the generated day: rush hours that spread through the city, and queues at known
// bottlenecks. Part of scenario.h.
#ifndef CITYLAYERS_SAMPLES_SAIGON_TRAFFIC_DAY_H_
#define CITYLAYERS_SAMPLES_SAIGON_TRAFFIC_DAY_H_

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "base/lon_lat.h"
#include "geo/roads/way.h"

namespace citylayers::saigon {

/// One directed stretch of road, with the properties that the scenario needs.
struct SegmentInput {
  std::uint64_t stable_id = 0;
  LonLat mid;
  geo::RoadClass road_class = geo::RoadClass::kLocal;
  double reference_speed_kmh = 40;  // free speed; > 0
  /// Direction of travel, degrees clockwise from north; negative: unknown. Queues in one direction
  /// only (towards a bridge) then fill both.
  double bearing_deg = -1;
};

/// Immutable after construction; thread-safe.
class TrafficDay {
 public:
  explicit TrafficDay(std::uint64_t seed);

  /// Speed as a fraction of the reference speed, 0.03..1.1. `hour` is 0..24, local;
  /// rain_mm_per_hour slows all traffic.
  double Ratio(const SegmentInput& segment, double hour, double rain_mm_per_hour) const;

 private:
  struct Queue {
    double head_x_m = 0, head_y_m = 0;
    double length_m = 0;
    double morning = 0, evening = 0;
    double worst_ratio = 1;
    int direction = 0;  // 1: towards the head, -1: away from it, 0: both
  };
  // A place on a street where a queue may be.
  struct Mark {
    double x_m = 0, y_m = 0;
    int queue = 0;
  };

  double QueueRatio(const SegmentInput& segment, double hour) const;

  std::uint64_t seed_;
  std::vector<Queue> queues_;
  std::unordered_map<std::int64_t, std::vector<Mark>> marks_;  // by cells of 60 m
};

}  // namespace citylayers::saigon

#endif  // CITYLAYERS_SAMPLES_SAIGON_TRAFFIC_DAY_H_
