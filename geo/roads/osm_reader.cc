#include "geo/roads/osm_reader.h"

#include <exception>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include <osmium/handler/node_locations_for_ways.hpp>
#include <osmium/index/map/flex_mem.hpp>
#include <osmium/io/pbf_input.hpp>
#include <osmium/osm/way.hpp>
#include <osmium/visitor.hpp>
#include <sys/stat.h>

#include "geo/roads/osm_tags.h"
#include "proto/support/status_macros.h"

namespace citylayers::geo {
namespace {

using LocationIndex =
    osmium::index::map::FlexMem<osmium::unsigned_object_id_type, osmium::Location>;
using LocationHandler = osmium::handler::NodeLocationsForWays<LocationIndex>;

// Takes the roads out of the stream of ways.
class RoadHandler : public osmium::handler::Handler {
 public:
  void way(const osmium::Way& source) {
    const auto tag = [&](const char* key) {
      return std::string_view(source.tags().get_value_by_key(key, ""));
    };
    const std::optional<RoadClass> road_class = ParseHighway(tag("highway"));
    if (!road_class || tag("area") == "yes" || source.id() <= 0) return;
    Way way;
    for (const osmium::NodeRef& node : source.nodes()) {
      if (!node.location().valid()) continue;
      // A node twice in a row is a slip of the mapper and would cut a segment of no length.
      if (!way.nodes.empty() && way.nodes.back() == node.ref()) continue;
      way.nodes.push_back(node.ref());
      way.points.push_back({node.location().lon(), node.location().lat()});
    }
    if (way.nodes.size() < 2) return;
    way.id = source.id();
    way.name = tag("name");
    way.road_class = *road_class;
    way.oneway = ParseOneway(tag("oneway"), tag("junction"), tag("highway"));
    way.lanes = ParseLanes(tag("lanes"));
    way.max_speed_kmh = ParseMaxSpeedKmh(tag("maxspeed"));
    way.bridge = ParsePresence(tag("bridge"));
    way.tunnel = ParsePresence(tag("tunnel"));
    ways_.push_back(std::move(way));
  }

  std::vector<Way>& ways() { return ways_; }

 private:
  std::vector<Way> ways_;
};

absl::Status ReadInto(const std::string& path, const OsmReadOptions& options, RoadHandler* roads) {
  osmium::io::Reader reader(osmium::io::File(path, "pbf"),
                            osmium::osm_entity_bits::node | osmium::osm_entity_bits::way);
  const double file_bytes = static_cast<double>(reader.file_size());
  LocationIndex index;
  LocationHandler locations(index);
  locations.ignore_errors();
  while (osmium::memory::Buffer buffer = reader.read()) {
    osmium::apply(buffer, locations, *roads);
    if (roads->ways().size() > options.max_ways) {
      return absl::ResourceExhaustedError(
          absl::StrCat(path, " has more than ", options.max_ways, " roads (max_ways)"));
    }
    if (options.progress && !options.progress(static_cast<double>(reader.offset()) / file_bytes)) {
      return absl::CancelledError(absl::StrCat("reading ", path, " was stopped"));
    }
  }
  reader.close();
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<Way>> ReadOsmWays(const std::string& path,
                                             const OsmReadOptions& options) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) {
    return absl::ErrnoToStatus(errno, absl::StrCat("cannot read the OSM extract ", path));
  }
  RoadHandler roads;
  try {
    RETURN_IF_ERROR(ReadInto(path, options, &roads));
  } catch (const std::exception& error) {
    return absl::InvalidArgumentError(absl::StrCat(path, " is not a whole .osm.pbf file (",
                                                   error.what(), "); download or cut it again"));
  }
  if (roads.ways().empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        path, " has no ways with a highway tag of a road for vehicles; was it cut with its ways?"));
  }
  return std::move(roads.ways());
}

}  // namespace citylayers::geo
