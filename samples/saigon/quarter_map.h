// The quarter of each place. Internal to samples/saigon.
#ifndef CITYLAYERS_SAMPLES_SAIGON_QUARTER_MAP_H_
#define CITYLAYERS_SAMPLES_SAIGON_QUARTER_MAP_H_

#include <vector>

#include "samples/saigon/land_areas.h"
#include "samples/saigon/plane.h"
#include "samples/saigon/waterways.h"

namespace citylayers::saigon {

/// The quarter of each place on a lattice of 20 m; none in areas without streets, such as parks,
/// and near banks.
class QuarterMap {
 public:
  QuarterMap(Point low, Point high, const BankDistance& banks);

  /// nullptr: no quarter. Valid as long as the map.
  const Quarter* At(Point p) const;

 private:
  int& Cell(int c, int r);
  Point CentreOf(int c, int r) const;
  void Paint(const std::vector<Point>& ring, int value);

  std::vector<Quarter> quarters_;
  Point low_;
  int columns_, rows_;
  std::vector<int> cells_;
};

}  // namespace citylayers::saigon

#endif  // CITYLAYERS_SAMPLES_SAIGON_QUARTER_MAP_H_
