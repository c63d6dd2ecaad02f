// A reader of roads from an OpenStreetMap extract.
#ifndef CITYLAYERS_GEO_ROADS_OSM_READER_H_
#define CITYLAYERS_GEO_ROADS_OSM_READER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "geo/roads/way.h"

namespace citylayers::geo {

struct OsmReadOptions {
  std::size_t max_ways = 20'000'000;
  /// Called periodically with the share of the file that has been read, 0 to 1; false stops.
  std::function<bool(double)> progress;
};

/// A number of roads and the id of one, for inspection.
struct OsmCount {
  std::size_t ways = 0;
  std::int64_t example = 0;  // the source's id of the first

  void Add(std::int64_t way_id) {
    if (ways++ == 0) example = way_id;
  }
};

/// The roads of an extract, with the ones that were incomplete or omitted.
struct OsmRoads {
  std::vector<Way> ways;  // in file order
  OsmCount broken;        // some nodes in the middle are missing: split there (Way::gaps)
  OsmCount shortened;     // only nodes at an end are missing, as at the edge of a cut extract
  OsmCount lost;          // no two consecutive nodes are present: omitted
  std::size_t missing_nodes = 0;  // node references of roads to nodes that are not in the extract
  OsmCount closed;                // closed to vehicles, or disused (osm_tags.h): omitted
  OsmCount not_utf8;              // the name is not UTF-8: repaired with U+FFFD
};

/// Reads the ways of an .osm.pbf file that are roads for vehicles (osm_tags.h), with canonical
/// names (base/text.h). Positions of nodes are taken from the ways themselves when they have them
/// (`osmium add-locations-to-ways`), otherwise from the nodes, which must precede the ways. The
/// negative ids of objects that were never uploaded become ids from 2^40 - 1 downwards. Memory:
/// about 16 bytes per node.
/// NOT_FOUND: no such file. INVALID_ARGUMENT: not an .osm.pbf, damaged or truncated, a history
/// file, nodes after ways, or no road in it. RESOURCE_EXHAUSTED: more than max_ways. CANCELLED:
/// `progress` returned false.
absl::StatusOr<OsmRoads> ReadOsmRoads(const std::string& path, const OsmReadOptions& options = {});

}  // namespace citylayers::geo

#endif  // CITYLAYERS_GEO_ROADS_OSM_READER_H_
