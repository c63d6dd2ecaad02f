#include "services/tools/citypack/polygon_clip.h"

#include <cmath>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <ogr_geometry.h>

namespace citylayers::citypack {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr geo::TileBox kBox{0, 0, 100, 100};

std::vector<geo::TilePolygon> Cut(const geo::TilePolygon& polygon, const geo::TileBox& box = kBox) {
  const auto clip = PolygonClip::Make(polygon);
  EXPECT_TRUE(clip.ok()) << clip.status();
  if (!clip.ok()) return {};
  auto polygons = clip->In(box);
  EXPECT_TRUE(polygons.ok()) << polygons.status();
  return polygons.ok() ? *std::move(polygons) : std::vector<geo::TilePolygon>();
}

double Area(const std::vector<geo::TilePolygon>& polygons) {
  double area = 0;
  for (const geo::TilePolygon& polygon : polygons) {
    for (std::size_t i = 0; i < polygon.rings.size(); ++i) {
      area += (i == 0 ? 1 : -1) * std::abs(geo::SignedArea(polygon.rings[i]));
    }
  }
  return area;
}

// Validates the polygons with another program; returns "" when they are valid.
std::string WhatIsWrong(const std::vector<geo::TilePolygon>& polygons) {
  if (polygons.empty()) return "";
  std::vector<std::string> parts;
  for (const geo::TilePolygon& polygon : polygons) {
    std::string rings;
    for (const geo::TileLine& ring : polygon.rings) {
      std::string corners;
      for (std::size_t i = 0; i <= ring.size(); ++i) {
        const geo::TilePoint& p = ring[i % ring.size()];
        if (p.x != std::round(p.x) || p.y != std::round(p.y)) return "a corner is not an integer";
        absl::StrAppend(&corners, i == 0 ? "" : ",", p.x, " ", p.y);
      }
      absl::StrAppend(&rings, rings.empty() ? "(" : ",(", corners, ")");
    }
    parts.push_back(absl::StrCat("(", rings, ")"));
  }
  std::string wkt = "MULTIPOLYGON(";
  for (std::size_t i = 0; i < parts.size(); ++i) absl::StrAppend(&wkt, i == 0 ? "" : ",", parts[i]);
  wkt += ")";
  OGRGeometry* raw = nullptr;
  OGRGeometryFactory::createFromWkt(wkt.c_str(), nullptr, &raw);
  const std::unique_ptr<OGRGeometry> geometry(raw);
  return geometry != nullptr && geometry->IsValid() ? "" : wkt;
}

// A comb whose teeth enter the box: a single ring along the edge would overlap itself.
TEST(PolygonClip, PiecesThatTheEdgeCutsApartAreSeveralPolygons) {
  const geo::TilePolygon comb{{{{-50, 10},
                                {40, 10},
                                {40, 20},
                                {-20, 20},
                                {-20, 40},
                                {60, 40},
                                {60, 50},
                                {-20, 50},
                                {-20, 70},
                                {30, 70},
                                {30, 80},
                                {-50, 80}}}};
  const auto pieces = Cut(comb);
  EXPECT_THAT(pieces, SizeIs(3));
  EXPECT_EQ(Area(pieces), 400 + 600 + 300);
  EXPECT_EQ(WhatIsWrong(pieces), "");
}

TEST(PolygonClip, HolesStayHolesOrBecomeBays) {
  const geo::TilePolygon lake{{{{-50, -50}, {150, -50}, {150, 150}, {-50, 150}},
                               {{10, 10}, {20, 10}, {20, 20}, {10, 20}},
                               {{-10, 50}, {30, 50}, {30, 60}, {-10, 60}}}};
  const auto pieces = Cut(lake);
  ASSERT_THAT(pieces, SizeIs(1));
  EXPECT_THAT(pieces[0].rings, SizeIs(2)) << "the second hole is a bay now";
  EXPECT_EQ(Area(pieces), 100 * 100 - 100 - 300);
  EXPECT_EQ(WhatIsWrong(pieces), "");
}

TEST(PolygonClip, RingsThatCrossThemselvesAreMended) {
  const auto eight = Cut({{{{10, 10}, {50, 50}, {50, 10}, {10, 50}}}});
  EXPECT_THAT(eight, SizeIs(2));
  EXPECT_EQ(WhatIsWrong(eight), "");
  // A hole that crosses the outside.
  const auto bitten =
      Cut({{{{10, 10}, {50, 10}, {50, 50}, {10, 50}}, {{40, 20}, {70, 20}, {70, 30}, {40, 30}}}});
  EXPECT_EQ(Area(bitten), 1600 - 100);
  EXPECT_EQ(WhatIsWrong(bitten), "");
}

TEST(PolygonClip, NothingIsEmpty) {
  EXPECT_THAT(Cut({}), IsEmpty());
  EXPECT_THAT(Cut({{{{200, 200}, {300, 200}, {300, 300}}}}), IsEmpty());
  EXPECT_THAT(Cut({{{{100, 0}, {120, 0}, {120, 50}, {100, 50}}}}), IsEmpty()) << "touches the box";
  EXPECT_THAT(Cut({{{{0.1, 0.1}, {0.2, 0.1}, {0.2, 0.2}}}}), IsEmpty()) << "within one unit";
}

// Rivers that wind through the corners of many tiles, some finer than a unit.
TEST(PolygonClip, RandomRiversAreValidInEveryTileAndLoseNoWater) {
  std::mt19937 random(11);
  std::uniform_real_distribution<double> step(-40, 40), width(0.3, 25);
  for (int round = 0; round < 60; ++round) {
    geo::TileLine left, right;
    double x = -150, y = 50;
    for (int i = 0; i < 25; ++i) {
      x += 15 + step(random) / 2;
      y += step(random);
      left.push_back({x, y});
      right.push_back({x, y + width(random)});
    }
    geo::TilePolygon river;
    river.rings.push_back(left);
    river.rings[0].insert(river.rings[0].end(), right.rbegin(), right.rend());
    const auto clip = PolygonClip::Make(river);
    ASSERT_TRUE(clip.ok());
    const double whole = Area(*clip->In({-1000, -2000, 1000, 2000}));
    double sum = 0;
    for (int column = -10; column < 10; ++column) {
      for (int row = -20; row < 20; ++row) {
        const auto pieces =
            clip->In({column * 100.0, row * 100.0, column * 100.0 + 100, row * 100.0 + 100});
        ASSERT_TRUE(pieces.ok());
        ASSERT_EQ(WhatIsWrong(*pieces), "");
        sum += Area(*pieces);
      }
    }
    // Corners on the cut edges are rounded to whole units.
    ASSERT_NEAR(sum, whole, 0.02 * whole + 40);
  }
}

}  // namespace
}  // namespace citylayers::citypack
