#include "services/gateway/layer_texts.h"

#include <utility>

#include "services/gateway/proto_json.h"

namespace citylayers::gateway {
namespace {

using layers::v1::WatchLayerRequest;
using layers::v1::WatchLayerResponse;

// The inputs that determine the text: the requested view, and the state or change that is sent.
// Empty for a response that is not worth caching.
std::string KeyOf(const WatchLayerRequest& request, const WatchLayerResponse& response) {
  if (!response.has_snapshot() && !response.has_delta()) return "";
  // The answer to a move depends on the view before it.
  if (response.snapshot().has_view() || response.delta().has_view()) return "";
  WatchLayerRequest view = request;
  view.clear_resume();
  view.clear_tick_ms();
  view.clear_heartbeat_ms();
  WatchLayerResponse event;
  if (response.has_snapshot()) {
    const layers::v1::Snapshot& snapshot = response.snapshot();
    layers::v1::Snapshot& head = *event.mutable_snapshot();
    head.set_pack_id(snapshot.pack_id());
    *head.mutable_version() = snapshot.version();
    if (snapshot.has_data_time()) *head.mutable_data_time() = snapshot.data_time();
    head.set_stale(snapshot.stale());
  } else {
    const layers::v1::Delta& delta = response.delta();
    layers::v1::Delta& head = *event.mutable_delta();
    head.set_pack_id(delta.pack_id());
    *head.mutable_from() = delta.from();
    *head.mutable_to() = delta.to();
    if (delta.has_data_time()) *head.mutable_data_time() = delta.data_time();
    head.set_stale(delta.stale());
  }
  // The length of the first part comes first, so that different keys never have equal text.
  const std::string asked = view.SerializeAsString();
  return std::to_string(asked.size()) + ":" + asked + event.SerializeAsString();
}

}  // namespace

std::shared_ptr<const std::string> LayerTexts::Of(const WatchLayerRequest& request,
                                                  const WatchLayerResponse& response) {
  if (!response.stream_id().empty()) {  // of one stream; the text belongs to several
    WatchLayerResponse event = response;
    event.clear_stream_id();
    return Of(request, event);
  }
  const std::string key = KeyOf(request, response);
  if (key.empty()) return std::make_shared<const std::string>(ProtoJson(response));
  const std::shared_ptr<Text> text = FindOrAdd(key);
  bool made = false;
  std::shared_ptr<const std::string> json;
  {
    absl::MutexLock lock(&text->mutex);
    if (text->json == nullptr) {
      text->json = std::make_shared<const std::string>(ProtoJson(response));
      made = true;
    }
    json = text->json;
  }
  if (made) Account(key, json->capacity() + key.size());
  return json;
}

std::size_t LayerTexts::bytes() const {
  absl::MutexLock lock(&mutex_);
  return bytes_;
}

std::shared_ptr<LayerTexts::Text> LayerTexts::FindOrAdd(const std::string& key) {
  absl::MutexLock lock(&mutex_);
  std::shared_ptr<Text>& text = texts_[key];
  if (text == nullptr) text = std::make_shared<Text>();
  return text;
}

void LayerTexts::Account(const std::string& key, std::size_t bytes) {
  absl::MutexLock lock(&mutex_);
  made_.emplace_back(key, bytes);
  bytes_ += bytes;
  while (bytes_ > bytes_max_) {
    const auto [oldest, its_bytes] = std::move(made_.front());
    made_.pop_front();
    texts_.erase(oldest);
    bytes_ -= its_bytes;
  }
}

}  // namespace citylayers::gateway
