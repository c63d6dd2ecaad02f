// Comparisons of metres with thresholds.
#ifndef CITYLAYERS_SERVICES_ALERTS_RULES_THRESHOLD_H_
#define CITYLAYERS_SERVICES_ALERTS_RULES_THRESHOLD_H_

namespace citylayers::alerts {

/// Readings have millimetres; half of one keeps 1.7 and 1.6 + 0.1 equal.
inline constexpr double kToleranceM = 0.0005;

inline bool IsAtLeastM(double value_m, double threshold_m) {
  return value_m >= threshold_m - kToleranceM;
}
inline bool IsAtMostM(double value_m, double threshold_m) {
  return value_m <= threshold_m + kToleranceM;
}

}  // namespace citylayers::alerts

#endif  // CITYLAYERS_SERVICES_ALERTS_RULES_THRESHOLD_H_
