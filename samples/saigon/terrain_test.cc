#include "samples/saigon/terrain.h"

#include <algorithm>
#include <queue>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"

#include "geo/projection/projector.h"
#include "samples/saigon/base_map.h"
#include "samples/saigon/plane.h"
#include "samples/saigon/utm.h"

namespace citylayers::saigon {
namespace {

const Terrain& City() {
  static const auto* const terrain = new Terrain(MakeTerrain());
  return *terrain;
}

// The lowest stage at which each cell is flooded from open water: a simple priority flood.
const geo::Grid<float>& ConnectionLevel() {
  static const auto* const level = [] {
    const Terrain& t = City();
    auto* grid = new geo::Grid<float>(t.geometry.columns, t.geometry.rows, 1e9f);
    using Entry = std::pair<float, std::size_t>;
    std::priority_queue<Entry, std::vector<Entry>, std::greater<>> open;
    for (std::size_t i = 0; i < grid->size(); ++i) {
      if (t.open_water[i]) open.emplace((*grid)[i] = t.elevation_hondau_m[i], i);
    }
    while (!open.empty()) {
      const auto [reached, i] = open.top();
      open.pop();
      if (reached > (*grid)[i]) continue;
      const int c = static_cast<int>(i) % t.geometry.columns;
      const int r = static_cast<int>(i) / t.geometry.columns;
      for (int dc = -1; dc <= 1; ++dc) {
        for (int dr = -1; dr <= 1; ++dr) {
          if (!grid->Contains(c + dc, r + dr)) continue;
          const std::size_t n = grid->IndexOf(c + dc, r + dr);
          const float next = std::max(reached, t.elevation_hondau_m[n]);
          if (next < (*grid)[n]) open.emplace((*grid)[n] = next, n);
        }
      }
    }
    return grid;
  }();
  return *level;
}

// Visits the land cells between the box's corners. The grid's north differs by 0.3 degrees, which
// is irrelevant here.
template <typename Visit>
void ForLandIn(LonLatBox box, Visit visit) {
  const Terrain& t = City();
  const auto& a = t.geometry.affine;
  const Point low = ToUtm48({box.west_deg, box.south_deg});
  const Point high = ToUtm48({box.east_deg, box.north_deg});
  for (int r = static_cast<int>((a[3] - high.y) / a[1]); r * a[1] < a[3] - low.y; ++r) {
    for (int c = static_cast<int>((low.x - a[0]) / a[1]); c * a[1] < high.x - a[0]; ++c) {
      if (t.open_water.Contains(c, r) && !t.open_water.at(c, r)) {
        visit(t.open_water.IndexOf(c, r));
      }
    }
  }
}

double WetShare(LonLatBox box, float stage_m) {
  double wet = 0, land = 0;
  ForLandIn(box, [&](std::size_t i) {
    ++land;
    wet += ConnectionLevel()[i] < stage_m;
  });
  return wet / land;
}

double HeightM(LonLat p) {
  const Terrain& t = City();
  const Point utm = ToUtm48(p);
  return t.elevation_hondau_m.at(
      static_cast<int>((utm.x - t.geometry.affine[0]) / t.geometry.affine[1]),
      static_cast<int>((utm.y - t.geometry.affine[3]) / t.geometry.affine[5]));
}

// Maximum depth over a named main street within the box, in metres, and the flooded length.
struct StreetWater {
  double deepest_m = 0;
  double wet_m = 0;
};

StreetWater OnStreet(const std::string& name, double stage_m) {
  static const auto* const ways = new std::vector<geo::Way>(Roads());
  const Terrain& t = City();
  StreetWater water;
  for (const geo::Way& way : *ways) {
    if (way.name != name || way.bridge || way.tunnel) continue;
    std::vector<Point> line;
    for (const LonLat p : way.points) line.push_back(ToPlane(p));
    for (const Point p : Densify(line, 10)) {
      const Point utm = ToUtm48(ToLonLat(p));
      const int c = static_cast<int>((utm.x - t.geometry.affine[0]) / t.geometry.affine[1]);
      const int r = static_cast<int>((utm.y - t.geometry.affine[3]) / t.geometry.affine[5]);
      if (!t.open_water.Contains(c, r) || t.open_water.at(c, r)) continue;
      if (ConnectionLevel().at(c, r) >= stage_m) continue;
      water.wet_m += 10;
      water.deepest_m = std::max(water.deepest_m, stage_m - t.elevation_hondau_m.at(c, r));
    }
  }
  return water;
}

constexpr LonLatBox kThaoDienTile = {106.7212, 10.7901, 106.7432, 10.8117};  // 14/13049/7697

TEST(SaigonTerrain, LiesInUtmOverTheWholeCity) {
  const Terrain& t = City();
  EXPECT_EQ(t.geometry.columns, t.elevation_hondau_m.columns());
  EXPECT_EQ(t.geometry.rows, t.open_water.rows());
  EXPECT_NE(t.geometry.crs_wkt.find("32648"), std::string::npos);
  for (const LonLat corner : {LonLat{106.60, 10.62}, LonLat{106.83, 10.88}}) {
    EXPECT_GT(HeightM(corner), -20) << "at() is inside for every corner";
  }
  const auto projector = geo::Projector::Make("EPSG:4326", t.geometry.crs_wkt);
  ASSERT_TRUE(projector.ok()) << projector.status();
  for (const LonLat p : {LonLat{106.60, 10.62}, LonLat{106.7, 10.78}, LonLat{106.83, 10.88}}) {
    const auto expected = projector->Forward({p.lon_deg, p.lat_deg});
    ASSERT_TRUE(expected.ok());
    EXPECT_NEAR(ToUtm48(p).x, expected->x, 0.001);
    EXPECT_NEAR(ToUtm48(p).y, expected->y, 0.001);
    EXPECT_NEAR(FromUtm48(ToUtm48(p)).lon_deg, p.lon_deg, 1e-9);
    EXPECT_NEAR(FromUtm48(ToUtm48(p)).lat_deg, p.lat_deg, 1e-9);
  }
}

TEST(SaigonTerrain, IsLowWhereTheCityIsLow) {
  EXPECT_GT(HeightM({106.6991, 10.7798}), 5) << "Notre-Dame";
  EXPECT_GT(HeightM({106.6870, 10.7830}), 4) << "District 3";
  EXPECT_GT(HeightM({106.6797, 10.7990}), 3) << "Phú Nhuận";
  EXPECT_GT(HeightM({106.6560, 10.8000}), 5) << "Tân Bình";
  EXPECT_GT(HeightM({106.7850, 10.8640}), 18) << "the hills of Thủ Đức";
  for (const LonLat low : {LonLat{106.7360, 10.8080}, LonLat{106.7330, 10.8230},
                           LonLat{106.7100, 10.6900}, LonLat{106.7090, 10.7500}}) {
    EXPECT_LT(HeightM(low), 2.2);
    EXPECT_GT(HeightM(low), 1.1);
  }
}

TEST(SaigonTerrain, NoLandIsWetUpToOneMetre) {
  EXPECT_EQ(WetShare(kBounds, 1.0f), 0);
  EXPECT_EQ(WetShare(kThaoDienTile, 1.0f), 0) << "the flood tile is empty at low water";
  EXPECT_EQ(WetShare(kThaoDienTile, 1.32f), 0) << "and at the scenario's morning high";
  const Terrain& t = City();
  for (std::size_t i = 0; i < t.open_water.size(); ++i) {
    if (t.open_water[i]) {
      ASSERT_LT(t.elevation_hondau_m[i], -1.5f);
    } else {
      ASSERT_GT(t.elevation_hondau_m[i], 1.1f);
    }
  }
}

TEST(SaigonTerrain, SpringTidesWetAFewPercentNotHalfTheCity) {
  EXPECT_LT(WetShare(kBounds, 1.40f), 0.003) << "level I: here and there";
  EXPECT_GT(WetShare(kBounds, 1.40f), 0);
  EXPECT_GT(WetShare(kBounds, 1.70f), 0.025);
  EXPECT_LT(WetShare(kBounds, 1.70f), 0.10);
  EXPECT_GT(WetShare(kThaoDienTile, 1.70f), 0.03);
  EXPECT_LT(WetShare(kThaoDienTile, 1.70f), 0.35);
  EXPECT_EQ(WetShare({106.676, 10.775, 106.699, 10.788}, 1.70f), 0) << "District 3 is high";
  double deep = 0, wet = 0;
  ForLandIn(kBounds, [&](std::size_t i) {
    if (ConnectionLevel()[i] >= 1.70f) return;
    ++wet;
    deep += 1.70f - City().elevation_hondau_m[i] > 0.45f;
  });
  EXPECT_LT(deep, 0.02 * wet) << "streets stand under 5-40 cm, not more";
}

TEST(SaigonTerrain, WetsTheStreetsOfThePressListsAt170) {
  for (const char* name :
       {"Nguyễn Văn Hưởng", "Quốc Hương", "Xuân Thủy", "Trần Xuân Soạn", "Huỳnh Tấn Phát",
        "Calmette", "Bình Quới", "Nguyễn Hữu Cảnh", "Ung Văn Khiêm", "Lê Văn Lương", "Phạm Hữu Lầu",
        "Đào Sư Tích", "Đào Trí", "Nguyễn Bình"}) {
    const StreetWater high = OnStreet(name, 1.70);
    EXPECT_GE(high.wet_m, 150) << name;
    EXPECT_GE(high.deepest_m, 0.10) << name;
    EXPECT_LE(high.deepest_m, 0.55) << name;
    EXPECT_EQ(OnStreet(name, 1.0).wet_m, 0) << name;
  }
  for (const char* name :
       {"Lê Duẩn", "Nguyễn Đình Chiểu", "Hoàng Văn Thụ", "Cộng Hòa", "Võ Thị Sáu"}) {
    EXPECT_EQ(OnStreet(name, 1.70).wet_m, 0) << name << " is on high ground";
  }
}

TEST(SaigonTerrain, IsTheSameForTheSameSeedOnly) {
  const Terrain again = MakeTerrain();
  EXPECT_TRUE(again.elevation_hondau_m == City().elevation_hondau_m);
  EXPECT_TRUE(again.open_water == City().open_water);
  EXPECT_FALSE(MakeTerrain(kDefaultSeed + 1).elevation_hondau_m == City().elevation_hondau_m);
}

}  // namespace
}  // namespace citylayers::saigon
