// The jams of a city over time.
#ifndef CITYLAYERS_SERVICES_TRAFFIC_JAM_TRACKER_H_
#define CITYLAYERS_SERVICES_TRAFFIC_JAM_TRACKER_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"

#include "services/traffic/jams.h"
#include "services/traffic/road_network.h"
#include "services/traffic/traffic_state.h"
#include "storage/checkpoint/checkpoint_payload.h"

namespace citylayers::traffic {

/// A jam with what follows from its past and its sources.
struct TrackedJam {
  Jam jam;
  double trend_m = 0;     // growth in the last ten minutes
  double live_share = 0;  // share of its length with recently measured speeds
  friend bool operator==(const TrackedJam&, const TrackedJam&) = default;
};

/// All jams, longest delay first, and the time of the newest data that they follow from.
struct JamList {
  std::vector<TrackedJam> items;
  absl::Time data_time = absl::InfinitePast();
  friend bool operator==(const JamList&, const JamList&) = default;
};

/// Finds the jams of each state, under the ids of the previous ones (FindJams). Not thread-safe.
class JamTracker {
 public:
  /// City time after which trends and live shares change although the state does not.
  static constexpr absl::Duration kTrendPeriod = absl::Minutes(1);

  /// `roads` must outlive it.
  JamTracker(const RoadNetwork& roads, const JamOptions& options)
      : roads_(roads), options_(options) {}

  /// Continues with the state at `now`; `views` are its views, by segment.
  void Update(const TrafficState& state, const std::vector<SegmentView>& views, absl::Time now);
  /// The list of the last Update; the same object as before when nothing in it differs.
  std::shared_ptr<const JamList> list() const { return list_; }
  bool has_jams() const { return !last_jams_.empty(); }
  /// Forgets all jams; list() remains until the next Update.
  void Clear();

  void Save(storage::CheckpointWriter* writer) const;
  /// Reads what Save has written; nullopt when it does not belong to `segment_count` segments.
  static std::optional<std::vector<Jam>> Load(storage::CheckpointReader* reader,
                                              std::uint32_t segment_count);
  /// Jams of the next Update get the ids of these.
  void Restore(std::vector<Jam> jams) { last_jams_ = std::move(jams); }

 private:
  struct Length {
    absl::Time time;
    double length_m;
  };

  const RoadNetwork& roads_;
  const JamOptions options_;
  std::vector<Jam> last_jams_;
  absl::flat_hash_map<std::string, std::deque<Length>> lengths_;  // by jam, within kTrendSpan
  std::shared_ptr<const JamList> list_ = std::make_shared<JamList>();
};

}  // namespace citylayers::traffic

#endif  // CITYLAYERS_SERVICES_TRAFFIC_JAM_TRACKER_H_
