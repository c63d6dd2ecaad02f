#include "geo/roads/road_graph.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"

#include "base/status_macros.h"
#include "geo/roads/reference_speed.h"
#include "geo/roads/stable_id.h"
#include "geo/tile/hilbert.h"

namespace citylayers::geo {
namespace {

using NodeUses = absl::flat_hash_map<std::int64_t, std::uint32_t>;

// A segment without a number.
struct Draft {
  std::uint64_t order = 0;
  std::int64_t from = 0;  // node ids of the source
  std::int64_t to = 0;
  bool has_twin = false;
  const Way* way = nullptr;
  RoadSegment segment;
};

absl::Status CheckWay(const Way& way) {
  const auto bad = [&](const char* why) {
    return absl::InvalidArgumentError(absl::StrCat("way ", way.id, " ", why));
  };
  if (way.id <= 0 || way.id > kMaxWayId) return bad("has an id out of range; use 1 .. 2^40 - 1");
  if (way.points.size() < 2) return bad("has fewer than two points");
  if (way.nodes.size() != way.points.size()) return bad("does not have one node id per point");
  std::size_t previous = 0;
  for (const std::size_t gap : way.gaps) {
    if (gap <= previous || gap >= way.points.size())
      return bad("has a gap that is not in its line");
    previous = gap;
  }
  return absl::OkStatus();
}

// Junctions are the nodes used more than once; both ends of a way count twice, so
// that they are included.
NodeUses CountUses(const std::vector<const Way*>& ways) {
  NodeUses uses;
  for (const Way* way : ways) {
    for (const std::int64_t node : way->nodes) ++uses[node];
    ++uses[way->nodes.front()];
    ++uses[way->nodes.back()];
  }
  return uses;
}

double LengthM(std::span<const LonLat> line) {
  double length_m = 0;
  for (std::size_t i = 1; i < line.size(); ++i) length_m += DistanceM(line[i - 1], line[i]);
  return length_m;
}

LonLat Midpoint(std::span<const LonLat> line, double length_m) {
  double left_m = length_m / 2;
  for (std::size_t i = 1; i < line.size(); ++i) {
    const LonLat a = line[i - 1], b = line[i];
    const double step_m = DistanceM(a, b);
    if (step_m > 0 && left_m <= step_m) {
      const double t = left_m / step_m;
      return {a.lon_deg + t * (b.lon_deg - a.lon_deg), a.lat_deg + t * (b.lat_deg - a.lat_deg)};
    }
    left_m -= step_m;
  }
  return line.back();
}

int LanesOneWay(const Way& way) {
  return way.oneway == Oneway::kNo ? (way.lanes + 1) / 2 : way.lanes;
}

// Adds the one or two drafts of the stretch of `way` from its point `begin` to `end`, inclusive.
void AddDrafts(const Way& way, std::uint32_t ordinal, std::size_t begin, std::size_t end,
               std::vector<Draft>* drafts) {
  RoadSegment s;
  s.road_class = way.road_class;
  s.lanes = LanesOneWay(way);
  s.max_speed_kmh = way.max_speed_kmh;
  s.reference_speed_kmh = ReferenceSpeedKmh(way.road_class, way.max_speed_kmh);
  s.bridge = way.bridge;
  s.tunnel = way.tunnel;
  s.points.assign(way.points.begin() + static_cast<std::ptrdiff_t>(begin),
                  way.points.begin() + static_cast<std::ptrdiff_t>(end) + 1);
  const double length_m = LengthM(s.points);
  s.length_m = std::max(length_m, kMinSegmentLengthM);
  s.midpoint = Midpoint(s.points, length_m);
  // From one computation for both directions, so that rounding cannot separate twins.
  const std::uint64_t order = HilbertIndexOf(s.midpoint);
  const bool has_twin = way.oneway == Oneway::kNo;
  if (way.oneway != Oneway::kBackward) {
    s.stable_id = StableSegmentId(way.id, ordinal, false);
    drafts->push_back({order, way.nodes[begin], way.nodes[end], has_twin, &way, s});
  }
  if (way.oneway != Oneway::kForward) {
    s.stable_id = StableSegmentId(way.id, ordinal, true);
    std::reverse(s.points.begin(), s.points.end());
    drafts->push_back({order, way.nodes[end], way.nodes[begin], has_twin, &way, s});
  }
}

absl::Status CutWay(const Way& way, const NodeUses& uses, std::vector<Draft>* drafts) {
  std::uint32_t ordinal = 0;
  std::size_t begin = 0;
  auto gap = way.gaps.begin();
  for (std::size_t i = 1; i < way.nodes.size(); ++i) {
    if (gap != way.gaps.end() && *gap == i) {  // the stretch before it ended at i - 1
      ++gap;
      begin = i;
      continue;
    }
    const bool ends_at_gap = gap != way.gaps.end() && *gap == i + 1;
    if (uses.at(way.nodes[i]) < 2 && !ends_at_gap) continue;
    if (ordinal > kMaxOrdinal) {
      return absl::InvalidArgumentError(
          absl::StrCat("way ", way.id, " has more than ", kMaxOrdinal, " junctions; split it"));
    }
    AddDrafts(way, ordinal++, begin, i, drafts);
    begin = i;
  }
  return absl::OkStatus();
}

// Twins differ in the lowest bit of the stable id, so they are adjacent.
void LinkTwins(const std::vector<Draft>& drafts, RoadGraph* graph) {
  for (std::uint32_t i = 0; i + 1 < drafts.size(); ++i) {
    RoadSegment &a = graph->segments[i], &b = graph->segments[i + 1];
    if (!drafts[i].has_twin || a.stable_id + 1 != b.stable_id || (a.stable_id & 1) != 0) continue;
    a.twin = i + 1;
    b.twin = i;
  }
}

void NumberNodes(const std::vector<Draft>& drafts, RoadGraph* graph) {
  absl::flat_hash_map<std::int64_t, std::uint32_t> numbers;
  const auto number = [&](std::int64_t node) {
    return numbers.try_emplace(node, static_cast<std::uint32_t>(numbers.size())).first->second;
  };
  for (std::size_t i = 0; i < drafts.size(); ++i) {
    graph->segments[i].from_node = number(drafts[i].from);
    graph->segments[i].to_node = number(drafts[i].to);
  }
  graph->node_count = static_cast<std::uint32_t>(numbers.size());
}

void NumberNames(const std::vector<Draft>& drafts, RoadGraph* graph) {
  std::map<std::string, std::uint32_t> numbers = {{"", 0}};
  for (const Draft& d : drafts) numbers.emplace(d.way->name, 0);
  for (auto& [name, number] : numbers) {
    number = static_cast<std::uint32_t>(graph->names.size());
    graph->names.push_back(name);
  }
  for (std::size_t i = 0; i < drafts.size(); ++i) {
    graph->segments[i].name = numbers.at(drafts[i].way->name);
  }
}

void LinkSuccessors(RoadGraph* graph) {
  std::vector<std::vector<std::uint32_t>> leaving(graph->node_count);
  for (std::uint32_t i = 0; i < graph->segments.size(); ++i) {
    leaving[graph->segments[i].from_node].push_back(i);
  }
  graph->successors.resize(graph->segments.size());
  for (std::uint32_t i = 0; i < graph->segments.size(); ++i) {
    const RoadSegment& s = graph->segments[i];
    for (const std::uint32_t next : leaving[s.to_node]) {
      if (next != s.twin) graph->successors[i].push_back(next);
    }
    if (graph->successors[i].empty() && s.twin != kNoTwin) graph->successors[i].push_back(s.twin);
  }
}

}  // namespace

absl::StatusOr<RoadGraph> BuildRoadGraph(std::span<const Way> ways,
                                         const RoadGraphOptions& options) {
  std::vector<const Way*> kept;
  for (const Way& way : ways) {
    if (way.road_class == RoadClass::kService && !options.keep_service_ways) continue;
    RETURN_IF_ERROR(CheckWay(way));
    kept.push_back(&way);
  }
  if (kept.empty()) {
    return absl::FailedPreconditionError(absl::StrCat("no road is left of ", ways.size(),
                                                      " ways; a road needs a highway tag of a "
                                                      "road for vehicles"));
  }
  std::sort(kept.begin(), kept.end(), [](const Way* a, const Way* b) { return a->id < b->id; });
  for (std::size_t i = 1; i < kept.size(); ++i) {
    if (kept[i]->id == kept[i - 1]->id) {
      return absl::InvalidArgumentError(absl::StrCat("way ", kept[i]->id, " occurs twice"));
    }
  }
  const NodeUses uses = CountUses(kept);
  std::vector<Draft> drafts;
  for (const Way* way : kept) {
    RETURN_IF_ERROR(CutWay(*way, uses, &drafts));
    if (drafts.size() > options.max_segments) {
      return absl::ResourceExhaustedError(absl::StrCat(
          "the roads have more than ", options.max_segments, " segments (max_segments)"));
    }
  }
  std::sort(drafts.begin(), drafts.end(), [](const Draft& a, const Draft& b) {
    return std::pair(a.order, a.segment.stable_id) < std::pair(b.order, b.segment.stable_id);
  });
  RoadGraph graph;
  graph.segments.reserve(drafts.size());
  for (Draft& draft : drafts) graph.segments.push_back(std::move(draft.segment));
  LinkTwins(drafts, &graph);
  NumberNodes(drafts, &graph);
  NumberNames(drafts, &graph);
  LinkSuccessors(&graph);
  return graph;
}

}  // namespace citylayers::geo
