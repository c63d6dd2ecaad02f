// The layer `layers/flood`: depth over ground and on streets, from stages and rain.
#ifndef CITYLAYERS_SERVICES_FLOOD_FLOOD_LAYER_H_
#define CITYLAYERS_SERVICES_FLOOD_FLOOD_LAYER_H_

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"

#include "services/flood/flood_state.h"
#include "services/flood/flood_terrain.h"
#include "services/layers/folded_layer.h"
#include "services/layers/layer.h"
#include "services/layers/skeleton_tile.h"
#include "services/layers/street_index.h"
#include "services/runtime/rpc/waker_list.h"
#include "storage/checkpoint/checkpoint_file.h"
#include "storage/pack/city_pack.h"

namespace citylayers::flood {

/// Folds stages and rain into the flood state, and publishes the resulting water. Readings may come
/// from any thread; one thread calls Publish. Depths are whole centimetres: so the published state
/// depends only on the readings, not on the times at which it is derived, and a change is at least
/// one centimetre. Streets and depth of one version belong to the same state; a new version lists
/// every tile whose content differs from the previous version. For a pack without terrain the layer
/// is unavailable and has no tiles; its stages still work. Thread-safe.
class FloodLayer final : public layers::Layer, public layers::FoldedLayer {
 public:
  struct Options {
    RainOptions rain;
    std::uint64_t epoch = 0;
  };

  /// DATA_LOSS: the pack's terrain cannot be read.
  static absl::StatusOr<std::shared_ptr<FloodLayer>> Make(
      std::shared_ptr<const storage::CityPack> pack, Options options);

  // layers::FoldedLayer. Depths are derived only after new readings of
  // `stations/{id}/measures/water_level` or `.../rainfall`; suspect readings are skipped.
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
  std::string_view id() const override { return "flood"; }
  const layers::v1::Layer& description() const override { return description_; }
  absl::StatusOr<layers::v1::Tile> GetTileAt(const layers::Frame* frame, geo::TileId tile,
                                             layers::v1::TileFormat format,
                                             std::string_view if_none_match) const override;
  std::shared_ptr<const layers::LiveState> live_state() const override { return live_state_; }
  std::shared_ptr<const layers::RowIndex> row_index(int sub_layer) const override;

  // For FloodService.
  struct StageAnswer {
    const storage::PackStation* station = nullptr;
    const storage::PackMeasure* measure = nullptr;
    std::optional<StageNow> now;
    std::vector<std::pair<std::int64_t, Sample>> recent;
  };
  /// `since`: include readings from this time on, oldest first, maximum `readings_max` per gauge.
  std::vector<StageAnswer> Stages(absl::Time since = absl::InfiniteFuture(),
                                  std::size_t readings_max = 0) const;
  /// Depth on each segment derived from measured and estimated readings only, cm; nullptr while it
  /// equals the depth of the layer. Alerts are based on it.
  std::shared_ptr<const std::vector<std::int32_t>> measured_depths_cm() const;
  /// Number of rain gauges of the pack that are ignored: those beyond FloodTerrain::kRainGaugesMax.
  std::size_t rain_gauges_ignored() const {
    return rain_gauges_.size() - std::min(rain_gauges_.size(), FloodTerrain::kRainGaugesMax);
  }
  /// Number of states with new readings, or with another data time, that were published. Streams of
  /// stages and streets read again when it has changed; `watchers` are woken then.
  std::uint64_t published() const { return published_.load(std::memory_order_acquire); }
  runtime::WakerList& watchers() const { return watchers_; }
  /// Number of times that the state was dropped (Clear): readings of before may be gone.
  std::uint64_t generation() const { return generation_.load(std::memory_order_acquire); }
  /// nullptr when the pack has no terrain.
  const FloodTerrain* terrain() const { return terrain_.get(); }
  /// The depth of every cell at the version of a frame, in whole centimetres; nullptr before the
  /// first Publish or without terrain. Owned by the frame.
  static const geo::Grid<float>* DepthM(const layers::Frame& frame) {
    return static_cast<const geo::Grid<float>*>(frame.layer_data.get());
  }
  const storage::CityPack& pack() const { return *pack_; }
  const layers::StreetIndex& streets() const { return street_index_; }

 private:
  struct Gauge {
    const storage::PackStation* station = nullptr;
    const storage::PackMeasure* measure = nullptr;
  };

  /// An entry of the stream's dictionary.
  struct Series {
    enum class Kind { kOther, kStage, kRain };
    Kind kind = Kind::kOther;
    std::string station;
  };
  static Series SeriesOf(const std::string& measure);
  void ApplyReading(const Series& series, std::int64_t time_ms, double value, std::uint32_t quality)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  struct Water {
    std::vector<GaugeLevel> levels;
    std::vector<double> standing_mm;
  };

  FloodLayer(std::shared_ptr<const storage::CityPack> pack, Options options);
  layers::v1::Layer MakeDescription() const;
  /// Makes and publishes the frame; returns whether streams of stages or streets may have changes.
  bool PublishFrame(bool stale);
  /// Whether a gauge shows a stage that was reconstructed, not measured.
  bool ShowsReconstructed() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  Water WaterNow(bool measured_only) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  /// Depth of each segment, cm, as published; with terrain also that of each cell.
  std::vector<std::int32_t> DepthsOf(const Water& water, geo::Grid<float>* depth_m) const;

  const std::shared_ptr<const storage::CityPack> pack_;
  const layers::SkeletonTiles streets_;
  const layers::StreetIndex street_index_;
  const std::shared_ptr<layers::LiveState> live_state_;
  std::vector<Gauge> gauges_, rain_gauges_;
  std::vector<std::size_t>
      tide_of_rain_gauge_;  // the nearest gauge, whose tide stops the zone's drains
  std::unique_ptr<FloodTerrain> terrain_;
  layers::v1::Layer description_;  // made once terrain_ is there
  std::shared_ptr<const layers::RowIndex> row_index_;

  std::atomic<std::uint64_t> published_{0};
  std::atomic<std::uint64_t> generation_{0};
  mutable runtime::WakerList watchers_;

  mutable absl::Mutex mutex_;
  FloodState state_ ABSL_GUARDED_BY(mutex_);
  std::uint64_t offset_ ABSL_GUARDED_BY(mutex_) = 0;
  std::vector<Series> dictionary_ ABSL_GUARDED_BY(mutex_);
  bool dirty_ ABSL_GUARDED_BY(mutex_) = true;
  std::shared_ptr<const std::vector<std::int32_t>> measured_depths_cm_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace citylayers::flood

#endif  // CITYLAYERS_SERVICES_FLOOD_FLOOD_LAYER_H_
