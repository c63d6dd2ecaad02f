#include "samples/saigon/roads.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "samples/saigon/base_map.h"
#include "samples/saigon/waterways.h"
#include "tests/support/saigon_cut.h"

namespace citylayers::saigon {
namespace {

const std::vector<geo::Way>& Ways() {
  static const auto* const ways = new std::vector<geo::Way>(Roads());
  return *ways;
}

const std::vector<CutSegment>& Segments() {
  static const auto* const segments = new std::vector<CutSegment>(CutWays(Ways()));
  return *segments;
}

bool IsMain(const geo::Way& way) { return way.id < kFirstLocalId; }

std::set<std::int64_t> NodesOf(const std::string& name) {
  std::set<std::int64_t> nodes;
  for (const geo::Way& way : Ways()) {
    if (IsMain(way) && way.name == name) nodes.insert(way.nodes.begin(), way.nodes.end());
  }
  return nodes;
}

bool Share(const std::string& a, const std::string& b) {
  const std::set<std::int64_t> of_a = NodesOf(a), of_b = NodesOf(b);
  EXPECT_FALSE(of_a.empty()) << "no street " << a;
  EXPECT_FALSE(of_b.empty()) << "no street " << b;
  return std::any_of(of_a.begin(), of_a.end(), [&](std::int64_t n) { return of_b.contains(n); });
}

TEST(SaigonRoads, AreWellFormedWays) {
  std::set<std::int64_t> ids;
  std::map<std::int64_t, LonLat> places;
  for (const geo::Way& way : Ways()) {
    EXPECT_TRUE(ids.insert(way.id).second) << way.id;
    EXPECT_GT(way.id, 0);
    ASSERT_EQ(way.nodes.size(), way.points.size()) << way.id;
    ASSERT_GE(way.nodes.size(), 2u) << way.id;
    for (std::size_t i = 0; i < way.nodes.size(); ++i) {
      ASSERT_GT(way.nodes[i], 0);
      const auto [it, first] = places.emplace(way.nodes[i], way.points[i]);
      ASSERT_TRUE(it->second == way.points[i]) << "node " << way.nodes[i] << " is in two places";
      if (i > 0) {
        ASSERT_NE(way.nodes[i], way.nodes[i - 1]) << way.name << " " << way.id;
      }
    }
  }
}

TEST(SaigonRoads, HaveTwentyThousandDirectedSegmentsAndMore) {
  EXPECT_GE(Segments().size(), 20'000u);
  EXPECT_LE(Segments().size(), 60'000u) << "more than a booth's laptop should be given";
  const auto main = std::count_if(Segments().begin(), Segments().end(),
                                  [](const CutSegment& s) { return IsMain(*s.way); });
  EXPECT_GE(main, 3'000) << "the named streets are cut where local streets meet them";
  double shortest = 1e9;
  for (const CutSegment& s : Segments()) shortest = std::min(shortest, s.length_m);
  EXPECT_GE(shortest, 1) << "junctions that lie together must be one";
}

TEST(SaigonRoads, NameTheStreetsAndBridgesOfTheCity) {
  std::set<std::string> names;
  for (const geo::Way& way : Ways()) {
    if (IsMain(way)) names.insert(way.name);
  }
  EXPECT_GE(names.size(), 150u);
  for (const char* name : {"Nguyễn Huệ",
                           "Lê Lợi",
                           "Đồng Khởi",
                           "Hàm Nghi",
                           "Tôn Đức Thắng",
                           "Nguyễn Hữu Cảnh",
                           "Điện Biên Phủ",
                           "Võ Thị Sáu",
                           "Nguyễn Thị Minh Khai",
                           "Nam Kỳ Khởi Nghĩa",
                           "Pasteur",
                           "Hai Bà Trưng",
                           "Cách Mạng Tháng Tám",
                           "3 Tháng 2",
                           "Võ Văn Kiệt",
                           "Mai Chí Thọ",
                           "Võ Nguyên Giáp",
                           "Nguyễn Văn Linh",
                           "Huỳnh Tấn Phát",
                           "Nguyễn Tất Thành",
                           "Nguyễn Văn Hưởng",
                           "Thảo Điền",
                           "Quốc Hương",
                           "Xuân Thủy",
                           "Trần Xuân Soạn",
                           "Lê Văn Lương",
                           "Calmette",
                           "Cầu Sài Gòn",
                           "Cầu Thủ Thiêm 1",
                           "Cầu Ba Son",
                           "Cầu Phú Mỹ",
                           "Cầu Bình Triệu",
                           "Xô Viết Nghệ Tĩnh",
                           "Đinh Bộ Lĩnh",
                           "Phạm Văn Đồng",
                           "Trường Chinh",
                           "Cộng Hòa",
                           "Hoàng Văn Thụ",
                           "Nguyễn Văn Trỗi",
                           "Phan Đăng Lưu",
                           "Bạch Đằng",
                           "Lý Thường Kiệt",
                           "Nguyễn Trãi",
                           "Trần Hưng Đạo",
                           "Hồng Bàng",
                           "Kinh Dương Vương",
                           "Đồng Văn Cống",
                           "Đỗ Xuân Hợp",
                           "Tô Ngọc Vân",
                           "Kha Vạn Cân",
                           "Bình Quới",
                           "Đào Trí",
                           "Phạm Hữu Lầu",
                           "Nguyễn Lương Bằng",
                           "Nguyễn Thị Thập",
                           "Hầm Thủ Thiêm"}) {
    EXPECT_TRUE(names.contains(name)) << name;
  }
}

TEST(SaigonRoads, MeetWhereStreetsMeetInTheCity) {
  const std::pair<const char*, const char*> crossings[] = {
      {"Lê Lợi", "Nguyễn Huệ"},
      {"Lê Lợi", "Đồng Khởi"},
      {"Lê Lợi", "Pasteur"},
      {"Nguyễn Huệ", "Tôn Đức Thắng"},
      {"Hàm Nghi", "Tôn Đức Thắng"},
      {"Hai Bà Trưng", "Điện Biên Phủ"},
      {"Hai Bà Trưng", "Nguyễn Thị Minh Khai"},
      {"Hai Bà Trưng", "Võ Thị Sáu"},
      {"Nam Kỳ Khởi Nghĩa", "Nguyễn Thị Minh Khai"},
      {"Nam Kỳ Khởi Nghĩa", "Lê Duẩn"},
      {"Cách Mạng Tháng Tám", "3 Tháng 2"},
      {"Cách Mạng Tháng Tám", "Điện Biên Phủ"},
      {"Điện Biên Phủ", "Xô Viết Nghệ Tĩnh"},
      {"Điện Biên Phủ", "Cầu Sài Gòn"},
      {"Cầu Sài Gòn", "Võ Nguyên Giáp"},
      {"Nguyễn Hữu Cảnh", "Cầu Thủ Thiêm 1"},
      {"Tôn Đức Thắng", "Cầu Ba Son"},
      {"Trường Chinh", "Cộng Hòa"},
      {"Cộng Hòa", "Hoàng Văn Thụ"},
      {"Hoàng Văn Thụ", "Nguyễn Văn Trỗi"},
      {"Phan Đăng Lưu", "Bạch Đằng"},
      {"Đinh Bộ Lĩnh", "Cầu Bình Triệu"},
      {"Nguyễn Tất Thành", "Cầu Tân Thuận"},
      {"Huỳnh Tấn Phát", "Nguyễn Văn Linh"},
      {"Nguyễn Văn Linh", "Nguyễn Hữu Thọ"},
      {"Mai Chí Thọ", "Đồng Văn Cống"},
      {"Võ Nguyên Giáp", "Mai Chí Thọ"},
      {"Võ Nguyên Giáp", "Lê Văn Việt"},
      {"Xuân Thủy", "Quốc Hương"},
      {"Thảo Điền", "Võ Nguyên Giáp"},
      {"Phạm Văn Đồng", "Cầu Bình Lợi"},
  };
  for (const auto& [a, b] : crossings) EXPECT_TRUE(Share(a, b)) << a << " x " << b;
}

TEST(SaigonRoads, TunnelAndBridgesPassWithoutMeeting) {
  EXPECT_FALSE(Share("Hầm Thủ Thiêm", "Tôn Đức Thắng")) << "the tunnel runs below the quay";
  EXPECT_FALSE(Share("Cao tốc Long Thành – Dầu Giây", "Võ Chí Công")) << "the expressway is above";
  EXPECT_FALSE(Share("Cầu Phú Mỹ", "Đào Trí"));
}

TEST(SaigonRoads, AreOneNetwork) {
  std::map<std::int64_t, std::int64_t> parent;
  const auto find = [&](std::int64_t n) {
    while (parent.emplace(n, n).first->second != n) n = parent[n] = parent[parent[n]];
    return n;
  };
  for (const bool main_only : {true, false}) {
    parent.clear();
    for (const geo::Way& way : Ways()) {
      if (main_only && !IsMain(way)) continue;
      for (const std::int64_t node : way.nodes) parent[find(node)] = find(way.nodes[0]);
    }
    std::map<std::int64_t, std::size_t> sizes;
    std::size_t all = 0, largest = 0;
    for (const auto& entry : std::map(parent)) {
      largest = std::max(largest, ++sizes[find(entry.first)]);
      ++all;
    }
    EXPECT_GE(largest * 100, all * 98) << (main_only ? "main streets" : "all streets");
  }
}

TEST(SaigonRoads, CrossWaterOnBridgesOnly) {
  const BankDistance banks(ReadWaterways());
  std::map<std::string, double> wet_m;
  double bridges_m = 0;
  for (const CutSegment& s : Segments()) {
    for (const Point p : Densify(s.line, 10)) {
      if (banks.At(p) > -2) continue;
      if (s.way->bridge)
        bridges_m += 10;
      else if (!s.way->tunnel)
        wet_m[s.way->name] += 10;
    }
  }
  EXPECT_GT(bridges_m, 10'000);
  double all_m = 0;
  for (const auto& [name, metres] : wet_m) {
    all_m += metres;
    EXPECT_LE(metres, 60) << "'" << name << "' runs through water";
  }
  EXPECT_LE(all_m, 400);
}

std::size_t CountIn(LonLatBox box) {
  return static_cast<std::size_t>(
      std::count_if(Segments().begin(), Segments().end(),
                    [&](const CutSegment& s) { return box.Contains(ToLonLat(s.mid)); }));
}

TEST(SaigonRoads, AreDenseInTheCentreAndSparseInRiceLand) {
  EXPECT_GE(CountIn({106.6772, 10.7685, 106.6992, 10.7901}), 1'000u) << "tile 14/13047/7698";
  EXPECT_GE(CountIn({106.7212, 10.7901, 106.7432, 10.8117}), 500u) << "tile 14/13049/7697";
  EXPECT_LE(CountIn({106.6900, 10.6300, 106.7200, 10.6600}), 100u) << "fields of Long Thới";
  EXPECT_EQ(CountIn({106.6480, 10.8150, 106.6640, 10.8230}), 0u) << "the runways of Tân Sơn Nhất";
}

TEST(SaigonRoads, DoNotLookLikeAGrid) {
  // Directions of local streets in a dense quarter, modulo a quarter turn, weighted by length: a
  // grid has nearly all of them in one or two of these nine bins.
  std::vector<double> bins(9, 0);
  double all = 0;
  for (const CutSegment& s : Segments()) {
    if (IsMain(*s.way) || !LonLatBox{106.66, 10.785, 106.72, 10.83}.Contains(ToLonLat(s.mid))) {
      continue;
    }
    bins[static_cast<std::size_t>(std::fmod(s.bearing_deg, 90) / 10)] += s.length_m;
    all += s.length_m;
  }
  EXPECT_LT(*std::max_element(bins.begin(), bins.end()), 0.3 * all);
  EXPECT_GT(*std::min_element(bins.begin(), bins.end()), 0.03 * all);
}

TEST(SaigonRoads, NameLocalStreetsSparingly) {
  int named = 0, local = 0;
  for (const geo::Way& way : Ways()) {
    if (IsMain(way)) continue;
    ++local;
    named += !way.name.empty();
    if (!way.name.empty()) {
      EXPECT_THAT(way.name,
                  testing::AnyOf(testing::StartsWith("Hẻm "), testing::StartsWith("Đường số ")));
    }
  }
  EXPECT_GT(named * 20, local);
  EXPECT_LT(named * 3, local);
}

bool SameWay(const geo::Way& a, const geo::Way& b) {
  return a.id == b.id && a.name == b.name && a.road_class == b.road_class && a.oneway == b.oneway &&
         a.bridge == b.bridge && a.nodes == b.nodes && a.points == b.points;
}

TEST(SaigonRoads, AreTheSameForTheSameSeedOnly) {
  const std::vector<geo::Way> again = Roads();
  ASSERT_EQ(again.size(), Ways().size());
  EXPECT_TRUE(std::equal(again.begin(), again.end(), Ways().begin(), SameWay));
  const std::vector<geo::Way> other = Roads(kDefaultSeed + 1);
  EXPECT_FALSE(other.size() == again.size() &&
               std::equal(again.begin(), again.end(), other.begin(), SameWay));
}

}  // namespace
}  // namespace citylayers::saigon
