#include "services/layers/layer_host.h"

#include <string>
#include <utility>

#include "base/strings.h"
#include "services/runtime/rpc/call_adapter.h"

namespace citylayers::layers {
namespace {

LayerServiceImpl::Options ServiceOptions(const runtime::Config& config) {
  LayerServiceImpl::Options options;
  options.tiles_per_call_max = static_cast<int>(config.GetInt("layers.tiles_per_call_max"));
  options.follow_layers_max = static_cast<std::size_t>(config.GetInt("layers.follow_layers_max"));
  options.follow_requests_per_s = config.GetDouble("layers.follow_requests_per_s");
  options.watch.heartbeat = config.GetDuration("layers.watch_heartbeat");
  return options;
}

// The notices about the process, for Layer.notices.
std::vector<std::string> NoticesOf(const runtime::ModuleContext& context) {
  const std::optional<runtime::PackChange>& change = context.pack_change;
  if (!change.has_value()) return {};
  return {StrCat("pack_changed:", change->before_id, ":", change->now_id)};
}

}  // namespace

void LayerHost::Add(const runtime::ModuleContext& context, std::shared_ptr<const Layer> layer) {
  catalog_.Add(std::move(layer));
  if (service_ != nullptr) return;
  service_ = std::make_unique<LayerServiceImpl>(ServiceOptions(context.config), catalog_,
                                                context.calls, NoticesOf(context));
}

std::vector<runtime::Option> LayerOptions() {
  using runtime::OptionType;
  return {
      {"layers.tiles_per_call_max", OptionType::kInt, "256",
       "Maximum number of tiles per GetTiles call.", 1, 1e5},
      {"layers.watch_heartbeat", OptionType::kDuration, "5s",
       "Time between heartbeats of a stream without changes, unless its client requests another.",
       0.2, 10},
      {"layers.follow_layers_max", OptionType::kInt, "16",
       "Maximum number of layers of a FollowLayers stream.", 1, 1000},
      {"layers.follow_requests_per_s", OptionType::kDouble, "10",
       "Requests per second that a client may send on a FollowLayers stream, such as moves of "
       "its view; one second's may come at once. With more, the stream ends.",
       0.1, 1e4}};
}

}  // namespace citylayers::layers
