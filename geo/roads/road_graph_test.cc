#include "geo/roads/road_graph.h"

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "geo/roads/reference_speed.h"
#include "geo/roads/stable_id.h"
#include "geo/tile/hilbert.h"

namespace citylayers::geo {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

// A map drawn in characters: letters are nodes, their position in the text is their position on the
// map, 0.001 degrees (about 110 m) per character. Node ids are the letters' codes.
class Map {
 public:
  explicit Map(const std::string& drawing) {
    int row = 0, column = 0;
    for (const char c : drawing) {
      if (c >= 'A' && c <= 'Z') places_[c] = {106.7 + column * 1e-3, 10.8 - row * 1e-3};
      ++column;
      if (c == '\n') column = 0, ++row;
    }
  }
  // A way along the nodes with these letters.
  Way Along(std::int64_t id, const std::string& letters, Oneway oneway = Oneway::kNo) const {
    Way way;
    way.id = id;
    way.oneway = oneway;
    for (const char c : letters) {
      way.nodes.push_back(c);
      way.points.push_back(places_.at(c));
    }
    return way;
  }
  // "A>B" of a segment; letters of its first and last point.
  std::string Name(const RoadSegment& s) const {
    return std::string{Letter(s.points.front()), '>', Letter(s.points.back())};
  }
  std::vector<std::string> Names(const RoadGraph& graph) const {
    std::vector<std::string> names;
    for (const RoadSegment& s : graph.segments) names.push_back(Name(s));
    return names;
  }
  std::vector<std::string> After(const RoadGraph& graph, const std::string& name) const {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < graph.segments.size(); ++i) {
      if (Name(graph.segments[i]) != name) continue;
      for (const std::uint32_t next : graph.successors[i])
        names.push_back(Name(graph.segments[next]));
    }
    return names;
  }

 private:
  char Letter(LonLat p) const {
    for (const auto& [letter, place] : places_) {
      if (place == p) return letter;
    }
    return '?';
  }
  std::map<char, LonLat> places_;
};

RoadGraph Build(const std::vector<Way>& ways) {
  auto graph = BuildRoadGraph(ways);
  EXPECT_TRUE(graph.ok()) << graph.status();
  return *std::move(graph);
}

const char kCross[] = R"(
      B
      |
   A--X--C
      |
      D
)";

TEST(RoadGraph, WaysAreCutWhereTheyShareANode) {
  const Map map(kCross);
  const RoadGraph graph = Build({map.Along(1, "AXC"), map.Along(2, "BXD")});
  EXPECT_THAT(map.Names(graph),
              UnorderedElementsAre("A>X", "X>A", "X>C", "C>X", "B>X", "X>B", "X>D", "D>X"));
  EXPECT_EQ(graph.node_count, 5u);
  EXPECT_THAT(map.After(graph, "A>X"), UnorderedElementsAre("X>B", "X>C", "X>D"));
}

TEST(RoadGraph, ABridgeCrossesWithoutMeeting) {
  // The same drawing, but no way has a node at the crossing.
  const Map map(kCross);
  const RoadGraph graph = Build({map.Along(1, "AC"), map.Along(2, "BD")});
  EXPECT_THAT(map.Names(graph), UnorderedElementsAre("A>C", "C>A", "B>D", "D>B"));
}

TEST(RoadGraph, BendsAreNoJunctions) {
  const Map map(R"(
   A--B
      |
      C--D
)");
  const RoadGraph graph = Build({map.Along(1, "ABCD")});
  ASSERT_EQ(graph.segments.size(), 2u);
  EXPECT_EQ(graph.segments[0].points.size(), 4u);
  EXPECT_EQ(graph.segments[0].points[1], graph.segments[1].points[2]);
}

TEST(RoadGraph, OnewayGivesOneDirection) {
  const Map map("A--B--C");
  EXPECT_THAT(map.Names(Build({map.Along(1, "ABC", Oneway::kForward)})), ElementsAre("A>C"));
  EXPECT_THAT(map.Names(Build({map.Along(1, "ABC", Oneway::kBackward)})), ElementsAre("C>A"));
}

TEST(RoadGraph, TurningBackIsForDeadEndsOnly) {
  const Map map("A--B--C");
  const RoadGraph graph = Build({map.Along(1, "AB"), map.Along(2, "BC")});
  EXPECT_THAT(map.After(graph, "A>B"), ElementsAre("B>C"));
  EXPECT_THAT(map.After(graph, "B>C"), ElementsAre("C>B"));
  const RoadGraph oneway = Build({map.Along(1, "AB", Oneway::kForward)});
  EXPECT_THAT(map.After(oneway, "A>B"), IsEmpty());
}

