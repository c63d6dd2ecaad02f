// The embedded city's streets were written from memory. This test compares them with the real
// streets of the same name: a check, never a source.
#include <algorithm>
#include <cstdio>
#include <map>
#include <string>
#include <vector>

#include "gtest/gtest.h"

#include "samples/saigon/plane.h"
#include "samples/saigon/roads.h"
#include "tests/conformance/saigon/osm_streets.h"
#include "tests/support/real_data.h"

namespace citylayers::conformance {
namespace {

using saigon::Point;

// The part of the extract that is connected and complete (its README).
constexpr LonLatBox kCore = {106.597, 10.753, 106.727, 10.813};

double DistanceToLinesM(Point p, const std::vector<std::vector<Point>>& lines) {
  double best = 1e9;
  for (const std::vector<Point>& line : lines) {
    best = std::min(best, saigon::PolylineDistance(p, line));
  }
  return best;
}

std::vector<Point> ToPlane(const std::vector<LonLat>& points) {
  std::vector<Point> out;
  for (const LonLat p : points) out.push_back(saigon::ToPlane(p));
  return out;
}

TEST(SaigonAgainstOsm, FortyMainStreetsLieWithin250MetresOfTheirNamesakes) {
  CITYLAYERS_REAL_DATA_OR_SKIP(path, "roads/hcmc.osm.pbf");
  const StreetLines osm = ReadOsmStreets(path.string());
  ASSERT_GT(osm.size(), 500u) << "the extract has hundreds of street names";

  std::map<std::string, std::vector<double>> distances;
  for (const geo::Way& way : saigon::Roads()) {
    if (way.id >= saigon::kFirstLocalId) break;
    const auto namesakes = osm.find(way.name);
    if (namesakes == osm.end()) continue;
    std::vector<std::vector<Point>> lines;
    for (const std::vector<LonLat>& line : namesakes->second) lines.push_back(ToPlane(line));
    for (const Point p : saigon::Densify(ToPlane(way.points), 50)) {
      if (kCore.Contains(saigon::ToLonLat(p))) {
        distances[way.name].push_back(DistanceToLinesM(p, lines));
      }
    }
  }

  std::vector<std::pair<double, std::string>> medians;
  for (auto& [name, values] : distances) {
    auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    medians.emplace_back(*middle, name);
  }
  std::sort(medians.begin(), medians.end());
  int near = 0;
  std::printf("median distance to the same name in OpenStreetMap, inside its core:\n");
  for (const auto& [median, name] : medians) {
    std::printf("%6.0f m  %4zu points  %s\n", median, distances[name].size(), name.c_str());
    near += median <= 250;
  }
  std::printf("%d of %zu names within 250 m\n", near, medians.size());
  EXPECT_GE(near, 40);
  // The extract lacks parts of some streets and has others of the same name elsewhere, so that not
  // all can be near.
  EXPECT_GE(near * 100, static_cast<int>(medians.size()) * 75);
}

}  // namespace
}  // namespace citylayers::conformance
