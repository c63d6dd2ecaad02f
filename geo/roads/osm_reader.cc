#include "geo/roads/osm_reader.h"

#include <exception>
#include <limits>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include <osmium/handler.hpp>
#include <osmium/index/map/flex_mem.hpp>
#include <osmium/io/pbf_input.hpp>
#include <osmium/osm/node.hpp>
#include <osmium/osm/way.hpp>
#include <osmium/visitor.hpp>
#include <sys/stat.h>

#include "base/status_macros.h"
#include "base/text.h"
#include "geo/roads/osm_tags.h"
#include "geo/roads/stable_id.h"

namespace citylayers::geo {
namespace {

absl::Status HistoryFile(const std::string& path) {
  return absl::InvalidArgumentError(absl::StrCat(
      path, " holds the history of its objects, so roads that were deleted would come back; make ",
      "an extract of one moment of it: osmium time-filter ", path, " -o now.osm.pbf"));
}

// Positions of nodes. Positive and negative ids, each sorted before the first look-up.
class NodePlaces {
 public:
  void Add(const osmium::Node& node) {
    const osmium::unsigned_object_id_type id = node.positive_id();
    unsorted_ = unsorted_ || id < last_id_;
    last_id_ = id;
    (node.id() < 0 ? negative_ : positive_).set(id, node.location());
  }

  osmium::Location Find(const osmium::NodeRef& node) {
    if (unsorted_) {
      positive_.sort();
      negative_.sort();
      unsorted_ = false;
      last_id_ = std::numeric_limits<osmium::unsigned_object_id_type>::max();
    }
    return (node.ref() < 0 ? negative_ : positive_).get_noexcept(node.positive_ref());
  }

 private:
  using Index = osmium::index::map::FlexMem<osmium::unsigned_object_id_type, osmium::Location>;
  Index positive_, negative_;
  osmium::unsigned_object_id_type last_id_ = 0;
  bool unsorted_ = false;
};

// Collects the roads from the stream of objects. The first error is kept.
class RoadHandler : public osmium::handler::Handler {
 public:
  explicit RoadHandler(const std::string& path) : path_(path) {}

  void node(const osmium::Node& node) {
    if (!node.visible() || (node.id() == last_node_ && node_seen_)) Fail(HistoryFile(path_));
    last_node_ = node.id();
    node_seen_ = true;
    if (roads_.missing_nodes > 0) {
      Fail(absl::InvalidArgumentError(absl::StrCat(
          path_, " has nodes after the ways that use them; sort it first: osmium sort ", path_,
          " -o sorted.osm.pbf")));
    }
    places_.Add(node);
  }

  void way(const osmium::Way& source) {
    if (!source.visible()) Fail(HistoryFile(path_));
    const auto tag = [&](const char* key) {
      return std::string_view(source.tags().get_value_by_key(key, ""));
    };
    const std::optional<RoadClass> road_class = ParseHighway(tag("highway"));
    if (!road_class || tag("area") == "yes" || !status_.ok()) return;
    if (IsClosedToVehicles(tag)) return roads_.closed.Add(source.id());
    if (source.id() == 0 || source.id() < -kMaxWayId / 2) {
      return Fail(absl::InvalidArgumentError(
          absl::StrCat(path_, ": way ", source.id(), " has an id out of range")));
    }
    Way way;
    if (!TakeLine(source, &way)) return;
    way.id = source.id() > 0 ? source.id() : kMaxWayId + 1 + source.id();
    const std::string_view name = tag("name");
    if (!IsUtf8(name)) roads_.not_utf8.Add(source.id());
    way.name = CanonicalName(name);
    way.road_class = *road_class;
    way.oneway = ParseOneway(tag("oneway"), tag("junction"), tag("highway"));
    way.lanes = ParseLanes(tag("lanes"));
    way.max_speed_kmh = ParseMaxSpeedKmh(tag("maxspeed"));
    way.bridge = ParseBridge(tag("bridge"));
    way.tunnel = ParseTunnel(tag("tunnel"));
    roads_.ways.push_back(std::move(way));
  }

  const absl::Status& status() const { return status_; }
  OsmRoads& roads() { return roads_; }

 private:
  void Fail(absl::Status status) {
    if (status_.ok()) status_ = std::move(status);
  }

  // Returns false when nothing of the line is left.
  bool TakeLine(const osmium::Way& source, Way* way) {
    std::size_t missing = 0, missing_in_middle = 0, missing_in_row = 0;
    bool joined = false;  // two consecutive nodes are present
    for (const osmium::NodeRef& node : source.nodes()) {
      const osmium::Location place = node.location().valid() ? node.location() : places_.Find(node);
      if (!place.valid()) {
        ++missing;
        ++missing_in_row;
        continue;
      }
      const bool after_gap = missing_in_row > 0 && !way->nodes.empty();
      // A node twice in a row is a mapping error and would make a segment without length.
      if (!after_gap && !way->nodes.empty() && way->nodes.back() == node.ref()) continue;
      if (after_gap) {
        way->gaps.push_back(way->nodes.size());
        missing_in_middle += missing_in_row;
      } else {
        joined = joined || !way->nodes.empty();
      }
      missing_in_row = 0;
      way->nodes.push_back(node.ref());
      way->points.push_back({place.lon(), place.lat()});
    }
    roads_.missing_nodes += missing;
    if (!joined) {
      // A way with a single position is a mapping error, which no extract can repair; only missing
      // nodes are counted.
      if (missing > 0) roads_.lost.Add(source.id());
      return false;
    }
    if (missing_in_middle > 0) {
      roads_.broken.Add(source.id());
    } else if (missing > 0) {
      roads_.shortened.Add(source.id());
    }
    return true;
  }

  const std::string& path_;
  absl::Status status_;
  OsmRoads roads_;
  NodePlaces places_;
  osmium::object_id_type last_node_ = 0;
  bool node_seen_ = false;
};

absl::Status ReadInto(const std::string& path, const OsmReadOptions& options, RoadHandler* roads) {
  osmium::io::Reader reader(osmium::io::File(path, "pbf"),
                            osmium::osm_entity_bits::node | osmium::osm_entity_bits::way);
  if (reader.header().has_multiple_object_versions()) return HistoryFile(path);
  const double file_bytes = static_cast<double>(reader.file_size());
  while (osmium::memory::Buffer buffer = reader.read()) {
    osmium::apply(buffer, *roads);
    RETURN_IF_ERROR(roads->status());
    if (roads->roads().ways.size() > options.max_ways) {
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

absl::StatusOr<OsmRoads> ReadOsmRoads(const std::string& path, const OsmReadOptions& options) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) {
    return absl::ErrnoToStatus(errno, absl::StrCat("cannot read the OSM extract ", path));
  }
  RoadHandler handler(path);
  try {
    RETURN_IF_ERROR(ReadInto(path, options, &handler));
  } catch (const std::exception& error) {
    return absl::InvalidArgumentError(absl::StrCat(path, " is not a whole .osm.pbf file (",
                                                   error.what(), "); download or cut it again"));
  }
  OsmRoads& roads = handler.roads();
  if (roads.ways.empty() && roads.lost.ways > 0) {
    return absl::InvalidArgumentError(absl::StrCat(
        path, " does not hold the nodes of its roads (way ", roads.lost.example, " and ",
        roads.lost.ways - 1, " more); cut it again with complete ways: osmium extract -s ",
        "complete_ways"));
  }
  if (roads.ways.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        path, " has no ways with a highway tag of a road for vehicles; was it cut with its ways?"));
  }
  return std::move(roads);
}

}  // namespace citylayers::geo
