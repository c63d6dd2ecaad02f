// The named streets of an OpenStreetMap extract, for comparison with the embedded city.
#ifndef CITYLAYERS_TESTS_CONFORMANCE_SAIGON_OSM_STREETS_H_
#define CITYLAYERS_TESTS_CONFORMANCE_SAIGON_OSM_STREETS_H_

#include <map>
#include <string>
#include <vector>

#include "base/lon_lat.h"

namespace citylayers::conformance {

/// Lines by bare name: leading words like "Đường" and "Đại lộ" are removed.
using StreetLines = std::map<std::string, std::vector<std::vector<LonLat>>>;

/// Reads all named highways. Throws what libosmium throws on a damaged file.
StreetLines ReadOsmStreets(const std::string& path);

/// "Đường Nguyễn Huệ" -> "Nguyễn Huệ".
std::string BareName(std::string name);

}  // namespace citylayers::conformance

#endif  // CITYLAYERS_TESTS_CONFORMANCE_SAIGON_OSM_STREETS_H_
