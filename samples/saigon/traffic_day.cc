#include "samples/saigon/traffic_day.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>

#include "absl/strings/str_split.h"

#include "samples/saigon/embedded.h"
#include "samples/saigon/main_streets.h"
#include "samples/saigon/plane.h"
#include "samples/saigon/tsv.h"
#include "samples/saigon/waterways.h"

namespace citylayers::saigon {
namespace {

constexpr double kCellM = 60;
constexpr double kOnStreetM =
    28;  // a segment whose midpoint is this near to a queue's street is on it

std::int64_t CellOf(double x, double y) {
  return (static_cast<std::int64_t>(std::floor(x / kCellM)) << 32) ^
         static_cast<std::uint32_t>(static_cast<std::int32_t>(std::floor(y / kCellM)));
}

// 0 outside from..to, 1 at `peak`, smooth between.
double Bump(double hour, double from, double peak, double to) {
  if (hour <= from || hour >= to) return 0;
  const double t = hour < peak ? (hour - from) / (peak - from) : (to - hour) / (to - peak);
  return t * t * (3 - 2 * t);
}

double MorningRush(double hour) { return Bump(hour, 6.25, 7.75, 9.6); }
double EveningRush(double hour) { return Bump(hour, 15.9, 17.9, 20.2); }

// Share of its free speed that a class loses at the peak of the rush, outside queues.
double RushLoss(geo::RoadClass road_class) {
  switch (road_class) {
    case geo::RoadClass::kMotorway:
      return 0.15;
    case geo::RoadClass::kTrunk:
      return 0.38;
    case geo::RoadClass::kPrimary:
      return 0.52;
    case geo::RoadClass::kSecondary:
      return 0.50;
    case geo::RoadClass::kTertiary:
      return 0.42;
    default:
      return 0.22;
  }
}

}  // namespace

TrafficDay::TrafficDay(std::uint64_t seed) : seed_(seed) {
  const std::vector<Street> streets = MainStreets(BankDistance(ReadWaterways()));
  for (const Row& row : ReadTable("jams.tsv", kJamsTsv, 7)) {
    const Point head = ParsePoints(row, row.fields[1], 1)[0];
    Queue queue;
    queue.head_x_m = head.x;
    queue.head_y_m = head.y;
    queue.length_m = ParseNumber(row, row.fields[2]);
    queue.direction = row.fields[3] == "in" ? 1 : row.fields[3] == "out" ? -1 : 0;
    queue.morning = ParseNumber(row, row.fields[4]);
    queue.evening = ParseNumber(row, row.fields[5]);
    queue.worst_ratio = ParseNumber(row, row.fields[6]);
    const int index = static_cast<int>(queues_.size());
    bool found = false;
    for (const Street& street : streets) {
      if (street.name != row.fields[0]) continue;
      for (const Point p : Densify(street.line, 15)) {
        if (Distance(p, head) > queue.length_m) continue;
        marks_[CellOf(p.x, p.y)].push_back({p.x, p.y, index});
        found = true;
      }
    }
    if (!found) BadTable(row, "no main street of this name near the head");
    queues_.push_back(queue);
  }
}

double TrafficDay::QueueRatio(const SegmentInput& segment, double hour) const {
  if (segment.road_class >= geo::RoadClass::kLocal) return 1;
  const Point mid = ToPlane(segment.mid);
  double ratio = 1;
  for (int dx = -1; dx <= 1; ++dx) {
    for (int dy = -1; dy <= 1; ++dy) {
      const auto it = marks_.find(CellOf(mid.x + dx * kCellM, mid.y + dy * kCellM));
      if (it == marks_.end()) continue;
      for (const Mark& mark : it->second) {
        if (Distance(mid, {mark.x_m, mark.y_m}) > kOnStreetM) continue;
        const Queue& queue = queues_[static_cast<std::size_t>(mark.queue)];
        const Point to_head = Point{queue.head_x_m, queue.head_y_m} - mid;
        if (queue.direction != 0 && segment.bearing_deg >= 0) {
          const double bearing = segment.bearing_deg * std::numbers::pi / 180;
          const Point travel = {std::sin(bearing), std::cos(bearing)};
          if (Dot(travel, to_head) * queue.direction < 0) continue;
        }
        // The higher the rush, the longer the queue; it is densest near its head.
        const double share =
            std::max(queue.morning * MorningRush(hour), queue.evening * EveningRush(hour));
        const double reach = queue.length_m * share;
        const double behind = Length(to_head);
        if (share < 0.12 || behind > reach) continue;
        const double depth = 1 - behind / reach;  // 0 at the tail, 1 at the head
        const double standing = std::clamp(depth * 1.5 + share - 1.0, 0.0, 1.0);
        ratio = std::min(ratio, std::lerp(0.23, queue.worst_ratio, standing));
      }
    }
  }
  return ratio;
}

double TrafficDay::Ratio(const SegmentInput& segment, double hour, double rain_mm_per_hour) const {
  const Point mid = ToPlane(segment.mid);
  const double from_centre_km = Length(mid - ToPlane({106.695, 10.778})) / 1000;
  // The morning rush moves in from the outskirts, the evening rush moves out to them.
  const double shift_hours = std::clamp((from_centre_km - 4) * 0.05, -0.3, 0.5);
  const double rush =
      std::max(0.9 * MorningRush(hour + shift_hours), EveningRush(hour - shift_hours));
  const double midday = 0.32 * Bump(hour, 8.5, 11.5, 17.0);
  const double inner = std::clamp(1.15 - from_centre_km * 0.055, 0.35, 1.0);
  const double busy = std::max(rush, midday) * inner;
  const auto own_id = static_cast<std::int64_t>(segment.stable_id);
  const double own = HashUnit(seed_ + 31, own_id) - 0.5;
  double ratio = 1 - RushLoss(segment.road_class) * busy * (1 + 0.5 * own);
  ratio *= 1 - 0.35 * std::clamp(rain_mm_per_hour / 80, 0.0, 1.0);
  // Random variation in steps of five minutes, interpolated so that successive values are close.
  const double step = hour * 12;
  const auto bin = static_cast<std::int64_t>(std::floor(step));
  const double unrest =
      std::lerp(HashUnit(seed_ + 32, own_id, bin), HashUnit(seed_ + 32, own_id, (bin + 1) % 288),
                step - std::floor(step)) -
      0.5;
  ratio += 0.08 * own + 0.10 * unrest * (0.4 + busy);
  const double queue = QueueRatio(segment, hour) * (1 + 0.12 * unrest);
  return std::clamp(std::min(ratio, queue), 0.03, 1.1);
}

}  // namespace citylayers::saigon
