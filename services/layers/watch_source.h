// A watcher of a live layer: sends a snapshot, then deltas. It keeps no queue.
#ifndef CITYLAYERS_SERVICES_LAYERS_WATCH_SOURCE_H_
#define CITYLAYERS_SERVICES_LAYERS_WATCH_SOURCE_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "base/clock.h"
#include "citylayers/layers/v1/layer_service.pb.h"
#include "services/layers/layer.h"
#include "services/runtime/rpc/stream_source.h"

namespace citylayers::layers {

/// Follows one layer for one client. It holds a version, not data: each call compares the version
/// last sent with the present frame, so that a slow reader skips intermediate versions and costs
/// nothing meanwhile.
class WatchSource final : public runtime::StreamSource<v1::WatchLayerResponse> {
 public:
  struct Options {
    absl::Duration tick_default = absl::Seconds(1);
    absl::Duration tick_min = absl::Milliseconds(250);
    absl::Duration tick_max = absl::Minutes(1);
    absl::Duration heartbeat = absl::Seconds(5);  // regardless of the tick
    std::vector<std::string> notices;             // of the process, in addition to the layer's
  };
  /// The maximum zoom of a view, that of web maps.
  static constexpr std::uint32_t kViewZoomMax = 24;

  /// `machine_clock` paces ticks and heartbeats: a monotonic clock, not the city clock.
  /// INVALID_ARGUMENT: tick_ms or zoom out of range, an unknown column, a viewport that is not a
  /// box on the earth.
  /// FAILED_PRECONDITION: a static layer, without tiles_only.
  static absl::StatusOr<std::unique_ptr<WatchSource>> Make(std::shared_ptr<const Layer> layer,
                                                           const v1::WatchLayerRequest& request,
                                                           const Options& options,
                                                           const Clock& machine_clock);

  absl::StatusOr<runtime::StreamStep> Next(v1::WatchLayerResponse* response) override;

 private:
  struct SubLayerView {
    std::string name;
    bool has_rows = false;
    std::vector<int> columns;  // schema indexes, in the order in which they are sent
    std::vector<std::string> column_names;
    std::vector<std::int32_t> defaults;  // of those columns
    std::uint32_t column_mask = 0;
    std::vector<bool> visible;  // empty: all rows
  };

  WatchSource(std::shared_ptr<const Layer> layer, std::shared_ptr<const LiveState> state,
              Options options, const Clock& machine_clock)
      : layer_(std::move(layer)),
        state_(std::move(state)),
        options_(std::move(options)),
        machine_clock_(machine_clock) {}

  absl::Status ChooseColumns(const v1::Layer& schema, const v1::WatchLayerRequest& request);
  /// Records a sent message; `state`: it has columns, i.e. is not a heartbeat.
  runtime::StreamStep Sent(absl::Time now, bool stale, bool state);
  void AddNotices(const Frame& frame,
                  google::protobuf::RepeatedPtrField<std::string>* notices) const;
  runtime::StreamStep SendHeartbeat(absl::Time now, const Frame& frame, v1::Heartbeat* heartbeat);
  void FillSnapshot(const Frame& frame, v1::Snapshot* snapshot) const;
  /// False when nothing in view changed.
  bool FillDelta(const Changes& changes, const Frame& frame, v1::Delta* delta) const;
  bool InView(geo::TileId tile) const { return view_.IsEmpty() || view_.Intersects(tile.Bounds()); }

  const std::shared_ptr<const Layer> layer_;
  const std::shared_ptr<const LiveState> state_;
  const Options options_;
  const Clock& machine_clock_;
  std::string pack_id_;
  LonLatBox view_;
  bool tiles_only_ = false;
  absl::Duration tick_;
  std::vector<SubLayerView> sub_layers_;
  bool has_base_ = false;    // whether the client has `sent_`
  LayerVersion sent_;        // the version that the client has
  LayerVersion considered_;  // up to this version nothing in view changed
  bool sent_stale_ = false;
  std::vector<std::string> sent_notices_;
  absl::Time last_state_ = absl::InfinitePast();    // when the last snapshot or delta was sent
  absl::Time last_message_ = absl::InfinitePast();  // when the last message was sent
};

}  // namespace citylayers::layers

#endif  // CITYLAYERS_SERVICES_LAYERS_WATCH_SOURCE_H_
