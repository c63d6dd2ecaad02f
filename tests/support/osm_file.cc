#include "tests/support/osm_file.h"

#include <osmium/handler/node_locations_for_ways.hpp>
#include <osmium/index/map/flex_mem.hpp>
#include <osmium/io/opl_input.hpp>
#include <osmium/io/pbf_input.hpp>
#include <osmium/io/pbf_output.hpp>
#include <osmium/visitor.hpp>

namespace citylayers::test_support {

namespace {

// Writes the nodes selected by `keep` and all other objects, with places in the ways.
template <typename Keep>
void Copy(const osmium::io::File& from, const osmium::io::File& to, Keep keep) {
  using Index = osmium::index::map::FlexMem<osmium::unsigned_object_id_type, osmium::Location>;
  osmium::io::Reader reader(from);
  osmium::io::Writer writer(to, osmium::io::overwrite::allow);
  Index positive, negative;
  osmium::handler::NodeLocationsForWays<Index, Index> places(positive, negative);
  places.ignore_errors();
  while (osmium::memory::Buffer buffer = reader.read()) {
    osmium::apply(buffer, places);
    for (const osmium::OSMObject& object : buffer.select<osmium::OSMObject>()) {
      if (object.type() != osmium::item_type::node || keep(object)) writer(object);
    }
  }
  writer.close();
  reader.close();
}

}  // namespace

void WriteOsmFile(const std::string& path, std::string_view opl, const std::string& format,
                  const std::set<std::int64_t>& nodes) {
  Copy(osmium::io::File(opl.data(), opl.size(), "opl"), osmium::io::File(path, format),
       [&](const osmium::OSMObject& node) { return nodes.empty() || nodes.contains(node.id()); });
}

void AddPlacesToWays(const std::string& from, const std::string& to) {
  Copy(osmium::io::File(from, "pbf"), osmium::io::File(to, "pbf,locations_on_ways=true"),
       [](const osmium::OSMObject& node) { return !node.tags().empty(); });
}

std::size_t CountNodes(const std::string& path) {
  osmium::io::Reader reader(path, osmium::osm_entity_bits::node);
  std::size_t count = 0;
  while (const osmium::memory::Buffer buffer = reader.read()) {
    for (const osmium::Node& node : buffer.select<osmium::Node>()) count += node.id() != 0 ? 1 : 0;
  }
  reader.close();
  return count;
}

}  // namespace citylayers::test_support
