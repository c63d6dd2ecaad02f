// Observed levels of service of streets through the day, as shares of the free speed.
#ifndef CITYLAYERS_SERVICES_TOOLS_REPLAY_STREET_PROFILE_H_
#define CITYLAYERS_SERVICES_TOOLS_REPLAY_STREET_PROFILE_H_

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "base/csv.h"
#include "geo/roads/way.h"

namespace citylayers::replay {

inline constexpr int kHalfHours = 48;

/// Share of the free speed at a level of service given as a number (A = 1.0 ... F = 2.2). Knots are
/// the middles of the ranges that the Highway Capacity Manual gives for urban streets as shares of
/// base free-flow speed; linear between knots:
///
///   A 1.00  0.90     C 1.48  0.585     E 1.96  0.35
///   B 1.24  0.735    D 1.72  0.45      F 2.20  0.20
double SpeedShareOfLos(double los);

/// Level of service by street and half hour of the local day. Street ids are OpenStreetMap way ids.
class StreetProfile {
 public:
  /// Columns street_id, period ("period_H_MM", UTC; converted to +7 h here) and los_float (1.0 to
  /// 2.2). INVALID_ARGUMENT with file and line: a malformed cell.
  static absl::StatusOr<StreetProfile> FromCsv(const CsvTable& table);

  /// The observed share of the free speed; nullopt when there is no row. half_hour 0 is 00:00 to
  /// 00:30 local.
  std::optional<double> Observed(std::int64_t way_id, int half_hour) const;
  bool HasStreet(std::int64_t way_id) const { return streets_.contains(way_id); }
  std::size_t street_count() const { return streets_.size(); }

 private:
  using Day = std::array<std::optional<double>, kHalfHours>;
  std::map<std::int64_t, Day> streets_;
};

/// Typical speeds: the median share of the observed streets of a class in a half hour.
class ClassMedians {
 public:
  /// `way_classes`: the streets to include, i.e. those of the city.
  ClassMedians(const StreetProfile& profile,
               const std::map<std::int64_t, geo::RoadClass>& way_classes);

  /// The median; without rows in that half hour the median of all classes, then the class's median
  /// of the whole day, then free flow.
  double Share(geo::RoadClass road_class, int half_hour) const;

 private:
  static constexpr int kClasses = 7;
  std::array<std::array<double, kHalfHours>, kClasses> shares_{};
};

}  // namespace citylayers::replay

#endif  // CITYLAYERS_SERVICES_TOOLS_REPLAY_STREET_PROFILE_H_
