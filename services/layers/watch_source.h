// A watcher of a live layer: sends a snapshot, then deltas. It keeps no queue.
#ifndef CITYLAYERS_SERVICES_LAYERS_WATCH_SOURCE_H_
#define CITYLAYERS_SERVICES_LAYERS_WATCH_SOURCE_H_

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "base/clock.h"
#include "citylayers/layers/v1/layer_service.pb.h"
#include "services/layers/layer.h"
#include "services/layers/map_view.h"
#include "services/layers/rows_of_delta.h"
#include "services/layers/view_mailbox.h"
#include "services/runtime/rpc/stream_source.h"

namespace citylayers::layers {

/// Follows one layer for one client. It holds a version, not data: each call compares the version
/// last sent with the present frame, so that a slow reader skips intermediate versions and costs
/// nothing meanwhile. Its view may move: the next message then answers this, at once, with all rows
/// that have come into view. Not thread-safe, except for the mailbox.
class WatchSource final : public runtime::StreamSource<v1::WatchLayerResponse> {
 public:
  struct Options {
    absl::Duration tick_default = absl::Seconds(1);
    absl::Duration tick_min = absl::Milliseconds(250);
    absl::Duration tick_max = absl::Minutes(1);
    absl::Duration heartbeat = absl::Seconds(5);  // regardless of the tick, unless requested
    absl::Duration heartbeat_min = absl::Seconds(1);
    absl::Duration heartbeat_max = absl::Minutes(5);
    std::vector<std::string> notices;  // of the process, in addition to the layer's
  };

  /// Times between messages.
  struct Pace {
    absl::Duration tick;
    absl::Duration heartbeat;
  };
  /// The pace of a request; 0: the default. INVALID_ARGUMENT: out of range.
  static absl::StatusOr<Pace> ReadPace(std::uint32_t tick_ms, std::uint32_t heartbeat_ms,
                                       const Options& options);

  /// `machine_clock` paces ticks and heartbeats: a monotonic clock, not the city clock.
  /// INVALID_ARGUMENT: tick_ms, heartbeat_ms or zoom out of range, an unknown column, a viewport
  /// that is not a box on the earth.
  /// FAILED_PRECONDITION: a static layer, without tiles_only.
  static absl::StatusOr<std::unique_ptr<WatchSource>> Make(std::shared_ptr<const Layer> layer,
                                                           const v1::WatchLayerRequest& request,
                                                           const Options& options,
                                                           const Clock& machine_clock);

  absl::StatusOr<runtime::StreamStep> Next(v1::WatchLayerResponse* response) override;
  bool has_bulk() const override { return true; }
  void AddPosition(absl::Status& status) const override;

  /// The view from now on. O(rows).
  void MoveTo(const MapView& view);
  void SetPace(const Pace& pace) { pace_ = pace; }
  /// Takes further moves from the returned mailbox.
  std::shared_ptr<ViewMailbox> AcceptMoves();
  /// The first message names the stream by this id.
  void SetStreamId(std::string stream_id) { stream_id_ = std::move(stream_id); }

  /// "layers/traffic"
  const std::string& name() const { return layer_->description().name(); }
  /// The state that the client has after the last message; nullopt: none.
  std::optional<v1::ResumeToken> Position() const;

 private:
  struct SubLayerView {
    std::string name;
    bool has_rows = false;
    std::vector<int> columns;  // schema indexes, in the order in which they are sent
    std::vector<std::string> column_names;
    std::vector<std::int32_t> defaults;  // of those columns
    std::uint32_t column_mask = 0;
    RowsInView visible;
    RowsInView held;  // while a move is not answered: the rows in view of the client's state
  };

  WatchSource(std::shared_ptr<const Layer> layer, std::shared_ptr<const LiveState> state,
              Options options, const Clock& machine_clock)
      : layer_(std::move(layer)),
        state_(std::move(state)),
        options_(std::move(options)),
        machine_clock_(machine_clock) {}

  absl::Status ChooseColumns(const v1::Layer& schema, const v1::WatchLayerRequest& request);
  absl::Status Resume(const v1::ResumeToken& token);
  RowsInView VisibleRows(int sub_layer, const MapView& view) const;
  absl::StatusOr<runtime::StreamStep> NextMessage(v1::WatchLayerResponse* response);
  runtime::StreamStep SendSnapshot(absl::Time now, const Frame& frame, v1::Snapshot* snapshot);
  /// Nothing when nothing in view changed up to the frame, and the view has not moved.
  std::optional<runtime::StreamStep> SendDelta(absl::Time now, const Frame& frame,
                                               const Changes& changes, v1::Delta* delta);
  /// Records a sent message; `state`: it has columns, i.e. is not a heartbeat.
  void Sent(absl::Time now, bool stale, bool state);
  void AddNotices(const Frame& frame,
                  google::protobuf::RepeatedPtrField<std::string>* notices) const;
  runtime::StreamStep SendHeartbeat(absl::Time now, const Frame& frame, v1::Heartbeat* heartbeat);
  void FillSnapshot(const Frame& frame, v1::Snapshot* snapshot) const;
  /// False when nothing in view changed.
  bool FillDelta(const Changes& changes, const Frame& frame, v1::Delta* delta) const;
  bool FillRows(std::size_t sub_layer, const Changes& changes, const Frame& frame,
                v1::Delta* delta) const;
  bool InView(geo::TileId tile) const {
    return view_.box.IsEmpty() || view_.box.Intersects(tile.Bounds());
  }

  const std::shared_ptr<const Layer> layer_;
  const std::shared_ptr<const LiveState> state_;
  const Options options_;
  const Clock& machine_clock_;
  std::string pack_id_;
  MapView view_;
  MapView held_view_;      // of the state that the client has
  bool is_moved_ = false;  // a move is not answered yet
  bool tiles_only_ = false;
  Pace pace_;
  std::string stream_id_;  // until it is sent
  std::shared_ptr<ViewMailbox> moves_;
  std::vector<SubLayerView> sub_layers_;
  bool has_base_ = false;    // whether the client has `sent_`
  LayerVersion sent_;        // the version that the client has
  LayerVersion considered_;  // up to this version nothing in view changed
  bool sent_stale_ = false;
  std::vector<std::string> sent_notices_;
  absl::Time last_state_ = absl::InfinitePast();    // when the last snapshot or delta was sent
  absl::Time last_message_ = absl::InfinitePast();  // when the last message was sent
};

/// Adds StreamEnd with these positions to `status`.
void AttachStreamEnd(const v1::StreamEnd& end, absl::Status& status);

}  // namespace citylayers::layers

#endif  // CITYLAYERS_SERVICES_LAYERS_WATCH_SOURCE_H_
