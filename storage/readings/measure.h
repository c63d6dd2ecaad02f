// The records of the registry: measures and stations.
#ifndef CITYLAYERS_STORAGE_READINGS_MEASURE_H_
#define CITYLAYERS_STORAGE_READINGS_MEASURE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

#include "base/lon_lat.h"
#include "base/threshold.h"

namespace citylayers::storage {

/// Longest name of a measure: "stations", an id of 63, "measures" and a kind of 63 characters.
inline constexpr std::size_t kMeasureNameBytesMax = 145;

/// One quantity at a station or on a segment. Its readings are one series.
struct MeasureDef {
  std::string name;  ///< `stations/{id}/measures/{kind}` or `segments/{id}/measures/{kind}`
  std::string unit;  ///< text for people: m, mm, km/h
  int decimals = 0;  ///< significant decimals, 0 to 6
  std::int64_t period_ms = 0;         ///< expected time between readings; 0: unknown
  std::string vertical_datum;         ///< for heights: "hondau"
  double min_value = 0;               ///< smallest valid value
  double max_value = 0;               ///< largest valid value
  std::vector<Threshold> thresholds;  ///< ascending
  friend bool operator==(const MeasureDef&, const MeasureDef&) = default;
};

/// A fixed measuring place. Its measures are those named after it.
struct StationDef {
  std::string id;
  std::string name_vi;
  std::string name_en;
  LonLat location;
  friend bool operator==(const StationDef&, const StationDef&) = default;
};

/// The parts of a measure's name.
struct MeasureName {
  std::string_view collection;  ///< "stations" or "segments"
  std::string_view id;          ///< "-" stands for all ids where a pattern is allowed
  std::string_view kind;
  bool is_pattern() const { return id == "-"; }
};

/// Splits a measure's name; the parts view `name`. Ids have 1 to 63 letters, digits, `_`, `-`, `.`;
/// kinds lower-case letters, digits and `_`. INVALID_ARGUMENT: anything else.
absl::StatusOr<MeasureName> ParseMeasureName(std::string_view name);

/// INVALID_ARGUMENT when the definition cannot be stored: an invalid name, decimals outside 0..6,
/// min over max, a number that is not finite, a negative period, or text that is too long.
absl::Status CheckMeasure(const MeasureDef& measure);

/// Encoding of a measure or a station (docs/formats/readings.md), and its inverse. DATA_LOSS when
/// bytes are damaged.
std::string EncodeMeasure(const MeasureDef& measure);
absl::StatusOr<MeasureDef> DecodeMeasure(std::string_view bytes);
std::string EncodeStation(const StationDef& station);
absl::StatusOr<StationDef> DecodeStation(std::string_view bytes);

}  // namespace citylayers::storage

#endif  // CITYLAYERS_STORAGE_READINGS_MEASURE_H_
