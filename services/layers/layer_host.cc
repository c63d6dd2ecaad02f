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
  return {{"layers.tiles_per_call_max", OptionType::kInt, "256",
           "Maximum number of tiles per GetTiles call.", 1, 1e5},
          {"layers.watch_heartbeat", OptionType::kDuration, "5s",
           "Time between heartbeats of a WatchLayer without changes.", 0.2, 10}};
}

}  // namespace citylayers::layers
