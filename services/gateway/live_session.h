// A server-sent event stream and the call that feeds it. Private to the live handler.
#ifndef CITYLAYERS_SERVICES_GATEWAY_LIVE_SESSION_H_
#define CITYLAYERS_SERVICES_GATEWAY_LIVE_SESSION_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include <grpcpp/client_context.h>

#include "citylayers/layers/v1/layer_service.pb.h"
#include "services/access/access_control.h"
#include "services/gateway/content_coding.h"
#include "services/gateway/layer_texts.h"
#include "services/gateway/live_handler.h"
#include "services/runtime/delayed_task.h"
#include "services/runtime/rpc/call_group.h"
#include "services/runtime/rpc/stream_registry.h"

namespace citylayers::gateway {

/// The client of a stream.
struct Viewer {
  runtime::Responder responder;
  Coding coding = Coding::kIdentity;  // that it accepts
  std::shared_ptr<const access::Principal> caller;
  bool movable = false;  // the client moves its view
};

/// An open stream of the handler.
class OpenStream {
 public:
  explicit OpenStream(std::shared_ptr<const access::Principal> caller)
      : caller_(std::move(caller)) {}
  virtual ~OpenStream() = default;
  const access::Principal& caller() const { return *caller_; }
  /// Ends the stream and cancels its calls; one that has sent nothing yet is answered with `why`.
  /// Thread-safe, idempotent.
  virtual void EndBecause(const grpc::Status& why) = 0;
  /// The same because the client has left, or the gateway is stopping.
  void End() { EndBecause({grpc::StatusCode::UNAVAILABLE, "the gateway is stopping"}); }
  /// Moves the view of all its layers. NOT_FOUND: it does not follow the layer of this name.
  virtual absl::Status MoveTo(std::string_view layer_name, const layers::v1::View& view) = 0;

 private:
  const std::shared_ptr<const access::Principal> caller_;
};

/// The set of open streams, so that they can be ended: all, or those of a caller whose key has
/// ended, within a second.
class LiveHandler::Streams {
 public:
  /// `access` and `timer` must outlive it.
  Streams(LiveHandler::Options options, const access::AccessControl& access, runtime::Timer& timer);

  const LiveHandler::Options& options() const { return options_; }
  runtime::Timer& timer() { return timer_; }
  LayerTexts& texts() { return texts_; }
  /// The event that tells the client of a stream its id, by which Move() finds it; "" when there is
  /// none.
  std::string NameEvent(const std::shared_ptr<OpenStream>& stream);
  /// As RpcRouter::MoveLive.
  std::optional<absl::Status> Move(const layers::v1::SetViewportRequest& request,
                                   const access::Principal& caller) const;
  /// False once the handler is ending.
  bool Add(std::shared_ptr<OpenStream> stream);
  void Remove(const std::shared_ptr<OpenStream>& stream);
  /// Ends all streams and waits until their calls are over.
  void End();

 private:
  void CheckKeys();

  const LiveHandler::Options options_;
  const access::AccessControl& access_;
  runtime::Timer& timer_;
  LayerTexts texts_;
  runtime::StreamRegistry<OpenStream> movable_;
  absl::Mutex mutex_;
  absl::flat_hash_set<std::shared_ptr<OpenStream>> streams_ ABSL_GUARDED_BY(mutex_);
  runtime::CallGroup open_;         // the streams of streams_
  runtime::DelayedTask key_check_;  // last: it uses the others
};

/// Errors that the same request will always receive: repeating it is pointless.
bool IsFinal(grpc::StatusCode code);

/// Answers with the status as application/problem+json.
void SendProblem(runtime::Responder responder, const grpc::Status& status);

/// The stream of one client: a call and its events; when the call ends, a pause, then the next
/// call; until the client leaves or the handler ends. The head of the stream is sent with the first
/// event, or once the backend is known to be down or slow; a refusal by the backend before that is
/// an HTTP error.
class LiveSession : public OpenStream, public std::enable_shared_from_this<LiveSession> {
 public:
  LiveSession(std::shared_ptr<LiveHandler::Streams> streams, Viewer viewer)
      : OpenStream(std::move(viewer.caller)),
        streams_(std::move(streams)),
        coding_(viewer.coding),
        movable_(viewer.movable),
        responder_(std::move(viewer.responder)) {}

  /// Starts the session; the stream's end ends it.
  void Run();
  void EndBecause(const grpc::Status& why) override;

  // For the call's reactor.
  /// Sends an event, and calls `read_next` once there is room for more.
  void Send(std::string event, std::function<void()> read_next);
  void OnCallEnd(const grpc::Status& status);

 protected:
  /// Starts the call, with a StreamReader.
  virtual void StartCall(std::shared_ptr<grpc::ClientContext> context) = 0;
  /// Whether the gateway has to send heartbeats, because the backend sends none.
  virtual bool needs_heartbeats() const = 0;
  LiveHandler::Streams& streams() { return *streams_; }

 private:
  enum class State { kPaused, kCalling, kEnded };
  void Call();
  void SendHeartbeat();
  // The stream, which is begun if necessary; nullptr when the session ended before that.
  std::shared_ptr<runtime::StreamWriter> Stream();

  const std::shared_ptr<LiveHandler::Streams> streams_;
  const Coding coding_;
  const bool movable_;
  absl::Mutex mutex_;
  std::optional<runtime::Responder> responder_ ABSL_GUARDED_BY(mutex_);  // until the answer begins
  std::shared_ptr<runtime::StreamWriter> stream_ ABSL_GUARDED_BY(mutex_);
  State state_ ABSL_GUARDED_BY(mutex_) = State::kPaused;
  bool stale_ ABSL_GUARDED_BY(mutex_) =
      false;  // the last call failed and no event has arrived since
  std::shared_ptr<grpc::ClientContext> context_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace citylayers::gateway

#endif  // CITYLAYERS_SERVICES_GATEWAY_LIVE_SESSION_H_
