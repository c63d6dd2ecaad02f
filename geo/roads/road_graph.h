// A road graph: ways cut at their junctions into directed segments.
#ifndef CITYLAYERS_GEO_ROADS_ROAD_GRAPH_H_
#define CITYLAYERS_GEO_ROADS_ROAD_GRAPH_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "geo/roads/way.h"

namespace citylayers::geo {

inline constexpr std::uint32_t kNoTwin = 0xFFFFFFFF;

/// A stretch of road between two junctions, driven in the order of its points.
struct RoadSegment {
  std::uint64_t stable_id = 0;  // geo/roads/stable_id.h
  std::uint32_t from_node = 0;  // dense numbers of junctions within the graph
  std::uint32_t to_node = 0;
  std::uint32_t twin = kNoTwin;  // the same stretch in the opposite direction
  std::uint32_t name = 0;        // index into RoadGraph::names
  RoadClass road_class = RoadClass::kLocal;
  int lanes = 0;             // in this direction; 0: unknown
  double max_speed_kmh = 0;  // 0: unknown
  double reference_speed_kmh = 0;
  double length_m = 0;  // length along the line, at least kMinSegmentLengthM
  bool bridge = false;
  bool tunnel = false;
  LonLat midpoint;             // half of the length from the start, on the line
  std::vector<LonLat> points;  // at least two
};

/// Minimum length of a segment; two nodes at one position have this length.
inline constexpr double kMinSegmentLengthM = 0.1;

/// The roads of a city. A segment's index is its position in `segments`: Hilbert order of
/// midpoints (equal ones by stable id), so neighbouring segments have close numbers and a segment
/// is next to its twin.
struct RoadGraph {
  std::vector<RoadSegment> segments;
  std::vector<std::string> names;  // distinct, names[0] is ""
  std::uint32_t node_count = 0;
  /// successors[i]: segments that may be taken after i, ascending: all that start at its end except
  /// its twin, which is listed only when there is no other (a dead end).
  std::vector<std::vector<std::uint32_t>> successors;
};

struct RoadGraphOptions {
  bool keep_service_ways = false;  // drawn but never measured, so omitted by default
  std::size_t max_segments = 50'000'000;
};

/// Cuts ways at every node that two ways share, that a way visits twice, or that ends a way, and at
/// gaps, which no segment spans, and makes one segment for each permitted direction. Deterministic:
/// the order of `ways` is irrelevant. O(n log n); about 0.1 s for 10,000 ways. INVALID_ARGUMENT: a
/// way without two points, with more or fewer nodes than points, with an id out of range or used
/// twice, or with more junctions than a stable id can count; the message names the way.
/// FAILED_PRECONDITION: no way is left. RESOURCE_EXHAUSTED: more than max_segments.
absl::StatusOr<RoadGraph> BuildRoadGraph(std::span<const Way> ways,
                                         const RoadGraphOptions& options = {});

}  // namespace citylayers::geo

#endif  // CITYLAYERS_GEO_ROADS_ROAD_GRAPH_H_
