// The stations of a city pack, which seed the registry once.
#ifndef CITYLAYERS_STORAGE_PACK_STATION_H_
#define CITYLAYERS_STORAGE_PACK_STATION_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "base/lon_lat.h"
#include "base/threshold.h"

namespace citylayers::storage {

/// One quantity at a station.
struct PackMeasure {
  std::string kind;  // water_level, rainfall, speed, flow, occupancy or depth
  std::string unit;  // m, mm, km/h, ...
  int decimals = 0;  // significant decimals, 0..6
  absl::Duration period;
  std::string vertical_datum;  // "hondau" for heights, else empty
  double min_value = 0;        // smallest and largest valid value
  double max_value = 0;
  std::vector<Threshold> thresholds;  // ascending
  friend bool operator==(const PackMeasure&, const PackMeasure&) = default;
};

/// A fixed measuring place. `id` is the {id} of `stations/{id}`: [a-z0-9-]+.
struct PackStation {
  std::string id;
  std::string name_vi;
  std::string name_en;
  LonLat location;
  std::vector<PackMeasure> measures;  // each kind at most once
  friend bool operator==(const PackStation&, const PackStation&) = default;
};

/// Text of `stations.toml`. Equal stations give equal text; Parse(Format(s)) == s.
std::string FormatStations(const std::vector<PackStation>& stations);

/// DATA_LOSS: not TOML, or a missing or invalid field (the message names the station).
/// FAILED_PRECONDITION: a newer version than this program's.
absl::StatusOr<std::vector<PackStation>> ParseStations(std::string_view text);

}  // namespace citylayers::storage

#endif  // CITYLAYERS_STORAGE_PACK_STATION_H_
