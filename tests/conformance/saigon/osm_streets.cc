#include "tests/conformance/saigon/osm_streets.h"

#include <utility>

#include <osmium/handler.hpp>
#include <osmium/handler/node_locations_for_ways.hpp>
#include <osmium/index/map/flex_mem.hpp>
#include <osmium/io/pbf_input.hpp>
#include <osmium/visitor.hpp>

namespace citylayers::conformance {
namespace {

using Index = osmium::index::map::FlexMem<osmium::unsigned_object_id_type, osmium::Location>;

class Collector : public osmium::handler::Handler {
 public:
  void way(const osmium::Way& way) {
    const char* name = way.tags()["name"];
    if (name == nullptr || way.tags()["highway"] == nullptr) return;
    std::vector<LonLat> line;
    for (const osmium::NodeRef& node : way.nodes()) {
      if (node.location().valid()) line.push_back({node.lon(), node.lat()});
    }
    if (line.size() >= 2) lines[BareName(name)].push_back(std::move(line));
  }
  StreetLines lines;
};

}  // namespace

StreetLines ReadOsmStreets(const std::string& path) {
  osmium::io::Reader reader(path, osmium::osm_entity_bits::node | osmium::osm_entity_bits::way);
  Index index;
  osmium::handler::NodeLocationsForWays<Index> locations(index);
  locations.ignore_errors();
  Collector collector;
  osmium::apply(reader, locations, collector);
  reader.close();
  return std::move(collector.lines);
}

std::string BareName(std::string name) {
  for (const std::string prefix : {"Đường ", "Đại lộ ", "Phố "}) {
    if (name.compare(0, prefix.size(), prefix) == 0) name.erase(0, prefix.size());
  }
  return name;
}

}  // namespace citylayers::conformance
