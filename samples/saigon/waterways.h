// Rivers and canals as smooth centre lines with widths, and the distance to their banks. Internal
// to samples/saigon: base_map.h has the polygons.
#ifndef CITYLAYERS_SAMPLES_SAIGON_WATERWAYS_H_
#define CITYLAYERS_SAMPLES_SAIGON_WATERWAYS_H_

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "samples/saigon/base_map.h"
#include "samples/saigon/plane.h"

namespace citylayers::saigon {

struct Waterway {
  AreaKind kind = AreaKind::kRiver;
  std::string name_vi;
  std::string name_en;
  std::vector<Point> centre;   // a point about every 40 m
  std::vector<double> half_m;  // half the width at each point
};

std::vector<Waterway> ReadWaterways();

/// Signed distance to the nearest bank of any water: negative in water. Exact up to kReachM, which
/// is returned for all larger distances. O(centre-line pieces within 400 m). Thread-safe.
class BankDistance {
 public:
  static constexpr double kReachM = 400;
  explicit BankDistance(const std::vector<Waterway>& waterways);
  double At(Point p) const;
  /// Unit vector away from the water at p (towards greater distance).
  Point Outward(Point p) const;

 private:
  struct Piece {
    Point a, b;
    double half_a, half_b;
  };
  static std::int64_t CellOf(int column, int row) {
    return (static_cast<std::int64_t>(column) << 32) ^ static_cast<std::uint32_t>(row);
  }
  std::vector<Piece> pieces_;
  std::unordered_map<std::int64_t, std::vector<int>> cells_;  // by cells of kCellM
  static constexpr double kCellM = 250;
};

/// The outline of one water as closed rings, outer ring first and counter-clockwise.
std::vector<std::vector<Point>> Outline(const Waterway& water);

}  // namespace citylayers::saigon

#endif  // CITYLAYERS_SAMPLES_SAIGON_WATERWAYS_H_
