// The embedded scenario: one day with two rush hours, a storm and a spring tide.
#ifndef CITYLAYERS_SERVICES_TOOLS_REPLAY_SAIGON_SOURCE_H_
#define CITYLAYERS_SERVICES_TOOLS_REPLAY_SAIGON_SOURCE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "samples/saigon/scenario.h"
#include "services/tools/replay/city_listing.h"
#include "services/tools/replay/scenario_source.h"

namespace citylayers::replay {

/// Plays samples/saigon on the server's streets and stations. Each measured street (all except
/// service ways) has a speed every 5 minutes; each gauge of the scenario has a stage, or the rain
/// of the last 10 minutes, every 10 minutes.
class SaigonSource final : public ScenarioSource {
 public:
  static ScenarioDescription Describe();
  /// FAILED_PRECONDITION: the listing has neither a street nor a gauge of the scenario.
  static absl::StatusOr<std::unique_ptr<SaigonSource>> Make(const CityListing& city);

  const ScenarioDescription& description() const override { return description_; }
  const std::vector<std::string>& measures() const override { return measures_; }
  void Frame(absl::Duration from, absl::Duration to, int thin,
             std::vector<DueReading>* out) const override;
  std::vector<std::string> Notes() const override;

 private:
  struct Gauge {
    std::string station;
    bool rain = false;
  };
  explicit SaigonSource(const CityListing& city);

  ScenarioDescription description_ = Describe();
  saigon::Scenario scenario_;
  std::vector<Gauge> gauges_;                   // measures 0 to n-1
  std::vector<saigon::SegmentInput> segments_;  // the measures after the gauges
  std::vector<std::string> measures_;
};

}  // namespace citylayers::replay

#endif  // CITYLAYERS_SERVICES_TOOLS_REPLAY_SAIGON_SOURCE_H_
