// What is known of stages and rain: the last day of readings, and what follows from them.
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
#include "storage/checkpoint/checkpoint_file.h"

namespace citylayers::flood {

/// A value and how far it can be trusted: the number of readings.v1.Quality.
struct Sample {
  double value = 0;
  std::uint32_t quality = 0;
};

/// Readings of one measure by time (ms since 1970). A later reading of the same time replaces the
/// earlier one.
using Series = std::map<std::int64_t, Sample>;

/// A river stage as it stands.
struct StageNow {
  double stage_m = 0;
  std::int64_t time_ms = 0;
  std::uint32_t quality = 0;
  double trend_m_per_h = 0;  // against the reading about an hour before; 0 when there is none
};

/// Constants of the rain model.
struct RainOptions {
  double curve_number = 92;  // dense housing (geo/flood/runoff.h)
  geo::DrainOptions drains;
  /// This long without rain ends a storm, whether gauges read nothing or are not read. So gauges
  /// must be read more often than that.
  absl::Duration dry_spell = absl::Hours(6);
  double dry_mm = 0.1;  // an interval with less counts as dry
};

/// Holds the readings of the last `held` of each station and derives stages and standing rain from
/// them. Derivations depend on the readings held and on nothing else: not on the order in which
/// they came, and not on the clock. So late readings count, and a restart gives the same water. Not
/// thread-safe.
class FloodState {
 public:
  explicit FloodState(RainOptions options, absl::Duration held = absl::Hours(26))
      : options_(options), held_(held) {}

  /// Takes a reading; what is older than `held` before the newest reading of the station falls out.
  void ApplyStage(const std::string& station, std::int64_t time_ms, double stage_m,
                  std::uint32_t quality = 0);
  void ApplyRain(const std::string& station, std::int64_t time_ms, double rain_mm,
                 std::uint32_t quality = 0);

  /// The stage at a station; nullopt when it was never read. `measured_only`: as its latest reading
  /// that is not a profile has it.
  std::optional<StageNow> Stage(const std::string& station, bool measured_only = false) const;

  /// The readings of a station from `since_ms` on, oldest first; of more than `count_max` the
  /// newest.
  std::vector<std::pair<std::int64_t, Sample>> StagesSince(const std::string& station,
                                                           std::int64_t since_ms,
                                                           std::size_t count_max) const;

  /// Whether a profile reading takes part in a stage of now, or in the rain that is held.
  bool UsesProfile() const;

  /// Water that stands on the ground of a gauge's zone, as a layer in mm: the rain held, by curve
  /// number, less what drains took, whose capacity falls while the tide at `tide_station` covers
  /// their outfalls. O(readings held).
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