TEST(RoadGraph, RoundaboutIsDrivenOneWay) {
  const Map map(R"(
      A
      |
      B
     / \
    E   C
     \ /
      D--F
)");
  const RoadGraph graph = Build({map.Along(1, "BEDCB", Oneway::kForward), map.Along(2, "AB"),
                                 map.Along(3, "DF", Oneway::kForward)});
  EXPECT_THAT(map.Names(graph), UnorderedElementsAre("A>B", "B>A", "B>D", "D>B", "D>F"));
  EXPECT_THAT(map.After(graph, "A>B"), ElementsAre("B>D"));
  EXPECT_THAT(map.After(graph, "B>D"), UnorderedElementsAre("D>B", "D>F"));
}

TEST(RoadGraph, AWayThatVisitsANodeTwiceIsCutThere) {
  const Map map(R"(
   C--D
   |  |
A--B--E
)");
  const RoadGraph graph = Build({map.Along(1, "ABCDEB", Oneway::kForward)});
  EXPECT_THAT(map.Names(graph), UnorderedElementsAre("A>B", "B>B"));
  EXPECT_THAT(map.After(graph, "A>B"), ElementsAre("B>B"));
  EXPECT_THAT(map.After(graph, "B>B"), ElementsAre("B>B"));
}

TEST(RoadGraph, TwinsPointAtEachOtherAndStandTogether) {
  const Map map(kCross);
  const RoadGraph graph = Build({map.Along(1, "AXC"), map.Along(2, "BXD", Oneway::kForward)});
  for (std::uint32_t i = 0; i < graph.segments.size(); ++i) {
    const RoadSegment& s = graph.segments[i];
    const bool oneway = WayIdOf(s.stable_id) == 2;
    ASSERT_EQ(s.twin == kNoTwin, oneway);
    if (oneway) continue;
    const RoadSegment& t = graph.segments[s.twin];
    EXPECT_EQ(t.twin, i);
    EXPECT_EQ(std::max(s.twin, i) - std::min(s.twin, i), 1u);
    EXPECT_EQ(t.from_node, s.to_node);
    EXPECT_EQ(t.to_node, s.from_node);
    EXPECT_EQ(t.length_m, s.length_m);
    EXPECT_EQ(t.midpoint, s.midpoint);
  }
}

TEST(RoadGraph, StableIdHoldsWayOrdinalAndDirection) {
  EXPECT_EQ(StableSegmentId(1, 0, false), 1u << 13);
  EXPECT_EQ(StableSegmentId(kMaxWayId, kMaxOrdinal, true), (std::uint64_t{1} << 53) - 1);
  EXPECT_EQ(WayIdOf(StableSegmentId(1389262744, 17, true)), 1389262744);
  const Map map(kCross);
  const RoadGraph graph = Build({map.Along(7, "AXC"), map.Along(9, "BXD")});
  std::map<std::string, std::uint64_t> ids;
  for (const RoadSegment& s : graph.segments) ids[map.Name(s)] = s.stable_id;
  EXPECT_EQ(ids["A>X"], StableSegmentId(7, 0, false));
  EXPECT_EQ(ids["X>C"], StableSegmentId(7, 1, false));
  EXPECT_EQ(ids["C>X"], StableSegmentId(7, 1, true));
}

TEST(RoadGraph, LengthMidpointSpeedAndLanes) {
  const Map map("A---------B");
  Way way = map.Along(1, "AB");
  way.road_class = RoadClass::kPrimary;
  way.lanes = 5;
  const RoadGraph graph = Build({way});
  // Ten times 0.001 degrees of longitude at 10.8 degrees north.
  EXPECT_NEAR(graph.segments[0].length_m, 1092.3, 0.5);
  EXPECT_NEAR(graph.segments[0].midpoint.lon_deg, 106.705, 1e-6);
  EXPECT_EQ(graph.segments[0].reference_speed_kmh, DefaultReferenceSpeedKmh(RoadClass::kPrimary));
  EXPECT_EQ(graph.segments[0].lanes, 3);
  way.max_speed_kmh = 60;
  way.oneway = Oneway::kForward;
  const RoadGraph tagged = Build({way});
  EXPECT_EQ(tagged.segments[0].reference_speed_kmh, 60);
  EXPECT_EQ(tagged.segments[0].lanes, 5);
}

TEST(RoadGraph, NamesAreStoredOnce) {
  const Map map(kCross);
  std::vector<Way> ways = {map.Along(1, "AX"), map.Along(2, "XC"), map.Along(3, "BXD")};
  ways[0].name = ways[1].name = "Lê Lợi";
  const RoadGraph graph = Build(ways);
  EXPECT_THAT(graph.names, ElementsAre("", "Lê Lợi"));
  for (const RoadSegment& s : graph.segments) {
    EXPECT_EQ(s.name, WayIdOf(s.stable_id) == 3 ? 0u : 1u);
  }
}

TEST(RoadGraph, ServiceWaysAreLeftOutAndCutNothing) {
  const Map map(kCross);
  std::vector<Way> ways = {map.Along(1, "AXC"), map.Along(2, "BX")};
  ways[1].road_class = RoadClass::kService;
  EXPECT_THAT(map.Names(Build(ways)), UnorderedElementsAre("A>C", "C>A"));
  const auto kept = BuildRoadGraph(ways, {.keep_service_ways = true});
  ASSERT_TRUE(kept.ok());
  EXPECT_EQ(kept->segments.size(), 6u);
}

