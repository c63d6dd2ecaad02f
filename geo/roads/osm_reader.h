// Roads out of an OpenStreetMap extract.
#ifndef CITYLAYERS_GEO_ROADS_OSM_READER_H_
#define CITYLAYERS_GEO_ROADS_OSM_READER_H_

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "geo/roads/way.h"

namespace citylayers::geo {

struct OsmReadOptions {
  std::size_t max_ways = 20'000'000;
  /// Called now and then with the share of the file that has been read, 0 to 1; false stops.
  std::function<bool(double)> progress;
};

/// The ways of an .osm.pbf file that are roads for vehicles (osm_tags.h), in file order. Nodes that
/// the extract does not hold are left out of their way. Needs nodes before ways, as every usual
/// extract has them; memory about 16 bytes a node.
/// NOT_FOUND: no such file. INVALID_ARGUMENT: not an .osm.pbf, damaged or truncated, or no road in
/// it. RESOURCE_EXHAUSTED: more than max_ways. CANCELLED: `progress` said so.
absl::StatusOr<std::vector<Way>> ReadOsmWays(const std::string& path,
                                             const OsmReadOptions& options = {});

}  // namespace citylayers::geo

#endif  // CITYLAYERS_GEO_ROADS_OSM_READER_H_
