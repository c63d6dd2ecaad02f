#include "services/layers/layer_changes.h"

#include <optional>
#include <string>
#include <utility>

#include "base/status_macros.h"
#include "base/strings.h"
#include "services/runtime/rpc/error_details.h"

namespace citylayers::layers {
namespace {

// A heartbeat means that nothing has changed.
v1::Delta EmptyDelta(const v1::Heartbeat& heartbeat, const std::string& pack_id) {
  v1::Delta delta;
  delta.set_pack_id(pack_id);
  *delta.mutable_from() = heartbeat.version();
  *delta.mutable_to() = heartbeat.version();
  if (heartbeat.has_data_time()) *delta.mutable_data_time() = heartbeat.data_time();
  delta.set_stale(heartbeat.stale());
  return delta;
}

}  // namespace

absl::StatusOr<v1::GetChangesResponse> ChangesOf(std::shared_ptr<const Layer> layer,
                                                 const v1::GetChangesRequest& request,
                                                 const WatchSource::Options& options,
                                                 const Clock& machine_clock) {
  v1::WatchLayerRequest watch;
  watch.set_name(request.name());
  if (request.has_viewport()) *watch.mutable_viewport() = request.viewport();
  watch.set_zoom(request.zoom());
  *watch.mutable_columns() = request.columns();
  if (request.has_resume()) *watch.mutable_resume() = request.resume();
  const std::string pack_id = layer->description().pack_id();
  ASSIGN_OR_RETURN(const auto source,
                   WatchSource::Make(std::move(layer), watch, options, machine_clock));
  v1::WatchLayerResponse message;
  ASSIGN_OR_RETURN(const runtime::StreamStep step, source->Next(&message));
  const std::optional<v1::ResumeToken> position = source->Position();
  if (step.kind != runtime::StreamStep::Kind::kMessage || !position.has_value()) {
    return runtime::WithRetryAfter(
        absl::UnavailableError(
            StrCat(request.name(), " has no state yet: its inputs have not been read")),
        absl::Seconds(1));
  }
  v1::GetChangesResponse response;
  if (message.has_snapshot()) {
    response.mutable_snapshot()->Swap(message.mutable_snapshot());
  } else if (message.has_delta()) {
    response.mutable_delta()->Swap(message.mutable_delta());
  } else {
    *response.mutable_delta() = EmptyDelta(message.heartbeat(), pack_id);
  }
  *response.mutable_resume() = *position;
  return response;
}

}  // namespace citylayers::layers