TEST(RoadGraph, BadWaysAreNamed) {
  const Map map("A--B--C");
  const auto error = [](const std::vector<Way>& ways) {
    return std::string(BuildRoadGraph(ways).status().message());
  };
  EXPECT_THAT(error({}), HasSubstr("no road"));
  EXPECT_THAT(error({map.Along(5, "A")}), HasSubstr("way 5 has fewer than two points"));
  EXPECT_THAT(error({map.Along(0, "AB")}), HasSubstr("way 0"));
  EXPECT_THAT(error({map.Along(kMaxWayId + 1, "AB")}), HasSubstr("out of range"));
  EXPECT_THAT(error({map.Along(5, "AB"), map.Along(5, "BC")}), HasSubstr("way 5 occurs twice"));
  Way uneven = map.Along(6, "ABC");
  uneven.nodes.pop_back();
  EXPECT_THAT(error({uneven}), HasSubstr("way 6"));
  EXPECT_TRUE(absl::IsResourceExhausted(
      BuildRoadGraph(std::vector<Way>{map.Along(5, "AB")}, {.max_segments = 1}).status()));
}

// Checks a random town against the definitions, by slow code.
TEST(RoadGraph, RandomTownObeysTheDefinitions) {
  std::mt19937 random(42);
  std::vector<Way> ways;
  for (std::int64_t id = 1; id <= 150; ++id) {
    Way way;
    way.id = id;
    way.oneway = static_cast<Oneway>(random() % 3);
    const int count = 2 + static_cast<int>(random() % 8);
    for (int i = 0; i < count; ++i) {
      std::int64_t node = 1 + static_cast<std::int64_t>(random() % 200);
      if (!way.nodes.empty() && way.nodes.back() == node) node = node % 200 + 1;
      way.nodes.push_back(node);
      const std::int64_t column = node % 14, row = node / 14;
      way.points.push_back(
          {106.6 + static_cast<double>(column) * 0.002, 10.7 + static_cast<double>(row) * 0.002});
    }
    ways.push_back(way);
  }
  const RoadGraph graph = Build(ways);
  std::vector<Way> shuffled = ways;
  std::shuffle(shuffled.begin(), shuffled.end(), random);
  const RoadGraph again = Build(shuffled);
  ASSERT_EQ(again.segments.size(), graph.segments.size());

  double drawn_m = 0, built_m = 0;
  for (const Way& way : ways) {
    for (std::size_t i = 1; i < way.points.size(); ++i) {
      drawn_m += DistanceM(way.points[i - 1], way.points[i]) * (way.oneway == Oneway::kNo ? 2 : 1);
    }
  }
  std::set<std::uint64_t> ids;
  for (std::uint32_t i = 0; i < graph.segments.size(); ++i) {
    const RoadSegment& s = graph.segments[i];
    EXPECT_EQ(again.segments[i].stable_id, s.stable_id);
    EXPECT_TRUE(ids.insert(s.stable_id).second);
    built_m += s.length_m;
    if (i > 0) {
      EXPECT_LE(HilbertIndexOf(graph.segments[i - 1].midpoint), HilbertIndexOf(s.midpoint));
    }
    std::vector<std::uint32_t> expected;
    for (std::uint32_t k = 0; k < graph.segments.size(); ++k) {
      if (graph.segments[k].from_node == s.to_node && k != s.twin) expected.push_back(k);
    }
    if (expected.empty() && s.twin != kNoTwin) expected.push_back(s.twin);
    EXPECT_EQ(graph.successors[i], expected);
  }
  EXPECT_NEAR(built_m, drawn_m, 1e-6 * drawn_m);
}

// A---B   C-D---E: the course between B and C, and between C and D, is unknown.
TEST(RoadGraph, NoSegmentSpansAGap) {
  const Map map("A---B   C-D---E");
  Way way = map.Along(7, "ABCDE");
  way.gaps = {2, 3};
  const auto graph = BuildRoadGraph(std::vector<Way>{way});
  ASSERT_TRUE(graph.ok()) << graph.status();
  EXPECT_THAT(map.Names(*graph), UnorderedElementsAre("A>B", "B>A", "D>E", "E>D"));
  for (const RoadSegment& s : graph->segments) EXPECT_LT(s.length_m, 450);
  // D to E is the second existing stretch.
  EXPECT_THAT(map.After(*graph, "A>B"), ElementsAre("B>A"));
}

TEST(RoadGraph, AGapOutsideTheLineIsRefused) {
  const Map map("A-B-C");
  for (const std::vector<std::size_t>& gaps : {std::vector<std::size_t>{0}, {3}, {2, 1}, {1, 1}}) {
    Way way = map.Along(7, "ABC");
    way.gaps = gaps;
    EXPECT_TRUE(absl::IsInvalidArgument(BuildRoadGraph(std::vector<Way>{way}).status()));
  }
}

}  // namespace
}  // namespace citylayers::geo
