// /live: layers and alerts as server-sent events.
#ifndef CITYLAYERS_SERVICES_GATEWAY_LIVE_HANDLER_H_
#define CITYLAYERS_SERVICES_GATEWAY_LIVE_HANDLER_H_

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "citylayers/layers/v1/layer_service.pb.h"
#include "services/gateway/backends.h"
#include "services/gateway/layer_directory.h"
#include "services/runtime/http/http_responder.h"
#include "services/runtime/timer.h"

namespace citylayers::gateway {

/// Each stream is one WatchLayer or WatchAlerts call, read only as fast as its client takes the
/// events. While the backend is down the stream stays open, says "stale" by heartbeats, and goes on
/// from where it stopped once the backend is back. What the backend refuses before its first
/// message (an unknown column, a bad filter) is an HTTP error, so that an EventSource does not come
/// back. Thread-safe; never blocks.
///
///   GET /live/traffic?bbox=106.6,10.7,106.8,10.9&zoom=13&tick_ms=1000&columns=level,speed_kmh
///     id: <pack>:<epoch>:<counter>      goes back as Last-Event-ID, or as ?resume=
///     event: snapshot | delta | heartbeat
///     data: the message of that name as proto3 JSON, in one line
class LiveHandler {
 public:
  struct Options {
    absl::Duration retry_period = absl::Seconds(1);      // between calls to a backend that is down
    absl::Duration heartbeat_period = absl::Seconds(5);  // of our own, while it is down
    absl::Duration head_patience = absl::Seconds(1);     // for a backend's first word
    std::size_t stream_ahead_bytes = 64 * 1024;          // pending for a client before reading on
  };
  /// The references outlive the streams, which end when the HTTP server drains.
  LiveHandler(Options options, const Backends& backends, const LayerDirectory& directory,
              runtime::Timer& timer);
  /// Ends what is open and waits for calls under way.
  ~LiveHandler();

  /// GET /live/{layer}
  void Layer(const runtime::HttpRequest& request, runtime::Responder responder);
  /// GET /live/alerts?filter=
  void Alerts(const runtime::HttpRequest& request, runtime::Responder responder);

  class Streams;

 private:
  const Options options_;
  const Backends& backends_;
  const LayerDirectory& directory_;
  const std::shared_ptr<Streams> streams_;
};

/// The request of a stream from its query. INVALID_ARGUMENT: bbox, zoom, tick_ms or resume is
/// wrong; the message shows how it is written. A Last-Event-ID that is not ours is ignored.
absl::StatusOr<layers::v1::WatchLayerRequest> ReadWatchRequest(const runtime::HttpRequest& request);

/// "<pack>:<epoch>:<counter>" and back; nullopt for other text.
std::string EventId(std::string_view pack_id, const layers::v1::LayerVersion& version);
std::optional<layers::v1::ResumeToken> ReadEventId(std::string_view id);

}  // namespace citylayers::gateway

#endif  // CITYLAYERS_SERVICES_GATEWAY_LIVE_HANDLER_H_
