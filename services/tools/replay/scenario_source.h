// The interface of a scenario: a named timeline of readings.
#ifndef CITYLAYERS_SERVICES_TOOLS_REPLAY_SCENARIO_SOURCE_H_
#define CITYLAYERS_SERVICES_TOOLS_REPLAY_SCENARIO_SOURCE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"

#include "citylayers/readings/v1/readings.pb.h"

namespace citylayers::replay {

struct ScenarioDescription {
  std::string id;     // e.g. "saigon-king-tide"
  std::string title;  // in English, one line
  std::string what;   // origin of its readings, one line
  absl::CivilDay first_day;
  absl::Duration length;         // whole days, from local midnight of first_day
  absl::Duration default_start;  // since that midnight: shortly before a notable event
};

/// A due reading. `measure` is an index into ScenarioSource::measures().
struct DueReading {
  std::uint32_t measure = 0;
  absl::Duration at;  // since midnight of the first day
  double value = 0;
  readings::v1::Quality quality = readings::v1::QUALITY_UNSPECIFIED;
};

/// A timeline whose readings can be read for any period, in any order. Immutable after
/// construction, thread-safe.
///
///   std::vector<DueReading> due;
///   source.Frame(absl::Hours(7), absl::Hours(7) + absl::Seconds(30), /*thin=*/1, &due);
class ScenarioSource {
 public:
  virtual ~ScenarioSource() = default;
  virtual const ScenarioDescription& description() const = 0;
  /// Resource names of the measures, fixed for the life of the source.
  virtual const std::vector<std::string>& measures() const = 0;
  /// Appends the readings with from < at <= to, ordered by time. `thin` > 1 keeps only one in
  /// `thin` readings of each street; all readings of gauges are kept. REQUIRES: 0 <= from <= to <=
  /// length, thin >= 1. Cost: O(measures) plus the number of readings appended.
  virtual void Frame(absl::Duration from, absl::Duration to, int thin,
                     std::vector<DueReading>* out) const = 0;
  /// Notes for the user before the replay begins, one line each, e.g. the measured share.
  virtual std::vector<std::string> Notes() const { return {}; }
};

}  // namespace citylayers::replay

#endif  // CITYLAYERS_SERVICES_TOOLS_REPLAY_SCENARIO_SOURCE_H_
