#include "samples/saigon/terrain.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "absl/strings/str_split.h"

#include "samples/saigon/base_map.h"
#include "samples/saigon/embedded.h"
#include "samples/saigon/main_streets.h"
#include "samples/saigon/plane.h"
#include "samples/saigon/tsv.h"
#include "samples/saigon/utm.h"
#include "samples/saigon/waterways.h"

namespace citylayers::saigon {
namespace {

constexpr double kCellM = 25;
constexpr double kLatticeM =
    150;  // spacing of the lattice to which spot heights are interpolated; smooth in between
constexpr double kLowestLandM = 1.15;  // no land is flooded at a stage of 1.0 m
constexpr double kLaneSlope = 0.006;   // slope of the ground beside a low lane
constexpr double kLaneReachM = 90;

struct Spot {
  Point at;
  double height_m = 0;
};

struct Lane {
  double level_m = 0;
  double half_m = 0;
  std::vector<Point> course;
};

std::vector<Spot> ReadSpots() {
  std::vector<Spot> spots;
  for (const Row& row : ReadTable("spot_heights.tsv", kSpotHeightsTsv, 4)) {
    spots.push_back({ToPlane({ParseNumber(row, row.fields[0]), ParseNumber(row, row.fields[1])}),
                     ParseNumber(row, row.fields[2])});
  }
  return spots;
}

// Adds the runs of a street's course within the box.
void AddStreetLanes(const Row& row, const std::vector<Street>& streets, Lane lane, Point low,
                    Point high, std::vector<Lane>* lanes) {
  bool found = false;
  for (const Street& street : streets) {
    if (street.name != row.fields[0] || street.bridge || street.tunnel) continue;
    lane.course.clear();
    for (const Point p : Densify(street.line, 10)) {
      if (p.x >= low.x && p.y >= low.y && p.x <= high.x && p.y <= high.y) {
        lane.course.push_back(p);
      }
    }
    if (lane.course.size() < 2) continue;
    found = true;
    lanes->push_back(lane);
  }
  if (!found) BadTable(row, "no main street of this name lies in the box");
}

std::vector<Lane> ReadLanes(const BankDistance& banks) {
  const std::vector<Street> streets = MainStreets(banks);
  std::vector<Lane> lanes;
  for (const Row& row : ReadTable("low_lanes.tsv", kLowLanesTsv, 4)) {
    Lane lane{ParseNumber(row, row.fields[1]), ParseNumber(row, row.fields[2]), {}};
    const std::vector<std::string> words = absl::StrSplit(row.fields[3], ' ');
    if (words[0] != "street") {
      lane.course = Smooth(ParsePoints(row, row.fields[3], 2), 10);
      lanes.push_back(std::move(lane));
    } else if (words.size() == 1) {
      AddStreetLanes(row, streets, lane, {-1e6, -1e6}, {1e6, 1e6}, &lanes);
    } else if (words.size() == 5) {
      AddStreetLanes(row, streets, lane,
                     ToPlane({ParseNumber(row, words[1]), ParseNumber(row, words[2])}),
                     ToPlane({ParseNumber(row, words[3]), ParseNumber(row, words[4])}), &lanes);
    } else {
      BadTable(row, "course is not 'street', 'street west south east north' or points");
    }
  }
  return lanes;
}

// Tides reach a low street through its drains. The terrain models that as a narrow gully from the
// street's point nearest to a bank straight to the water.
Lane Gully(const Lane& lane, const BankDistance& banks) {
  Point p = lane.course[0];
  for (const Point q : lane.course) {
    if (banks.At(q) < banks.At(p)) p = q;
  }
  Lane gully{lane.level_m + 0.02, 13, {p}};
  for (int i = 0; i < 60 && banks.At(p) > -10 && banks.At(p) < BankDistance::kReachM; ++i) {
    p = p - banks.Outward(p) * 10;
    gully.course.push_back(p);
  }
  return gully;
}

class Builder {
 public:
  explicit Builder(std::uint64_t seed)
      : seed_(seed), waterways_(ReadWaterways()), banks_(waterways_) {}

  Terrain Run() {
    Lay();
    InterpolateSpots();
    for (int r = 0; r < terrain_.geometry.rows; ++r) {
      for (int c = 0; c < terrain_.geometry.columns; ++c) FillCell(c, r);
    }
    for (const Lane& lane : ReadLanes(banks_)) {
      Carve(lane);
      const Lane gully = Gully(lane, banks_);
      if (gully.course.size() > 1) Carve(gully);
    }
    return std::move(terrain_);
  }

 private:
  void Lay() {
    const double west = kBounds.west_deg, south = kBounds.south_deg;
    const double east = kBounds.east_deg, north = kBounds.north_deg;
    Point low = ToUtm48({west, south}), high = low;
    for (const LonLat corner : {LonLat{west, north}, LonLat{east, south}, LonLat{east, north}}) {
      const Point p = ToUtm48(corner);
      low = {std::min(low.x, p.x), std::min(low.y, p.y)};
      high = {std::max(high.x, p.x), std::max(high.y, p.y)};
    }
    const double left = std::floor(low.x / kCellM) * kCellM;
    const double top = std::ceil(high.y / kCellM) * kCellM;
    terrain_.geometry.columns = static_cast<int>(std::ceil((high.x - left) / kCellM));
    terrain_.geometry.rows = static_cast<int>(std::ceil((top - low.y) / kCellM));
    terrain_.geometry.affine = {left, kCellM, 0, top, 0, -kCellM};
    terrain_.geometry.crs_wkt = kUtm48Wkt;
    terrain_.elevation_hondau_m =
        geo::Grid<float>(terrain_.geometry.columns, terrain_.geometry.rows);
    terrain_.open_water =
        geo::Grid<std::uint8_t>(terrain_.geometry.columns, terrain_.geometry.rows);
  }

