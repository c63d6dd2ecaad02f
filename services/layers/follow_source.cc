#include "services/layers/follow_source.h"

#include <algorithm>
#include <set>

#include "base/status_macros.h"
#include "base/strings.h"
#include "services/runtime/rpc/error_details.h"

namespace citylayers::layers {
namespace {

v1::FollowLayersResponse Named(const std::string& name, v1::WatchLayerResponse message) {
  v1::FollowLayersResponse response;
  response.set_name(name);
  if (message.has_snapshot()) {
    response.mutable_snapshot()->Swap(message.mutable_snapshot());
  } else if (message.has_delta()) {
    response.mutable_delta()->Swap(message.mutable_delta());
  } else {
    response.mutable_heartbeat()->Swap(message.mutable_heartbeat());
  }
  return response;
}

}  // namespace

FollowSource::~FollowSource() { Close(sources_); }

void FollowSource::Close(Sources& sources) {
  for (const auto& source : sources) {
    if (source != nullptr) source->waker()->Bind(nullptr);
  }
  sources.clear();
}

void FollowSource::Merge(v1::FollowLayersRequest& waiting, v1::FollowLayersRequest next) {
  if (next.layers_size() > 0) {
    // A layer that both name has been requested by the first, with the state that the client holds.
    for (v1::FollowedLayer& layer : *next.mutable_layers()) {
      for (const v1::FollowedLayer& earlier : waiting.layers()) {
        if (earlier.name() == layer.name()) layer = v1::FollowedLayer(earlier);
      }
    }
    waiting.mutable_layers()->Swap(next.mutable_layers());
  }
  if (next.has_view()) waiting.mutable_view()->Swap(next.mutable_view());
  if (next.tick_ms() != 0) waiting.set_tick_ms(next.tick_ms());
  if (next.heartbeat_ms() != 0) waiting.set_heartbeat_ms(next.heartbeat_ms());
}

absl::Status FollowSource::Take(v1::FollowLayersRequest request) {
  MapView view;
  if (request.has_view()) {
    ASSIGN_OR_RETURN(view, layers::ReadView(request.view(), "view."));
    common_.clear_viewport();
    if (request.view().has_viewport()) *common_.mutable_viewport() = request.view().viewport();
    common_.set_zoom(request.view().zoom());
  }
  if (request.tick_ms() != 0) common_.set_tick_ms(request.tick_ms());
  if (request.heartbeat_ms() != 0) common_.set_heartbeat_ms(request.heartbeat_ms());
  ASSIGN_OR_RETURN(
      const WatchSource::Pace pace,
      WatchSource::ReadPace(common_.tick_ms(), common_.heartbeat_ms(), options_.watch));
  if (request.layers_size() > 0 || sources_.empty()) RETURN_IF_ERROR(SetLayers(request));
  for (const auto& source : sources_) {
    if (request.has_view()) source->MoveTo(view);
    source->SetPace(pace);
  }
  return absl::OkStatus();
}

absl::Status FollowSource::SetLayers(const v1::FollowLayersRequest& request) {
  const auto count = static_cast<std::size_t>(request.layers_size());
  if (count == 0 || count > options_.layers_max) {
    return runtime::BadField("layers", StrCat(count, " layers; name 1 to ", options_.layers_max,
                                              " (layers.follow_layers_max)"));
  }
  std::set<std::string_view> names;
  for (const v1::FollowedLayer& followed : request.layers()) {
    if (!names.insert(followed.name()).second) {
      return runtime::BadField("layers", StrCat("\"", followed.name(), "\" is named twice"));
    }
  }
  Sources next;
  for (const v1::FollowedLayer& followed : request.layers()) {
    ASSIGN_OR_RETURN(auto source, Open(followed));
    next.push_back(std::move(source));
  }
  Close(sources_);
  sources_ = std::move(next);
  turn_ = 0;
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<WatchSource>> FollowSource::Open(const v1::FollowedLayer& followed) {
  ASSIGN_OR_RETURN(auto layer, find_layer_(followed.name()));
  if (auto open = TakeOpen(followed.name())) return open;
  v1::WatchLayerRequest watch = common_;
  watch.set_name(followed.name());
  *watch.mutable_columns() = followed.columns();
  if (followed.has_resume()) *watch.mutable_resume() = followed.resume();
  absl::StatusOr<std::unique_ptr<WatchSource>> made =
      WatchSource::Make(std::move(layer), watch, options_.watch, machine_clock_);
  if (!made.ok()) return made.status();
  (*made)->waker()->Bind([whole = std::weak_ptr<runtime::Waker>(waker())] {
    if (auto waker = whole.lock()) waker->Wake();
  });
  return made;
}

std::unique_ptr<WatchSource> FollowSource::TakeOpen(const std::string& name) {
  for (auto& source : sources_) {
    if (source != nullptr && source->name() == name) return std::move(source);
  }
  return nullptr;
}

absl::StatusOr<runtime::StreamStep> FollowSource::Next(v1::FollowLayersResponse* response) {
  absl::Duration wait = absl::InfiniteDuration();
  for (std::size_t i = 0; i < sources_.size(); ++i) {
    const std::size_t index = (turn_ + i) % sources_.size();
    v1::WatchLayerResponse message;
    ASSIGN_OR_RETURN(const runtime::StreamStep step, sources_[index]->Next(&message));
    if (step.kind == runtime::StreamStep::Kind::kMessage) {
      *response = Named(sources_[index]->name(), std::move(message));
      turn_ = (index + 1) % sources_.size();
      return step;
    }
    wait = std::min(wait, step.wait_max);
  }
  return runtime::StreamStep::Wait(wait);
}

void FollowSource::AddPosition(absl::Status& status) const {
  v1::StreamEnd end;
  for (const auto& source : sources_) {
    if (auto token = source->Position(); token.has_value()) {
      v1::StreamPosition* position = end.add_positions();
      position->set_name(source->name());
      *position->mutable_resume() = *std::move(token);
    }
  }
  AttachStreamEnd(end, status);
}

}  // namespace citylayers::layers
