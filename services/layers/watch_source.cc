#include "services/layers/watch_source.h"

#include <algorithm>
#include <utility>

#include "absl/strings/cord.h"

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

absl::StatusOr<WatchSource::Pace> WatchSource::ReadPace(std::uint32_t tick_ms,
                                                        std::uint32_t heartbeat_ms,
                                                        const Options& options) {
  const auto read = [](std::string_view field, std::uint32_t value, absl::Duration min,
                       absl::Duration max) -> absl::StatusOr<absl::Duration> {
    const absl::Duration duration = absl::Milliseconds(value);
    if (duration >= min && duration <= max) return duration;
    return runtime::BadField(field,
                             StrCat(value, " is not in ", absl::ToInt64Milliseconds(min), " to ",
                                    absl::ToInt64Milliseconds(max), " (0: the default)"));
  };
  Pace pace{.tick = options.tick_default, .heartbeat = options.heartbeat};
  if (tick_ms != 0) {
    ASSIGN_OR_RETURN(pace.tick, read("tick_ms", tick_ms, options.tick_min, options.tick_max));
  }
  if (heartbeat_ms != 0) {
    ASSIGN_OR_RETURN(pace.heartbeat, read("heartbeat_ms", heartbeat_ms, options.heartbeat_min,
                                          options.heartbeat_max));
  }
  return pace;
}

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
  ASSIGN_OR_RETURN(source->pace_, ReadPace(request.tick_ms(), request.heartbeat_ms(), options));
  ASSIGN_OR_RETURN(source->view_, ReadView(request));
  source->held_view_ = source->view_;
  source->pack_id_ = schema.pack_id();
  source->tiles_only_ = request.tiles_only();
  RETURN_IF_ERROR(source->ChooseColumns(schema, request));
  if (request.has_resume()) RETURN_IF_ERROR(source->Resume(request.resume()));
  source->state_->AddWatcher(source->waker());
  return source;
}

absl::Status WatchSource::Resume(const v1::ResumeToken& token) {
  MapView held = view_;
  if (token.has_view()) {
    ASSIGN_OR_RETURN(held, layers::ReadView(token.view(), "resume.view."));
  }
  sent_ = considered_ = FromProto(token.version());
  has_base_ =
      token.pack_id() == pack_id_ && state_->ChangesBetween(sent_, *state_->frame()).has_value();
  if (held == view_) return absl::OkStatus();
  if (!has_base_) {
    is_moved_ = true;  // the snapshot tells its view
    return absl::OkStatus();
  }
  // As if the stream had begun with the view of the client's state, and moved.
  const MapView requested = std::exchange(view_, held);
  held_view_ = held;
  for (std::size_t s = 0; s < sub_layers_.size(); ++s) {
    sub_layers_[s].visible = VisibleRows(static_cast<int>(s), held);
  }
  MoveTo(requested);
  return absl::OkStatus();
}

RowsInView WatchSource::VisibleRows(int sub_layer, const MapView& view) const {
  if (view.shows_all() || !sub_layers_[static_cast<std::size_t>(sub_layer)].has_rows) return {};
  const std::shared_ptr<const RowIndex> rows = layer_->row_index(sub_layer);
  return rows == nullptr ? RowsInView() : rows->Visible(view.box, view.zoom);
}

void WatchSource::MoveTo(const MapView& view) {
  if (view == view_) return;
  for (std::size_t s = 0; s < sub_layers_.size(); ++s) {
    SubLayerView& rows = sub_layers_[s];
    RowsInView visible = VisibleRows(static_cast<int>(s), view);
    // Several moves before an answer: the client still has the rows of the first view.
    if (!is_moved_) rows.held = std::move(rows.visible);
    rows.visible = std::move(visible);
  }
  view_ = view;
  is_moved_ = true;
}

std::shared_ptr<ViewMailbox> WatchSource::AcceptMoves() {
  moves_ = std::make_shared<ViewMailbox>(name(), waker());
  return moves_;
}

