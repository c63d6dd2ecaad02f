// The layer `layers/traffic`: columns per segment, tiles, and the present jams.
#ifndef CITYLAYERS_SERVICES_TRAFFIC_TRAFFIC_LAYER_H_
#define CITYLAYERS_SERVICES_TRAFFIC_TRAFFIC_LAYER_H_

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"

#include "geo/flood/depth_class.h"
#include "services/layers/folded_layer.h"
#include "services/layers/layer.h"
#include "services/layers/skeleton_tile.h"
#include "services/layers/street_index.h"
#include "services/runtime/rpc/waker_list.h"
#include "services/traffic/jam_tracker.h"
#include "services/traffic/speed_fold.h"
#include "services/traffic/street_water.h"
#include "storage/checkpoint/checkpoint_file.h"
#include "storage/pack/city_pack.h"

namespace citylayers::traffic {

/// Folds speeds and water into the state of every segment, and publishes it. Readings and depths
/// may come from any thread; one thread calls Publish about four times per second. Thread-safe.
class TrafficLayer final : public layers::Layer, public layers::FoldedLayer {
 public:
  struct Options {
    LevelThresholds thresholds;
    AgePolicy ages;
    JamOptions jams;
    double closed_depth_m = geo::InfoOf(geo::DepthClass::kDeep).from_cm / 100.0;
    /// The city has a flood layer: no state is published before its water is known, from that layer
    /// or from a checkpoint, and states are stale while the flood layer is unavailable.
    bool expects_water = false;
    std::uint64_t epoch = 0;
  };

  TrafficLayer(std::shared_ptr<const storage::CityPack> pack, Options options);

  // Water, from the flood layer (StreetWater).
  void SetDepths(const std::vector<SegmentDepth>& depths, bool replace_all);
  void SetWaterUnavailable();
  /// True while no state is published because the city's water is unknown.
  bool AwaitsWater() const;
  /// States are published with dry streets, as stale, until water is known.
  void StopAwaitingWater();

  // layers::FoldedLayer.
  void BeginStream() override;
  void ApplyBatch(const readings::v1::ReadingColumns& batch) override;
  void SetOffset(std::uint64_t offset) override;
  void Clear() override;
  absl::Time newest_reading_time() const override;
  void Publish(absl::Time now, bool stale) override;
  storage::Checkpoint MakeCheckpoint() const override;
  bool Restore(const storage::Checkpoint& checkpoint) override;
  layers::LiveState& state() override { return *live_state_; }
  const layers::LiveState& state() const override { return *live_state_; }

  // layers::Layer.
  std::string_view id() const override { return "traffic"; }
  const layers::v1::Layer& description() const override { return description_; }
  absl::StatusOr<layers::v1::Tile> GetTileAt(const layers::Frame* frame, geo::TileId tile,
                                             layers::v1::TileFormat format,
                                             std::string_view if_none_match) const override;
  std::shared_ptr<const layers::LiveState> live_state() const override { return live_state_; }
  std::shared_ptr<const layers::RowIndex> row_index(int) const override { return row_index_; }

  // For TrafficService: consistent data of one state.
  struct SegmentAnswer {
    SegmentView view;
    float reference_speed_kmh = 0;
    absl::Time data_time = absl::InfinitePast();
    double depth_m = 0;
  };
  SegmentAnswer Segment(std::uint32_t segment, absl::Time now) const;
  std::shared_ptr<const JamList> jams() const;
  /// Streams of jams, woken whenever jams() may have changed.
  runtime::WakerList& watchers() const { return watchers_; }
  const storage::CityPack& pack() const { return *pack_; }
  const layers::StreetIndex& streets() const { return streets_; }

 private:
  layers::v1::Layer MakeDescription() const;
  SegmentView View(std::uint32_t segment, absl::Time now) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  /// Whether the columns or the jams at `now` may differ from those that were derived last.
  bool IsDue(absl::Time now) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  /// The state of all segments at one time.
  struct Derived {
    std::vector<layers::Columns> sub_layers;
    std::vector<SegmentView> views;
    bool shows_profile = false;
  };
  Derived Derive(absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void UpdateJams(const std::vector<SegmentView>& views, absl::Time now);
  std::vector<layers::TileAttribute> Attributes(const layers::Frame& frame) const;
  const std::shared_ptr<const storage::CityPack> pack_;
  const Options options_;
  const std::int32_t closed_depth_cm_;
  const layers::StreetIndex streets_;
  const RoadNetwork roads_;
  const layers::SkeletonTiles tiles_;
  const std::shared_ptr<layers::LiveState> live_state_;
  std::shared_ptr<const layers::RowIndex> row_index_;
  LonLatBox bounds_;
  layers::v1::Layer description_;  // made once bounds_ are known

  mutable runtime::WakerList watchers_;

  mutable absl::Mutex mutex_;
  SpeedFold speeds_ ABSL_GUARDED_BY(mutex_);
  StreetWater water_ ABSL_GUARDED_BY(mutex_);
  JamTracker jams_ ABSL_GUARDED_BY(mutex_);
  // Speeds or water changed since the columns were derived.
  bool is_touched_ ABSL_GUARDED_BY(mutex_) = true;
  // The city time for which they were derived, and that at which they change by age alone.
  absl::Time derived_at_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  absl::Time derive_again_at_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
};

}  // namespace citylayers::traffic

#endif  // CITYLAYERS_SERVICES_TRAFFIC_TRAFFIC_LAYER_H_
