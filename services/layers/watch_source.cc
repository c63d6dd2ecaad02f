#include "services/layers/watch_source.h"

#include <algorithm>
#include <utility>

#include "base/status_macros.h"
#include "base/strings.h"
#include "proto/support/proto_layer_version.h"
#include "proto/support/proto_time.h"
#include "services/layers/request_fields.h"
#include "services/runtime/config/config.h"
#include "services/runtime/config/suggestion.h"
#include "services/runtime/rpc/error_details.h"

namespace citylayers::layers {
namespace {

constexpr int kColumnsMax = 256;

// The state of a layer that never changes, so that caches follow it like any other.
std::shared_ptr<const LiveState> StaticState(const v1::Layer& layer) {
  auto state = std::make_shared<LiveState>(LiveState::Options{.epoch = layer.version().epoch()});
  state->Publish(std::vector<Columns>(1), absl::InfinitePast(), false, {});
  return state;
}

}  // namespace

absl::StatusOr<std::unique_ptr<WatchSource>> WatchSource::Make(std::shared_ptr<const Layer> layer,
                                                               const v1::WatchLayerRequest& request,
                                                               const Options& options,
                                                               const Clock& machine_clock) {
  const v1::Layer& schema = layer->description();
  std::shared_ptr<const LiveState> state = layer->live_state();
  if (state == nullptr && !request.tiles_only()) {
    return absl::FailedPreconditionError(
        StrCat("layers/", layer->id(), " is static: there is nothing to watch; read its tiles"));
  }
  if (state == nullptr) state = StaticState(schema);
  auto source = std::unique_ptr<WatchSource>(
      new WatchSource(std::move(layer), std::move(state), options, machine_clock));
  source->tick_ =
      request.tick_ms() == 0 ? options.tick_default : absl::Milliseconds(request.tick_ms());
  if (source->tick_ < options.tick_min || source->tick_ > options.tick_max) {
    return runtime::BadField(
        "tick_ms",
        StrCat(request.tick_ms(), " is not in ", absl::ToInt64Milliseconds(options.tick_min),
               " to ", absl::ToInt64Milliseconds(options.tick_max), " (0: the default)"));
  }
  if (request.has_viewport()) {
    ASSIGN_OR_RETURN(source->view_, runtime::ReadBox(request.viewport(), "viewport"));
  }
  if (request.zoom() > kViewZoomMax) {
    return runtime::BadField(
        "zoom", StrCat(request.zoom(), " is not in 0 to ", kViewZoomMax, " (0: all rows)"));
  }
  source->pack_id_ = schema.pack_id();
  source->tiles_only_ = request.tiles_only();
  RETURN_IF_ERROR(source->ChooseColumns(schema, request));
  if (request.has_resume() && request.resume().pack_id() == schema.pack_id()) {
    source->sent_ = FromProto(request.resume().version());
    source->considered_ = source->sent_;
    const auto frame = source->state_->frame();
    source->has_base_ = source->state_->ChangesBetween(source->sent_, *frame).has_value();
  }
  source->state_->AddWatcher(source->waker());
  return source;
}

absl::Status WatchSource::ChooseColumns(const v1::Layer& schema,
                                        const v1::WatchLayerRequest& request) {
  if (request.columns_size() > kColumnsMax) {
    return runtime::BadField("columns", StrCat(request.columns_size(), " names; at most ",
                                               kColumnsMax, " are accepted"));
  }
  std::vector<std::string> unknown(request.columns().begin(), request.columns().end());
  std::vector<std::string> known;
  for (int s = 0; s < schema.sub_layers_size(); ++s) {
    const v1::SubLayer& sub_layer = schema.sub_layers(s);
    SubLayerView view;
    view.name = sub_layer.name();
    view.has_rows = sub_layer.id_kind() == v1::ID_KIND_SEGMENT_INDEX && !tiles_only_;
    for (int c = 0; c < sub_layer.columns_size(); ++c) {
      const v1::StateColumn& column = sub_layer.columns(c);
      known.push_back(column.name());
      const bool named =
          std::count(request.columns().begin(), request.columns().end(), column.name()) > 0;
      std::erase(unknown, column.name());
      if (request.columns().empty() ? !column.watched_by_default() : !named) continue;
      view.columns.push_back(c);
      view.column_names.push_back(column.name());
      view.defaults.push_back(column.default_value());
      view.column_mask |= 1U << c;
    }
    if (view.has_rows && (!view_.IsEmpty() || request.zoom() != 0)) {
      if (auto rows = layer_->row_index(s)) view.visible = rows->Visible(view_, request.zoom());
    }
    sub_layers_.push_back(std::move(view));
  }
  if (unknown.empty()) return absl::OkStatus();
  const std::string near = runtime::Suggest(unknown.front(), known);
  return runtime::BadField(
      "columns", StrCat("layers/", layer_->id(), " has no column \"", unknown.front(), "\"",
                        near.empty() ? "" : StrCat("; did you mean \"", near, "\"?")));
}

absl::StatusOr<runtime::StreamStep> WatchSource::Next(v1::WatchLayerResponse* response) {
  const absl::Time now = machine_clock_.Now();
  const std::shared_ptr<const Frame> frame = state_->frame();
  if (!has_base_) {
    if (frame->sub_layers().empty()) {  // nothing published yet
      if (last_message_ == absl::InfinitePast()) last_message_ = now;
      const absl::Duration until_heartbeat = last_message_ + options_.heartbeat - now;
      if (until_heartbeat > absl::ZeroDuration()) {
        return runtime::StreamStep::Wait(std::min(tick_, until_heartbeat));
      }
      return SendHeartbeat(now, *frame, response->mutable_heartbeat());
    }
    FillSnapshot(*frame, response->mutable_snapshot());
    has_base_ = true;
    sent_ = considered_ = frame->version;
    sent_notices_ = frame->notices;
    return Sent(now, frame->stale, true);
  }
  const absl::Duration until_tick = last_state_ + tick_ - now;
  const bool tick_over = until_tick <= absl::ZeroDuration();
  if (tick_over && !(considered_ == frame->version)) {
    std::optional<Changes> changes = state_->ChangesBetween(considered_, *frame);
    if (!changes.has_value()) {  // older than the history: send a snapshot
      has_base_ = false;
      return Next(response);
    }
    considered_ = frame->version;
    if (FillDelta(*changes, *frame, response->mutable_delta())) {
      sent_ = frame->version;
      return Sent(now, frame->stale, true);
    }
    response->Clear();
  }
  const absl::Duration until_heartbeat = last_message_ + options_.heartbeat - now;
  // A change of `stale` is sent with the next tick, like any other change. Notices, which no delta
  // has, do not wait for the tick.
  const bool turned = (tick_over && frame->stale != sent_stale_) || frame->notices != sent_notices_;
  if (until_heartbeat > absl::ZeroDuration() && !turned) {
    return runtime::StreamStep::Wait(tick_over ? until_heartbeat
                                               : std::min(until_tick, until_heartbeat));
  }
  // Nothing in view changed up to this version, so that the client's state is also of this version.
  sent_ = considered_;
  return SendHeartbeat(now, *frame, response->mutable_heartbeat());
}

runtime::StreamStep WatchSource::SendHeartbeat(absl::Time now, const Frame& frame,
                                               v1::Heartbeat* heartbeat) {
  if (has_base_) {
    *heartbeat->mutable_version() = ToProto(sent_);
    if (sent_ == frame.version) {  // else the newer data follow in the next delta
      SetTime(frame.data_time, [&] { return heartbeat->mutable_data_time(); });
    }
  }
  heartbeat->set_stale(frame.stale);
  AddNotices(frame, heartbeat->mutable_notices());
  sent_notices_ = frame.notices;
  return Sent(now, frame.stale, false);
}

void WatchSource::AddNotices(const Frame& frame,
                             google::protobuf::RepeatedPtrField<std::string>* notices) const {
  const auto& fixed = layer_->description().notices();
  notices->Add(fixed.begin(), fixed.end());
  notices->Add(frame.notices.begin(), frame.notices.end());
  notices->Add(options_.notices.begin(), options_.notices.end());
}

runtime::StreamStep WatchSource::Sent(absl::Time now, bool stale, bool state) {
  if (state) last_state_ = now;
  last_message_ = now;
  sent_stale_ = stale;
  return runtime::StreamStep::Message();
}

void WatchSource::FillSnapshot(const Frame& frame, v1::Snapshot* snapshot) const {
  snapshot->set_pack_id(pack_id_);
  *snapshot->mutable_version() = ToProto(frame.version);
  SetTime(frame.data_time, [&] { return snapshot->mutable_data_time(); });
  snapshot->set_stale(frame.stale);
  AddNotices(frame, snapshot->mutable_notices());
  for (std::size_t s = 0; s < sub_layers_.size(); ++s) {
    const SubLayerView& view = sub_layers_[s];
    if (!view.has_rows) continue;
    v1::StateRows* rows = snapshot->add_rows();
    rows->set_sub_layer(view.name);
    for (const std::string& name : view.column_names) rows->add_columns()->set_name(name);
    std::uint32_t last = 0;
    const Columns& columns = frame.sub_layers()[s];
    for (std::uint32_t row = 0; row < columns.rows(); ++row) {
      if (!view.visible.empty() && !view.visible[row]) continue;
      bool is_default = true;
      for (std::size_t c = 0; c < view.columns.size() && is_default; ++c) {
        is_default =
            columns.columns[static_cast<std::size_t>(view.columns[c])][row] == view.defaults[c];
      }
      if (is_default) continue;
      rows->add_id_gaps(row - last);
      last = row;
      for (std::size_t c = 0; c < view.columns.size(); ++c) {
        rows->mutable_columns(static_cast<int>(c))
            ->add_values(columns.columns[static_cast<std::size_t>(view.columns[c])][row]);
      }
    }
  }
}

bool WatchSource::FillDelta(const Changes& changes, const Frame& frame, v1::Delta* delta) const {
  // A client with tiles_only receives every version.
  bool any = tiles_only_;
  for (std::size_t s = 0; s < sub_layers_.size(); ++s) {
    const SubLayerView& view = sub_layers_[s];
    if (!view.has_rows) continue;
    v1::StateRows* rows = nullptr;
    std::uint32_t last = 0;
    const Columns& columns = frame.sub_layers()[s];
    for (const RowChange& change : changes.sub_layers[s]) {
      if ((change.column_mask & view.column_mask) == 0) continue;
      if (!view.visible.empty() && !view.visible[change.row]) continue;
      if (rows == nullptr) {
        rows = delta->add_rows();
        rows->set_sub_layer(view.name);
        for (std::size_t c = 0; c < view.columns.size(); ++c) rows->add_columns();
      }
      rows->add_id_gaps(change.row - last);
      last = change.row;
      for (std::size_t c = 0; c < view.columns.size(); ++c) {
        rows->mutable_columns(static_cast<int>(c))
            ->add_values(columns.columns[static_cast<std::size_t>(view.columns[c])][change.row]);
      }
    }
    any = any || rows != nullptr;
  }
  for (geo::TileId tile : changes.tiles) {
    if (!InView(tile)) continue;
    v1::TileCoordinate* coordinate = delta->add_changed_tiles();
    coordinate->set_z(static_cast<std::uint32_t>(tile.z()));
    coordinate->set_x(tile.x());
    coordinate->set_y(tile.y());
    any = true;
  }
  if (!any) return false;
  delta->set_pack_id(pack_id_);
  *delta->mutable_from() = ToProto(sent_);
  *delta->mutable_to() = ToProto(frame.version);
  SetTime(frame.data_time, [&] { return delta->mutable_data_time(); });
  delta->set_stale(frame.stale);
  return true;
}

}  // namespace citylayers::layers
