#include "samples/saigon/outline.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace citylayers::saigon {
namespace {

// '#' is wet (negative), north is up; cells of 10 m.
OutlineField FieldOf(const std::vector<std::string>& rows) {
  OutlineField f;
  f.cell_m = 10;
  f.columns = static_cast<int>(rows[0].size());
  f.rows = static_cast<int>(rows.size());
  for (int r = f.rows - 1; r >= 0; --r) {
    for (const char c : rows[static_cast<std::size_t>(r)]) f.values.push_back(c == '#' ? -1 : 1);
  }
  return f;
}

double SignedArea(const std::vector<Point>& ring) {
  double sum = 0;
  for (std::size_t i = 1; i < ring.size(); ++i) sum += Cross(ring[i - 1], ring[i]) / 2;
  return sum;
}

TEST(Outline, AnIslandInALakeIsAHole) {
  const auto rings = Outline(FieldOf({
                                 ".........",
                                 ".#######.",
                                 ".#.....#.",
                                 ".#.....#.",
                                 ".#######.",
                                 ".........",
                             }),
                             0.1);
  ASSERT_EQ(rings.size(), 2u);
  EXPECT_GT(SignedArea(rings[0]), 0) << "outer ring counter-clockwise";
  EXPECT_LT(SignedArea(rings[1]), 0) << "hole clockwise";
  EXPECT_TRUE(InRing({40, 25}, rings[1]));
}

TEST(Outline, PondsThatTouchAtACornerStayTwoOrBecomeOneButNeverCross) {
  const auto rings = Outline(FieldOf({
                                 "......",
                                 ".##...",
                                 ".##...",
                                 "...##.",
                                 "...##.",
                                 "......",
                             }),
                             0.1);
  ASSERT_FALSE(rings.empty());
  for (const auto& ring : rings) {
    EXPECT_TRUE(ring.front() == ring.back());
    EXPECT_TRUE(IsSimpleRing(ring));
    EXPECT_GT(SignedArea(ring), 0);
  }
}

TEST(Outline, NothingWetHasNoRings) {
  EXPECT_TRUE(Outline(FieldOf({"...", "...", "..."}), 0.1).empty());
}

TEST(IsSimpleRing, FindsAFigureOfEight) {
  EXPECT_TRUE(IsSimpleRing({{0, 0}, {10, 0}, {10, 10}, {0, 10}, {0, 0}}));
  EXPECT_FALSE(IsSimpleRing({{0, 0}, {10, 10}, {10, 0}, {0, 10}, {0, 0}}));
}

TEST(IsSimpleRing, AgreesWithAllPairs) {
  Random random(3);
  int simple = 0;
  for (int round = 0; round < 400; ++round) {
    std::vector<Point> ring;
    const int n = 4 + static_cast<int>(random.Uniform() * 5);
    for (int i = 0; i < n; ++i) ring.push_back({random.Uniform(0, 99), random.Uniform(0, 99)});
    ring.push_back(ring[0]);
    bool expected = true;
    for (int i = 0; i < n; ++i) {
      for (int j = i + 2; j < n; ++j) {
        double t = 0, u = 0;
        const auto at = [&](int k) { return ring[static_cast<std::size_t>(k)]; };
        if (!(i == 0 && j + 1 == n) && Intersect(at(i), at(i + 1), at(j), at(j + 1), &t, &u)) {
          expected = false;
        }
      }
    }
    EXPECT_EQ(IsSimpleRing(ring), expected);
    simple += expected;
  }
  EXPECT_GT(simple, 20);
  EXPECT_LT(simple, 380);
}

}  // namespace
}  // namespace citylayers::saigon
