// Writes OpenStreetMap extracts for tests.
#ifndef CITYLAYERS_TESTS_SUPPORT_OSM_FILE_H_
#define CITYLAYERS_TESTS_SUPPORT_OSM_FILE_H_

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>

namespace citylayers::test_support {

/// Writes the objects of an OPL text (one per line: "n1 x106.7 y10.77", "w1 Thighway=primary
/// Nn1,n2") to `path`. `format` is libosmium's: "pbf", "pbf,locations_on_ways=true", "osh.pbf".
/// Writes only the nodes in `nodes`, or all when it is empty. Throws the exceptions of libosmium.
void WriteOsmFile(const std::string& path, std::string_view opl, const std::string& format = "pbf",
                  const std::set<std::int64_t>& nodes = {});

/// Copies an extract like `osmium add-locations-to-ways`: ways get the places of their nodes, and
/// nodes without tags are removed.
void AddPlacesToWays(const std::string& from, const std::string& to);

/// Number of nodes in a file. Throws the exceptions of libosmium.
std::size_t CountNodes(const std::string& path);

}  // namespace citylayers::test_support

#endif  // CITYLAYERS_TESTS_SUPPORT_OSM_FILE_H_
