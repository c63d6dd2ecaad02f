// The gauges of the embedded Ho Chi Minh City: real names, approximate positions.
//
//   for (const saigon::StationSpec& s : saigon::Stations()) Register(s.id, s.name_vi, s.at);
#ifndef CITYLAYERS_SAMPLES_SAIGON_STATIONS_H_
#define CITYLAYERS_SAMPLES_SAIGON_STATIONS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"

#include "base/lon_lat.h"

namespace citylayers::saigon {

enum class StationKind : std::uint8_t { kWaterLevel = 0, kRain = 1 };

struct StationSpec {
  std::string id;  // [a-z0-9-]+, as in the resource name stations/{id}
  std::string name_vi;
  std::string name_en;
  StationKind kind = StationKind::kWaterLevel;
  LonLat at;
  /// Alert levels I, II, III (báo động) in metres over Hòn Dấu; empty when none are defined.
  std::vector<double> thresholds_m;
  absl::Duration period = absl::Minutes(10);  // between two readings
};

/// Water levels first, upstream to downstream, then rain gauges.
std::vector<StationSpec> Stations();

}  // namespace citylayers::saigon

#endif  // CITYLAYERS_SAMPLES_SAIGON_STATIONS_H_