std::optional<v1::ResumeToken> WatchSource::Position() const {
  if (!has_base_) return std::nullopt;
  v1::ResumeToken token;
  token.set_pack_id(pack_id_);
  *token.mutable_version() = citylayers::ToProto(considered_);
  *token.mutable_view() = layers::ToProto(held_view_);
  return token;
}

void WatchSource::AddPosition(absl::Status& status) const {
  v1::StreamEnd end;
  if (std::optional<v1::ResumeToken> token = Position(); token.has_value()) {
    v1::StreamPosition* position = end.add_positions();
    position->set_name(name());
    *position->mutable_resume() = *std::move(token);
  }
  AttachStreamEnd(end, status);
}

void AttachStreamEnd(const v1::StreamEnd& end, absl::Status& status) {
  status.SetPayload(StrCat("type.googleapis.com/", end.GetTypeName()),
                    absl::Cord(end.SerializeAsString()));
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
    sub_layers_.push_back(std::move(view));
    sub_layers_.back().visible = VisibleRows(s, view_);
  }
  if (unknown.empty()) return absl::OkStatus();
  const std::string near = runtime::Suggest(unknown.front(), known);
  return runtime::BadField(
      "columns", StrCat("layers/", layer_->id(), " has no column \"", unknown.front(), "\"",
                        near.empty() ? "" : StrCat("; did you mean \"", near, "\"?")));
}

absl::StatusOr<runtime::StreamStep> WatchSource::Next(v1::WatchLayerResponse* response) {
  if (moves_ != nullptr) {
    if (const std::optional<MapView> view = moves_->Take()) MoveTo(*view);
  }
  ASSIGN_OR_RETURN(const runtime::StreamStep step, NextMessage(response));
  if (step.kind == runtime::StreamStep::Kind::kMessage && !stream_id_.empty()) {
    response->set_stream_id(std::exchange(stream_id_, ""));
  }
  return step;
}

