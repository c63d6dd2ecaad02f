#include "samples/saigon/street_net.h"

#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace citylayers::saigon {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::Ge;

Street Line(std::vector<Point> line) {
  Street street;
  street.line = std::move(line);
  return street;
}

//        C
//        |
//   A----x----B
//        |
//        D
TEST(JoinStreets, GiveCrossingStreetsOneNode) {
  std::vector<Street> streets = {Line({{0, 0}, {100, 0}}), Line({{50, 50}, {50, -50}})};
  const std::vector<Point> nodes = JoinStreets(streets, 10, 1);
  EXPECT_EQ(nodes.size(), 5u);
  ASSERT_EQ(streets[0].junctions.size(), 3u);
  EXPECT_EQ(streets[0].junctions[1], streets[1].junctions[1]);
  EXPECT_TRUE((nodes[static_cast<std::size_t>(streets[0].junctions[1])] == Point{50, 0}));
  EXPECT_THAT(NodeDegrees(streets, nodes.size()), testing::Contains(4));
}

TEST(JoinStreets, LeaveBridgesApartButAtTheirEnds) {
  std::vector<Street> streets = {Line({{0, 0}, {100, 0}}), Line({{50, 50}, {50, -50}}),
                                 Line({{100, 0}, {200, 0}})};
  streets[0].bridge = true;
  JoinStreets(streets, 10, 1);
  EXPECT_EQ(streets[0].line.size(), 2u) << "the street passes below";
  EXPECT_EQ(streets[1].line.size(), 2u);
  EXPECT_EQ(streets[0].junctions.back(), streets[2].junctions.front()) << "the ramp joins";
}

//   A--------B
//        |
//        D        D ends 0.4 m below the line
TEST(JoinStreets, JoinAnEndThatTouches) {
  std::vector<Street> streets = {Line({{0, 0}, {100, 0}}), Line({{60, -0.4}, {60, -80}})};
  JoinStreets(streets, 10, 1);
  ASSERT_EQ(streets[0].junctions.size(), 3u);
  EXPECT_EQ(streets[0].junctions[1], streets[1].junctions[0]);
}

TEST(JoinStreets, MakeOneJunctionOfThreeCrossingsInAKnot) {
  std::vector<Street> streets = {Line({{-100, 0}, {100, 0}}), Line({{-100, -96}, {100, 104}}),
                                 Line({{3, -100}, {3, 100}})};
  JoinStreets(streets, 24, 1);
  for (const Street& street : streets) {
    ASSERT_EQ(street.junctions.size(), 3u);
    EXPECT_EQ(street.junctions[1], streets[0].junctions[1]);
    EXPECT_THAT(street.junctions, Each(Ge(0)));
  }
}

TEST(JoinStreets, KeepTheNodesThatStreetsBring) {
  std::vector<Street> streets = {Line({{0, 0}, {50, 0}, {100, 0}}), Line({{52, 60}, {52, -60}})};
  streets[0].junctions = {0, 1, 2};
  const std::vector<Point> nodes = JoinStreets(streets, 10, 1);
  ASSERT_EQ(streets[0].line.size(), 3u);
  EXPECT_TRUE((streets[1].line[1] == Point{50, 0})) << "the crossing moves to the node nearby";
  EXPECT_EQ(streets[1].junctions[1], streets[0].junctions[1]);
}

TEST(JoinStreets, KeepBendsBetweenNodes) {
  std::vector<Street> streets = {Line({{0, 0}, {40, 20}, {80, 0}})};
  JoinStreets(streets, 10, 1);
  EXPECT_THAT(streets[0].junctions, ElementsAre(Ge(0), -1, Ge(0)));
}

}  // namespace
}  // namespace citylayers::saigon
