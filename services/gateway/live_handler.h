// /live: layers and alerts as server-sent events.
#ifndef CITYLAYERS_SERVICES_GATEWAY_LIVE_HANDLER_H_
#define CITYLAYERS_SERVICES_GATEWAY_LIVE_HANDLER_H_

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"

#include "services/access/access_control.h"
#include "services/gateway/backends.h"
#include "services/gateway/layer_directory.h"
#include "services/gateway/live_query.h"
#include "services/runtime/http/http_responder.h"
#include "services/runtime/timer.h"

namespace citylayers::gateway {

class LiveBoards;

/// Each stream is one WatchLayer or WatchAlerts call, read only as fast as its client takes the
/// events. While the backend is down the stream stays open, its heartbeats are marked "stale", and
/// it resumes from its position once the backend is back. A request that the backend refuses before
/// its first message (an unknown column, a bad filter) gets an HTTP error, so that an EventSource
/// does not reconnect. Thread-safe; never blocks.
///
///   GET /live/traffic?bbox=106.6,10.7,106.8,10.9&zoom=13&tick_ms=1000&columns=level,speed_kmh
///     id: <pack>:<epoch>:<counter>      goes back as Last-Event-ID, or as ?resume=
///     event: snapshot | delta | heartbeat
///     data: the message of that name as proto3 JSON, in one line
///
/// With movable=1 the first event is `stream`, with the id by which SetViewport moves the view.
class LiveHandler {
 public:
  /// Who receives a stream. A stream ends when its key ends.
  using Caller = std::shared_ptr<const access::Principal>;

  struct Options {
    /// Between calls to a backend that is down.
    absl::Duration retry_period = absl::Seconds(1);
    /// Of the gateway's own heartbeats, while the backend is down.
    absl::Duration heartbeat_period = absl::Seconds(5);
    /// Maximum wait for a backend's first message.
    absl::Duration head_timeout = absl::Seconds(1);
    /// Unsent bytes of a client above which reading from the backend stops.
    std::size_t stream_ahead_bytes = 64 * 1024;
    /// Minimum time between two events of the stages, and of the jams.
    absl::Duration list_period = absl::Seconds(2);
    /// Time without a message after which the call of a layer or list counts as lost.
    absl::Duration silence_max = absl::Seconds(10);
    /// Time that a board is kept without viewers.
    absl::Duration board_linger = absl::Seconds(30);
    /// Texts shared by viewers of the same view.
    std::size_t texts_bytes_max = 8 << 20;
  };
  /// The references must outlive the streams, which end when the HTTP server drains. `city_time` is
  /// thread-safe.
  LiveHandler(Options options, const Backends& backends, const LayerDirectory& directory,
              const access::AccessControl& access, runtime::Timer& timer,
              const std::function<absl::Time()>& city_time);
  /// Calls End.
  ~LiveHandler();

  /// Ends open streams and the calls of the boards, and waits for them. Idempotent. REQUIRES: the
  /// HTTP server passes no more requests.
  void End();

  /// GET /live/{layer}
  void Layer(const runtime::HttpRequest& request, runtime::Responder responder, Caller caller);
  /// GET /live/alerts?filter=; without a filter: unresolved alerts
  void Alerts(const runtime::HttpRequest& request, runtime::Responder responder, Caller caller);
  /// The needs of GET /live: those of the feeds that it names.
  static std::vector<access::Need> NeedsOf(const runtime::HttpRequest& request);
  /// GET /live?layers=&alerts=1&clock=1&stages=1&jams=30&notices=1: all feeds of a page in one
  /// stream (live_mux.h).
  void Page(const runtime::HttpRequest& request, runtime::Responder responder, Caller caller);

  /// Moves the view of an open stream that was requested as `movable`; as RpcRouter::MoveLive.
  std::optional<absl::Status> Move(const layers::v1::SetViewportRequest& request,
                                   const access::Principal& caller) const;

  /// Memory of the texts that viewers share.
  std::size_t texts_bytes() const;

  class Streams;

 private:
  const Options options_;
  const Backends& backends_;
  const LayerDirectory& directory_;
  const std::shared_ptr<Streams> streams_;
  const std::unique_ptr<LiveBoards> boards_;
};

}  // namespace citylayers::gateway

#endif  // CITYLAYERS_SERVICES_GATEWAY_LIVE_HANDLER_H_
