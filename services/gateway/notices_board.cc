#include "services/gateway/notices_board.h"

#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/rfc3339.h"
#include "base/strings.h"
#include "proto/support/proto_time.h"

namespace citylayers::gateway {
namespace {

using Json = nlohmann::ordered_json;

constexpr absl::Duration kPeriod = absl::Seconds(1);

std::string Text(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// The event's data, and the same without times.
std::pair<std::string, std::string> TextsOf(const LayerSet& layer_set) {
  Json layers = Json::object();
  Json comparable = Json::object();
  for (const auto& known : layer_set.all()) {
    const layers::v1::Layer& layer = known->layer;
    Json json{{"kind", known->live() ? "live" : "static"},
              {"stale", layer.stale() || !known->reachable},
              {"reachable", known->reachable},
              {"notices", std::vector<std::string>(layer.notices().begin(), layer.notices().end())},
              {"packId", layer.pack_id()}};
    if (!layer.unavailable_reason().empty()) {
      json["unavailableReason"] = layer.unavailable_reason();
    }
    comparable[known->id] = json;
    if (layer.has_data_time()) json["dataTime"] = Rfc3339(FromProtoTime(layer.data_time()));
    layers[known->id] = std::move(json);
  }
  return {StrCat("{\"layers\":", Text(layers), "}"), Text(comparable)};
}

}  // namespace

NoticesBoard::NoticesBoard(absl::Duration linger, const LayerDirectory& directory,
                           runtime::Timer& timer)
    : ValueBoard(linger, "notices"), directory_(directory), next_(timer) {}

void NoticesBoard::StartSource() {
  Forget();
  Read();
}

void NoticesBoard::Read() {
  auto [value, comparable] = TextsOf(*directory_.Layers());
  Set(std::move(value), std::move(comparable));
  if (KeepGoing()) next_.Set(kPeriod, [this] { Read(); });
}

}  // namespace citylayers::gateway