absl::StatusOr<runtime::StreamStep> WatchSource::NextMessage(v1::WatchLayerResponse* response) {
  const absl::Time now = machine_clock_.Now();
  const std::shared_ptr<const Frame> frame = state_->frame();
  if (!has_base_) {
    if (frame->sub_layers().empty()) {  // nothing published yet
      if (last_message_ == absl::InfinitePast()) last_message_ = now;
      const absl::Duration until_heartbeat = last_message_ + pace_.heartbeat - now;
      if (until_heartbeat > absl::ZeroDuration()) {
        return runtime::StreamStep::Wait(std::min(pace_.tick, until_heartbeat));
      }
      return SendHeartbeat(now, *frame, response->mutable_heartbeat());
    }
    return SendSnapshot(now, *frame, response->mutable_snapshot());
  }
  const absl::Duration until_tick = last_state_ + pace_.tick - now;
  const bool tick_over = until_tick <= absl::ZeroDuration();
  // A move does not wait for the tick: until its answer the new part of the map is empty.
  if (is_moved_ || (tick_over && !(considered_ == frame->version))) {
    const std::optional<Changes> changes = state_->ChangesBetween(considered_, *frame);
    if (!changes.has_value()) {  // older than the history
      return SendSnapshot(now, *frame, response->mutable_snapshot());
    }
    if (const auto step = SendDelta(now, *frame, *changes, response->mutable_delta())) return *step;
    response->Clear();
  }
  const absl::Duration until_heartbeat = last_message_ + pace_.heartbeat - now;
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

runtime::StreamStep WatchSource::SendSnapshot(absl::Time now, const Frame& frame,
                                              v1::Snapshot* snapshot) {
  FillSnapshot(frame, snapshot);
  if (std::exchange(is_moved_, false)) *snapshot->mutable_view() = layers::ToProto(view_);
  held_view_ = view_;
  has_base_ = true;
  sent_ = considered_ = frame.version;
  sent_notices_ = frame.notices;
  Sent(now, frame.stale, true);
  return runtime::StreamStep::Bulk();
}

std::optional<runtime::StreamStep> WatchSource::SendDelta(absl::Time now, const Frame& frame,
                                                          const Changes& changes,
                                                          v1::Delta* delta) {
  const bool any = FillDelta(changes, frame, delta);
  considered_ = frame.version;
  if (!any) return std::nullopt;
  sent_ = frame.version;
  held_view_ = view_;
  Sent(now, frame.stale, true);
  return std::exchange(is_moved_, false) ? runtime::StreamStep::Bulk()
                                         : runtime::StreamStep::Message();
}

runtime::StreamStep WatchSource::SendHeartbeat(absl::Time now, const Frame& frame,
                                               v1::Heartbeat* heartbeat) {
  if (has_base_) {
    *heartbeat->mutable_version() = citylayers::ToProto(sent_);
    if (sent_ == frame.version) {  // else the newer data follow in the next delta
      SetTime(frame.data_time, [&] { return heartbeat->mutable_data_time(); });
    }
  }
  heartbeat->set_stale(frame.stale);
  AddNotices(frame, heartbeat->mutable_notices());
  sent_notices_ = frame.notices;
  Sent(now, frame.stale, false);
  return runtime::StreamStep::Message();
}

void WatchSource::AddNotices(const Frame& frame,
                             google::protobuf::RepeatedPtrField<std::string>* notices) const {
  const auto& fixed = layer_->description().notices();
  notices->Add(fixed.begin(), fixed.end());
  notices->Add(frame.notices.begin(), frame.notices.end());
  notices->Add(options_.notices.begin(), options_.notices.end());
}

void WatchSource::Sent(absl::Time now, bool stale, bool state) {
  if (state) last_state_ = now;
  last_message_ = now;
  sent_stale_ = stale;
}

void WatchSource::FillSnapshot(const Frame& frame, v1::Snapshot* snapshot) const {
  snapshot->set_pack_id(pack_id_);
  *snapshot->mutable_version() = citylayers::ToProto(frame.version);
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

bool WatchSource::FillRows(std::size_t sub_layer, const Changes& changes, const Frame& frame,
                           v1::Delta* delta) const {
  const SubLayerView& view = sub_layers_[sub_layer];
  const Columns& columns = frame.sub_layers()[sub_layer];
  v1::StateRows* rows = nullptr;
  std::uint32_t last = 0;
  const auto add = [&](std::uint32_t row) {
    if (rows == nullptr) {
      rows = delta->add_rows();
      rows->set_sub_layer(view.name);
      for (std::size_t c = 0; c < view.columns.size(); ++c) rows->add_columns();
    }
    rows->add_id_gaps(row - last);
    last = row;
    for (std::size_t c = 0; c < view.columns.size(); ++c) {
      rows->mutable_columns(static_cast<int>(c))
          ->add_values(columns.columns[static_cast<std::size_t>(view.columns[c])][row]);
    }
  };
  if (is_moved_) {
    VisitMovedRows(changes.sub_layers[sub_layer], view.column_mask, columns.rows(), view.held,
                   view.visible, add);
  } else {
    VisitChangedRows(changes.sub_layers[sub_layer], view.column_mask, view.visible, add);
  }
  return rows != nullptr;
}

bool WatchSource::FillDelta(const Changes& changes, const Frame& frame, v1::Delta* delta) const {
  // A client with tiles_only receives every version, and each move is answered.
  bool any = tiles_only_ || is_moved_;
  for (std::size_t s = 0; s < sub_layers_.size(); ++s) {
    if (sub_layers_[s].has_rows && FillRows(s, changes, frame, delta)) any = true;
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
  *delta->mutable_from() = citylayers::ToProto(sent_);
  *delta->mutable_to() = citylayers::ToProto(frame.version);
  SetTime(frame.data_time, [&] { return delta->mutable_data_time(); });
  delta->set_stale(frame.stale);
  if (is_moved_) *delta->mutable_view() = layers::ToProto(view_);
  return true;
}

}  // namespace citylayers::layers
