// The direction in which streets run at each place. Internal to samples/saigon.
#ifndef CITYLAYERS_SAMPLES_SAIGON_DIRECTION_FIELD_H_
#define CITYLAYERS_SAMPLES_SAIGON_DIRECTION_FIELD_H_

#include <complex>
#include <vector>

#include "samples/saigon/plane.h"
#include "samples/saigon/street_net.h"

namespace citylayers::saigon {

/// The direction of streets at each place, modulo a quarter turn: that of the main streets nearby,
/// each weighted by its length and distance.
class DirectionField {
 public:
  /// Of the area between two corners, on a lattice of 100 m.
  DirectionField(const std::vector<Street>& main, Point low, Point high);

  /// Direction in radians, modulo a quarter turn.
  double At(Point p) const;

 private:
  std::complex<double> Unit(int c, int r) const;
  void AddPiece(Point a, Point b);

  Point low_;
  int columns_, rows_;
  std::vector<std::complex<double>> sums_;
};

}  // namespace citylayers::saigon

#endif  // CITYLAYERS_SAMPLES_SAIGON_DIRECTION_FIELD_H_
