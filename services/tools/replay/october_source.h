// The scenario of October 2022 in Ho Chi Minh City, from recorded data.
#ifndef CITYLAYERS_SERVICES_TOOLS_REPLAY_OCTOBER_SOURCE_H_
#define CITYLAYERS_SERVICES_TOOLS_REPLAY_OCTOBER_SOURCE_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "base/csv.h"
#include "services/tools/replay/city_listing.h"
#include "services/tools/replay/river_levels.h"
#include "services/tools/replay/scenario_source.h"
#include "services/tools/replay/street_profile.h"

namespace citylayers::replay {

/// Share of the scenario's data that was measured.
struct MeasuredShare {
  double segments = 0;    // segments whose street has a row for some half hour, 0 to 1
  double length = 0;      // the same by length
  double half_hours = 0;  // share of all segments x half hours that were measured
};

/// Streets with their observed daily profile (the same on each day), stages of
/// the reconstructed river.
///  - A segment whose OpenStreetMap way has a row in the half hour: quality GOOD.
///  - Any other segment: the median of its class in that half hour, quality PROFILE.
///  - A stage: quality ESTIMATED, since only daily highs and lows are known.
class OctoberSource final : public ScenarioSource {
 public:
  static ScenarioDescription Describe();
  /// Reads traffic/hcmc_street_los_by_halfhour.csv and
  /// flood/hcmc_river_level_daily_high_low_excerpt.csv below `directory`. NOT_FOUND: a file is
  /// missing. INVALID_ARGUMENT: a file has invalid content. FAILED_PRECONDITION: no street and no
  /// gauge matches.
  static absl::StatusOr<std::unique_ptr<OctoberSource>> Open(const std::string& directory,
                                                             const CityListing& city);
  /// Builds the source from tables.
  static absl::StatusOr<std::unique_ptr<OctoberSource>> Make(const CsvTable& streets,
                                                             const CsvTable& river,
                                                             const CityListing& city);

  const ScenarioDescription& description() const override { return description_; }
  const std::vector<std::string>& measures() const override { return measures_; }
  void Frame(absl::Duration from, absl::Duration to, int thin,
             std::vector<DueReading>* out) const override;
  std::vector<std::string> Notes() const override;
  MeasuredShare measured() const { return measured_; }

 private:
  struct Street {
    std::int64_t way_id = 0;
    geo::RoadClass road_class = geo::RoadClass::kLocal;
    double reference_speed_kmh = 0;
    double length_m = 0;
  };
  OctoberSource(StreetProfile profile, ClassMedians medians);
  void AddGauges(const std::vector<RiverGauge>& river, const CityListing& city);
  void AddStreets(const CityListing& city);

  ScenarioDescription description_ = Describe();
  StreetProfile profile_;
  ClassMedians medians_;
  std::vector<RiverGauge> gauges_;  // measures 0 to n-1
  std::vector<Street> streets_;     // the measures after the gauges
  std::vector<std::string> measures_;
  MeasuredShare measured_;
};

}  // namespace citylayers::replay

#endif  // CITYLAYERS_SERVICES_TOOLS_REPLAY_OCTOBER_SOURCE_H_
