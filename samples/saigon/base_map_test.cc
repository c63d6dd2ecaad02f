#include "samples/saigon/base_map.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <vector>

#include "gtest/gtest.h"

#include "samples/saigon/plane.h"
#include "samples/saigon/waterways.h"

namespace citylayers::saigon {
namespace {

const std::vector<Area>& AllAreas() {
  static const auto* const areas = new std::vector<Area>(Areas());
  return *areas;
}

std::vector<Point> ToPlane(const std::vector<LonLat>& points) {
  std::vector<Point> out;
  for (const LonLat p : points) out.push_back(saigon::ToPlane(p));
  return out;
}

double SignedArea(const std::vector<Point>& ring) {
  double sum = 0;
  for (std::size_t i = 1; i < ring.size(); ++i) sum += Cross(ring[i - 1], ring[i]) / 2;
  return sum;
}

// Compares every pair of edges: slow and simple.
bool IsSimpleSlow(const std::vector<Point>& ring) {
  const std::size_t edges = ring.size() - 1;
  for (std::size_t i = 0; i < edges; ++i) {
    for (std::size_t j = i + 2; j < edges; ++j) {
      if (i == 0 && j + 1 == edges) continue;
      double t = 0, u = 0;
      if (Intersect(ring[i], ring[i + 1], ring[j], ring[j + 1], &t, &u)) return false;
    }
  }
  return true;
}

bool InWater(LonLat p) {
  for (const Area& area : AllAreas()) {
    if (area.kind > AreaKind::kLake) continue;
    bool inside = false;
    for (const std::vector<LonLat>& ring : area.rings) {
      inside ^= InRing(saigon::ToPlane(p), ToPlane(ring));
    }
    if (inside) return true;
  }
  return false;
}

TEST(SaigonBaseMap, RingsAreClosedSimpleAndOriented) {
  for (const Area& area : AllAreas()) {
    SCOPED_TRACE(area.name_en);
    ASSERT_FALSE(area.rings.empty());
    for (std::size_t i = 0; i < area.rings.size(); ++i) {
      const std::vector<Point> ring = ToPlane(area.rings[i]);
      ASSERT_GE(ring.size(), 4u);
      EXPECT_TRUE(ring.front() == ring.back());
      EXPECT_TRUE(IsSimpleSlow(ring));
      EXPECT_EQ(SignedArea(ring) > 0, i == 0) << "outer rings run counter-clockwise, holes not";
    }
  }
}

TEST(SaigonBaseMap, WaterIsAsWideAsItIs) {
  for (const Line& line : WaterLines()) {
    if (line.name_en == "Saigon River") {
      EXPECT_GE(line.width_m, 220);
      EXPECT_LE(line.width_m, 330);
    }
    if (line.kind == LineKind::kCanal) {
      EXPECT_LE(line.width_m, 200) << line.name_en;
    }
  }
  for (const LonLat wet : {LonLat{106.7270, 10.7985},     // under Cầu Sài Gòn
                           LonLat{106.7086, 10.7695},     // over Hầm Thủ Thiêm
                           LonLat{106.7450, 10.7450},     // under Cầu Phú Mỹ
                           LonLat{106.7136, 10.8190},     // under Cầu Bình Triệu
                           LonLat{106.7670, 10.7100},     // Nhà Bè river
                           LonLat{106.8000, 10.7560}}) {  // Đồng Nai off Cát Lái
    EXPECT_TRUE(InWater(wet)) << wet.lon_deg << " " << wet.lat_deg;
  }
}

struct Bank {
  const char* name;
  LonLat at;
  bool left;  // looking downstream: the side of Thủ Thiêm
};

TEST(SaigonBaseMap, SaigonRiverPassesKnownPlacesOnTheRightSide) {
  const Bank banks[] = {
      {"Bến Bạch Đằng", {106.7066, 10.7735}, false},
      {"Bến Nhà Rồng", {106.7067, 10.7682}, false},
      {"Ba Son", {106.7083, 10.7835}, false},
      {"Landmark 81", {106.7219, 10.7949}, false},
      {"Thảo Cầm Viên", {106.7060, 10.7873}, false},
      {"Bến xe Miền Đông", {106.7112, 10.8145}, false},
      {"Bình Quới, inside the Thanh Đa loop", {106.7330, 10.8220}, false},
      {"An Phú Đông", {106.6960, 10.8560}, false},
      {"Khu chế xuất Tân Thuận", {106.7400, 10.7590}, false},
      {"Cầu Phú Mỹ, foot in District 7", {106.7390, 10.7410}, false},
      {"Phú Thuận", {106.7500, 10.7310}, false},
      {"Thủ Thiêm", {106.7180, 10.7740}, true},
      {"Thảo Điền", {106.7360, 10.8050}, true},
      {"An Phú", {106.7450, 10.8000}, true},
      {"Hiệp Bình Chánh", {106.7270, 10.8370}, true},
      {"Trường Thọ", {106.7560, 10.8330}, true},
      {"Thạnh Mỹ Lợi", {106.7600, 10.7640}, true},
      {"Cát Lái", {106.7800, 10.7660}, true},
  };
  const std::vector<Line> lines = WaterLines();
  const auto river = std::find_if(lines.begin(), lines.end(),
                                  [](const Line& line) { return line.name_vi == "Sông Sài Gòn"; });
  ASSERT_NE(river, lines.end());
  const std::vector<Point> centre = ToPlane(river->points);
  for (const Bank& bank : banks) {
    const Point p = saigon::ToPlane(bank.at);
    EXPECT_FALSE(InWater(bank.at)) << bank.name << " is on land";
    std::size_t nearest = 1;
    for (std::size_t i = 1; i < centre.size(); ++i) {
      if (SegmentDistance(p, centre[i - 1], centre[i]) <
          SegmentDistance(p, centre[nearest - 1], centre[nearest])) {
        nearest = i;
      }
    }
    const Point downstream = centre[nearest] - centre[nearest - 1];
    EXPECT_EQ(Cross(downstream, p - centre[nearest - 1]) > 0, bank.left) << bank.name;
  }
}

TEST(SaigonBaseMap, BinhQuoiIsAllButAnIsland) {
  // There is water to the north, east and south of the peninsula; the canal cuts its neck.
  for (const LonLat wet : {LonLat{106.7278, 10.8292}, LonLat{106.7503, 10.8277},
                           LonLat{106.7335, 10.8136}, LonLat{106.7172, 10.8120}}) {
    EXPECT_TRUE(InWater(wet)) << wet.lon_deg << " " << wet.lat_deg;
  }
}

TEST(SaigonBaseMap, LandLiesWhereTheCityHasIt) {
  std::set<std::string> names;
  for (const Area& area : AllAreas()) names.insert(area.name_vi);
  for (const char* name : {"Công viên Tao Đàn", "Thảo Cầm Viên", "Công viên 23 Tháng 9",
                           "Công viên Gia Định", "Công viên Lê Văn Tám", "Sân bay Tân Sơn Nhất",
                           "Rạch Nhiêu Lộc – Thị Nghè", "Kênh Bến Nghé", "Kênh Tàu Hủ", "Kênh Tẻ",
                           "Kênh Đôi", "Rạch Chiếc", "Rạch Văn Thánh", "Sông Vàm Thuật"}) {
    EXPECT_TRUE(names.contains(name)) << name;
  }
}

TEST(SaigonBaseMap, PlacesAreOnLandWithinTheCityByRank) {
  const std::vector<Place> places = Places();
  EXPECT_GE(places.size(), 60u);
  std::set<std::string> names;
  for (std::size_t i = 0; i < places.size(); ++i) {
    const Place& place = places[i];
    SCOPED_TRACE(place.name_vi);
    EXPECT_TRUE(kBounds.Contains(place.at));
    EXPECT_FALSE(place.name_en.empty());
    EXPECT_GE(place.rank, 1);
    EXPECT_LE(place.rank, 6);
    EXPECT_GE(place.rank, places[i > 0 ? i - 1 : 0].rank);
    EXPECT_TRUE(names.insert(place.name_vi + std::to_string(static_cast<int>(place.kind))).second);
    const bool over_water = place.name_vi.starts_with("Cầu ") && place.kind == PlaceKind::kLandmark;
    EXPECT_TRUE(over_water || !InWater(place.at));
  }
}

TEST(BankDistance, AgreesWithThePolygons) {
  const BankDistance banks(ReadWaterways());
  Random random(5);
  int wet = 0;
  for (int i = 0; i < 1'500; ++i) {
    const LonLat p = {random.Uniform(106.68, 106.78), random.Uniform(10.72, 10.85)};
    const double d = banks.At(saigon::ToPlane(p));
    if (std::abs(d) < 4) continue;  // the polygons are simplified by less
    wet += d < 0;
    EXPECT_EQ(d < 0, InWater(p)) << p.lon_deg << " " << p.lat_deg << " at " << d << " m";
  }
  EXPECT_GT(wet, 50);
}

}  // namespace
}  // namespace citylayers::saigon
