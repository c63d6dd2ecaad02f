// A generated day in Ho Chi Minh City: two rush hours, a 100 mm storm, and a spring tide of 1.70 m
// during the evening rush. Deterministic: a value is a function of seed, place and time, so
// readings can be requested in any order and by any number of callers.
//
//   saigon::Scenario day({.seed = 7});
//   double m = day.StageM("phu-an", absl::Hours(18));                    // 1.70
//   double v = day.SpeedKmh({.stable_id = 42, .mid = p, ...}, absl::Hours(7.5));
#ifndef CITYLAYERS_SAMPLES_SAIGON_SCENARIO_H_
#define CITYLAYERS_SAMPLES_SAIGON_SCENARIO_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"

#include "base/lon_lat.h"
#include "geo/roads/way.h"
#include "samples/saigon/stations.h"
#include "samples/saigon/storm.h"
#include "samples/saigon/traffic_day.h"

namespace citylayers::saigon {

/// The entry of a scenario in a list.
struct ScenarioInfo {
  std::string id;
  std::string title_vi;
  std::string title_en;
  std::string description_vi;
  std::string description_en;
  std::string local_date;  // YYYY-MM-DD in Asia/Ho_Chi_Minh: the day played by default
};

/// The embedded scenarios: "saigon-king-tide".
std::vector<ScenarioInfo> Scenarios();

struct ScenarioOptions {
  std::uint64_t seed = 1698;
};

/// Value type, immutable after construction, thread-safe. Construction takes some
/// 0.1 s, each call about 1 us; times are taken modulo length().
class Scenario {
 public:
  explicit Scenario(ScenarioOptions options);

  /// 24 hours, from local midnight.
  absl::Duration length() const { return absl::Hours(24); }
  /// Mean speed of the segment's traffic, km/h, > 0, rounded to 0.1. Free flow at night; below 0.25
  /// of the reference speed in queues, below 0.10 where traffic stands.
  double SpeedKmh(const SegmentInput& segment, absl::Duration since_midnight) const;
  /// Water level in metres over Hòn Dấu, rounded to 1 mm. The day's high at Phú An is exactly 1.70
  /// m at 18:00. 0 for an id that is not a water-level station.
  double StageM(std::string_view station_id, absl::Duration since_midnight) const;
  /// Rain in (t - interval, t], mm, rounded to 0.1. 0 for an id that is not a rain gauge.
  double RainMm(std::string_view station_id, absl::Duration t, absl::Duration interval) const;

 private:
  TrafficDay traffic_;
  Storm storm_;
  std::map<std::string, StationSpec, std::less<>> stations_;
};

}  // namespace citylayers::saigon

#endif  // CITYLAYERS_SAMPLES_SAIGON_SCENARIO_H_
