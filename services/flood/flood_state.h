// State of stages and rain: the readings of the last day, and the values derived from them.
#ifndef CITYLAYERS_SERVICES_FLOOD_FLOOD_STATE_H_
#define CITYLAYERS_SERVICES_FLOOD_FLOOD_STATE_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"

#include "geo/flood/runoff.h"
#include "storage/checkpoint/checkpoint_payload.h"

namespace citylayers::flood {

/// A value and its quality, the number of readings.v1.Quality.
struct Sample {
  double value = 0;
  std::uint32_t quality = 0;
};

/// Readings of one measure by time (ms since 1970). A later reading of the same time replaces the
/// earlier one.
using Series = std::map<std::int64_t, Sample>;

/// The present stage of a station.
struct StageNow {
  double stage_m = 0;
  std::int64_t time_ms = 0;
  std::uint32_t quality = 0;
  double trend_m_per_h = 0;  // from the reading about an hour before; 0 when there is none
};

/// Constants of the rain model.
struct RainOptions {
  double curve_number = 92;  // dense housing (geo/flood/runoff.h)
  geo::DrainOptions drains;
  /// Time without rain that ends a storm, whether gauges read nothing or send nothing. So the
  /// period of gauges must be shorter.
  absl::Duration dry_spell = absl::Hours(6);
  double dry_mm = 0.1;  // an interval with less counts as dry
};

/// Holds the readings of the last `held` of each station and derives stages and standing rain from
/// them. Derived values depend only on the readings held: not on the order in which they came, and
/// not on the clock. So late readings count, and a restart gives the same water. Not thread-safe.
class FloodState {
 public:
  explicit FloodState(RainOptions options, absl::Duration held = absl::Hours(26))
      : options_(options), held_(held) {}

  /// Applies a reading; readings older than `held` before the station's newest one are dropped.
  void ApplyStage(const std::string& station, std::int64_t time_ms, double stage_m,
                  std::uint32_t quality = 0);
  void ApplyRain(const std::string& station, std::int64_t time_ms, double rain_mm,
                 std::uint32_t quality = 0);

  /// The stage at a station; nullopt when it has no reading. `measured_only`: from its latest
  /// reading that is not a profile.
  std::optional<StageNow> Stage(const std::string& station, bool measured_only = false) const;

  /// The readings of a station from `since_ms` on, oldest first; the newest `count_max` of them.
  std::vector<std::pair<std::int64_t, Sample>> StagesSince(const std::string& station,
                                                           std::int64_t since_ms,
                                                           std::size_t count_max) const;

  /// Whether a present stage, or the rain held, includes a profile reading.
  bool UsesProfile() const;

  /// Water that stands on the ground of a gauge's zone, as a layer in mm: the runoff of the rain
  /// held, by curve number, minus the water drained. The drains' capacity falls while the tide at
  /// `tide_station` covers their outfalls. O(readings held).
  /// `measured_only`: without profile readings.
  double StandingRainMm(const std::string& station, const std::string& tide_station,
                        bool measured_only = false) const;

  /// Time of the newest reading of all; InfinitePast before the first.
  absl::Time data_time() const;

  void Clear();
  void Save(storage::CheckpointWriter* writer) const;
  bool Load(storage::CheckpointReader* reader);

 private:
  void Apply(Series* series, std::int64_t time_ms, Sample sample);

  const RainOptions options_;
  const absl::Duration held_;
  std::map<std::string, Series> stages_, rain_;
  std::int64_t newest_ms_ = 0;
};

}  // namespace citylayers::flood

#endif  // CITYLAYERS_SERVICES_FLOOD_FLOOD_STATE_H_
