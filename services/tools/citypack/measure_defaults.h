// Default measures of gauges by kind, used when the source does not define them.
#ifndef CITYLAYERS_SERVICES_TOOLS_CITYPACK_MEASURE_DEFAULTS_H_
#define CITYLAYERS_SERVICES_TOOLS_CITYPACK_MEASURE_DEFAULTS_H_

#include <optional>
#include <string_view>
#include <vector>

#include "storage/pack/station.h"

namespace citylayers::citypack {

/// The measure of a kind: water_level, rainfall, speed, flow, occupancy or depth ("rain" and
/// "level" are accepted as well). nullopt for any other word.
std::optional<storage::PackMeasure> DefaultMeasure(std::string_view kind);

/// Alert levels I, II, III (báo động) at the given values; fewer values give fewer levels.
std::vector<Threshold> AlertLevels(const std::vector<double>& values_m);

}  // namespace citylayers::citypack

#endif  // CITYLAYERS_SERVICES_TOOLS_CITYPACK_MEASURE_DEFAULTS_H_
