#include "services/gateway/rpc_router.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>

#include "base/status_macros.h"
#include "base/strings.h"
#include "services/gateway/request_access.h"
#include "services/gateway/rpc_codec.h"
#include "services/runtime/rpc/call.h"
#include "services/runtime/rpc/error_details.h"

namespace citylayers::gateway {

using google::protobuf::internal::WireFormatLite;

std::optional<std::string> FirstField(std::string_view message) {
  google::protobuf::io::CodedInputStream in(reinterpret_cast<const std::uint8_t*>(message.data()),
                                            static_cast<int>(message.size()));
  constexpr std::uint32_t kNameTag =
      WireFormatLite::MakeTag(1, WireFormatLite::WIRETYPE_LENGTH_DELIMITED);
  std::optional<std::string> name;
  while (const std::uint32_t tag = in.ReadTag()) {
    if (tag == kNameTag) {
      std::string text;
      if (!WireFormatLite::ReadBytes(&in, &text)) return std::nullopt;
      name = std::move(text);  // the last value counts, as for any scalar field
    } else if (!WireFormatLite::SkipField(&in, tag)) {
      return std::nullopt;
    }
  }
  return name;
}

absl::Status StillStarting(std::string_view message) {
  return runtime::WithRetryAfter(
      runtime::WithReason(absl::UnavailableError(ToAbsl(message)), kReasonStarting),
      absl::Seconds(1));
}

bool RpcRouter::Serves(std::string_view service) const {
  return service == kLayerService || backends_.FindByService(service) != nullptr;
}

bool RpcRouter::NeedsMessage(std::string_view service) { return service == kLayerService; }

absl::StatusOr<std::shared_ptr<const KnownLayer>> RpcRouter::FindLayer(
    const std::string& name, const access::Principal& caller) const {
  const bool knows_all = directory_.KnowsAll();  // first: the layers are at least as new
  const std::shared_ptr<const LayerSet> layers = directory_.Layers();
  if (name.empty()) {
    return runtime::BadField("name", "write the layer's name, as in layers/traffic");
  }
  constexpr std::string_view kPrefix = "layers/";
  const std::string_view text = name;
  const std::string_view id =
      text.starts_with(kPrefix) ? text.substr(kPrefix.size()) : std::string_view();
  // Before the error for unknown layers, which names all.
  RETURN_IF_ERROR(runtime::CheckAccess(caller, ReadingLayer(id)));
  std::shared_ptr<const KnownLayer> layer = id.empty() ? nullptr : layers->Share(id);
  if (layer != nullptr) return layer;
  if (!knows_all) {
    return StillStarting(StrCat("the layer \"", name,
                                "\" is not known yet: not every backend has answered; try again in "
                                "a second"));
  }
  return runtime::WithReason(
      absl::NotFoundError(StrCat(
          "there is no layer \"", name,
          "\"; there are: ", layers->all().empty() ? std::string("none yet") : layers->Names())),
      runtime::kReasonUnknownLayer);
}

absl::StatusOr<RpcRouter::Route> RpcRouter::FindFollow(std::string_view message,
                                                       const access::Principal& caller) const {
  layers::v1::FollowLayersRequest request;
  if (!request.ParseFromArray(message.data(), static_cast<int>(message.size()))) {
    return runtime::BadField("layers", "the request is not a FollowLayersRequest");
  }
  if (request.layers().empty()) return runtime::BadField("layers", "name at least one layer");
  std::shared_ptr<const KnownLayer> first;
  for (const layers::v1::FollowedLayer& followed : request.layers()) {
    ASSIGN_OR_RETURN(std::shared_ptr<const KnownLayer> layer, FindLayer(followed.name(), caller));
    if (first == nullptr) {
      first = std::move(layer);
    } else if (layer->backend != first->backend) {
      return runtime::WithReason(
          absl::FailedPreconditionError(
              StrCat(first->layer.name(), " and ", followed.name(),
                     " are served by different processes of this city: open one stream for each "
                     "process")),
          kReasonSeveralBackends);
    }
  }
  return Route{first->backend->client_channel, ""};
}

absl::StatusOr<RpcRouter::Route> RpcRouter::Find(std::string_view service, std::string_view method,
                                                 std::string_view message,
                                                 const access::Principal& caller) const {
  if (service != kLayerService) {
    const Backend* backend = backends_.FindByService(service);
    if (backend == nullptr) {
      return absl::UnimplementedError(StrCat("there is no service ", service, " here"));
    }
    return Route{backend->client_channel, ""};
  }
  if (FindMethod(service, method) == nullptr) {
    return absl::UnimplementedError(StrCat("there is no method ", service, "/", method,
                                           " here; reflection lists the available ones"));
  }
  if (method == "ListLayers") {
    const bool knows_all = directory_.KnowsAll();  // first: the layers are at least as new
    const std::shared_ptr<const LayerSet> layers = directory_.Layers();
    if (layers->all().empty() && !knows_all) {
      return StillStarting("no backend has listed its layers yet; try again in a second");
    }
    layers::v1::ListLayersResponse response;
    RETURN_IF_ERROR(runtime::CheckAccess(caller, ReadingAnyLayer()));
    for (const auto& layer : layers->all()) {
      if (access::Require(caller, ReadingLayer(layer->id)).ok()) {
        *response.add_layers() = layer->layer;
      }
    }
    return Route{nullptr, response.SerializeAsString()};
  }
  if (method == "FollowLayers") return FindFollow(message, caller);
  ASSIGN_OR_RETURN(const std::shared_ptr<const KnownLayer> layer,
                   FindLayer(FirstField(message).value_or(""), caller));
  layers::v1::SetViewportRequest move;
  if (method == "SetViewport" && move_live_ &&
      move.ParseFromArray(message.data(), static_cast<int>(message.size()))) {
    if (const std::optional<absl::Status> moved = move_live_(move, caller); moved.has_value()) {
      RETURN_IF_ERROR(*moved);
      return Route{nullptr, layers::v1::SetViewportResponse().SerializeAsString()};
    }
  }
  return Route{layer->backend->client_channel, ""};
}

}  // namespace citylayers::gateway