  Point CentreOf(int c, int r) const {
    const auto& a = terrain_.geometry.affine;
    return ToPlane(FromUtm48({a[0] + (c + 0.5) * a[1], a[3] + (r + 0.5) * a[5]}));
  }

  // Inverse distance weighting (Shepard) on a coarse lattice; cells are interpolated bilinearly.
  void InterpolateSpots() {
    const std::vector<Spot> spots = ReadSpots();
    low_ = ToPlane({kBounds.west_deg - 0.02, kBounds.south_deg - 0.02});
    const Point high = ToPlane({kBounds.east_deg + 0.02, kBounds.north_deg + 0.02});
    lattice_ = geo::Grid<float>(static_cast<int>((high.x - low_.x) / kLatticeM) + 2,
                                static_cast<int>((high.y - low_.y) / kLatticeM) + 2);
    for (int r = 0; r < lattice_.rows(); ++r) {
      for (int c = 0; c < lattice_.columns(); ++c) {
        const Point p = low_ + Point{c * kLatticeM, r * kLatticeM};
        double sum = 0, weights = 0;
        for (const Spot& spot : spots) {
          const Point d = p - spot.at;
          const double near = Dot(d, d) + 200.0 * 200.0;
          const double weight = 1 / (near * std::sqrt(near) * std::sqrt(std::sqrt(near)));
          sum += weight * spot.height_m;
          weights += weight;
        }
        lattice_.at(c, r) = static_cast<float>(sum / weights);
      }
    }
  }

  double LandM(Point p) const {
    const double fx = (p.x - low_.x) / kLatticeM, fy = (p.y - low_.y) / kLatticeM;
    const int c = std::clamp(static_cast<int>(fx), 0, lattice_.columns() - 2);
    const int r = std::clamp(static_cast<int>(fy), 0, lattice_.rows() - 2);
    const double u = fx - c, v = fy - r;
    const double height =
        std::lerp(std::lerp(lattice_.at(c, r), lattice_.at(c + 1, r), u),
                  std::lerp(lattice_.at(c, r + 1), lattice_.at(c + 1, r + 1), u), v);
    // Filled, flat land near sea level is smoother than the hills of Thủ Đức.
    const double rough = std::clamp(0.072 + 0.03 * (height - 1.8), 0.072, 0.9);
    const double noise = 1.1 * Noise(seed_ + 21, p, 700) + 0.9 * Noise(seed_ + 22, p, 160) +
                         0.45 * Noise(seed_ + 23, p, 45);
    return std::max(kLowestLandM, height + rough * noise);
  }

  void FillCell(int c, int r) {
    const Point p = CentreOf(c, r);
    const double bank = banks_.At(p);
    if (bank >= 0) {
      terrain_.elevation_hondau_m.at(c, r) = static_cast<float>(LandM(p));
      return;
    }
    terrain_.open_water.at(c, r) = 1;
    // Quay walls are steep, then the bed deepens towards the middle, to 12 m in the river.
    const double depth = 1.8 + std::min(10.5, -bank * 0.09);
    terrain_.elevation_hondau_m.at(c, r) = static_cast<float>(-depth);
  }

  void Carve(const Lane& lane) {
    for (const Point on : lane.course) {
      const Point utm = ToUtm48(ToLonLat(on));
      const auto& a = terrain_.geometry.affine;
      const int c0 = static_cast<int>((utm.x - a[0]) / kCellM);
      const int r0 = static_cast<int>((a[3] - utm.y) / kCellM);
      const int reach = static_cast<int>(kLaneReachM / kCellM) + 1;
      // Kerbs sink unevenly: the deep places are some 300 m apart.
      const double level =
          lane.level_m + 0.09 * Noise(seed_ + 24, on, 330) + 0.03 * Noise(seed_ + 26, on, 80);
      const double half_m = lane.half_m * (1 + 0.5 * Noise(seed_ + 27, on, 240));
      for (int r = r0 - reach; r <= r0 + reach; ++r) {
        for (int c = c0 - reach; c <= c0 + reach; ++c) {
          if (!terrain_.open_water.Contains(c, r) || terrain_.open_water.at(c, r)) continue;
          const Point utm_cell = {a[0] + (c + 0.5) * kCellM, a[3] - (r + 0.5) * kCellM};
          const double d = Distance(utm, utm_cell);
          if (d > kLaneReachM) continue;
          // Yards and walls interrupt the slope beside the street, so its edge is ragged.
          const double ragged = std::max(0.0, 0.5 + Noise(seed_ + 25, utm_cell, 70));
          const double ground =
              level + std::max(0.0, d - half_m) * kLaneSlope * (0.3 + 1.6 * ragged);
          float& cell = terrain_.elevation_hondau_m.at(c, r);
          cell = std::min(cell, static_cast<float>(std::max(kLowestLandM, ground)));
        }
      }
    }
  }

  const std::uint64_t seed_;
  const std::vector<Waterway> waterways_;
  const BankDistance banks_;
  Terrain terrain_;
  Point low_;
  geo::Grid<float> lattice_;
};

}  // namespace

Terrain MakeTerrain(std::uint64_t seed) { return Builder(seed).Run(); }

}  // namespace citylayers::saigon
