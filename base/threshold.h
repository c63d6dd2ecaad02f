// A named value of a measure.
#ifndef CITYLAYERS_BASE_THRESHOLD_H_
#define CITYLAYERS_BASE_THRESHOLD_H_

#include <string>

namespace citylayers {

/// A value of a measure at which something changes, e.g. 1.50 m "báo động II" of a river gauge. The
/// value has the measure's unit.
struct Threshold {
  std::string name_vi;
  std::string name_en;
  double value = 0;
  friend bool operator==(const Threshold&, const Threshold&) = default;
};

}  // namespace citylayers

#endif  // CITYLAYERS_BASE_THRESHOLD_H_
