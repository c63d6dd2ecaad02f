// OpenStreetMap extracts drawn in a test.
#ifndef CITYLAYERS_TESTS_SUPPORT_OSM_FILE_H_
#define CITYLAYERS_TESTS_SUPPORT_OSM_FILE_H_

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>

namespace citylayers::test_support {

/// Writes the objects of an OPL text (one a line: "n1 x106.7 y10.77", "w1 Thighway=primary Nn1,n2")
/// to `path`. `format` is libosmium's: "pbf", "pbf,locations_on_ways=true", "osh.pbf". Of the nodes
/// only those in `nodes` are written, all when it is empty. Throws what libosmium throws.
void WriteOsmFile(const std::string& path, std::string_view opl, const std::string& format = "pbf",
                  const std::set<std::int64_t>& nodes = {});

/// Copies an extract as `osmium add-locations-to-ways` does: ways get the places of their nodes,
/// and nodes without tags go.
void AddPlacesToWays(const std::string& from, const std::string& to);

/// How many nodes a file has. Throws what libosmium throws.
std::size_t CountNodes(const std::string& path);

}  // namespace citylayers::test_support

#endif  // CITYLAYERS_TESTS_SUPPORT_OSM_FILE_H_
