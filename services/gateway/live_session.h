// One server-sent event stream and the call that feeds it. Private to the live handler.
#ifndef CITYLAYERS_SERVICES_GATEWAY_LIVE_SESSION_H_
#define CITYLAYERS_SERVICES_GATEWAY_LIVE_SESSION_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_set.h"
#include "absl/synchronization/mutex.h"
#include <grpcpp/client_context.h>
#include <grpcpp/support/client_callback.h>

#include "services/gateway/live_handler.h"

namespace citylayers::gateway {

class LiveSession;

/// The open streams, so that they can be ended.
class LiveHandler::Streams {
 public:
  Streams(LiveHandler::Options options, runtime::Timer& timer) : options_(options), timer_(timer) {}

  const LiveHandler::Options& options() const { return options_; }
  runtime::Timer& timer() { return timer_; }
  /// False once the handler ends.
  bool Add(std::shared_ptr<LiveSession> session);
  void Remove(const std::shared_ptr<LiveSession>& session);
  /// Ends all streams and waits until their calls are over.
  void End();

 private:
  const LiveHandler::Options options_;
  runtime::Timer& timer_;
  absl::Mutex mutex_;
  absl::flat_hash_set<std::shared_ptr<LiveSession>> sessions_ ABSL_GUARDED_BY(mutex_);
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
};

/// One client. Its life: a call and its events; when the call ends, a pause, then the next call;
/// until the client leaves or the handler ends. The stream's head goes out with the first event, or
/// once the backend is known to be down or slow; what the backend refuses before is an HTTP error.
class LiveSession : public std::enable_shared_from_this<LiveSession> {
 public:
  LiveSession(std::shared_ptr<LiveHandler::Streams> streams, runtime::Responder responder)
      : streams_(std::move(streams)), responder_(std::move(responder)) {}
  virtual ~LiveSession() = default;

  /// Begins; the stream's end ends the session.
  void Run();
  /// Ends the stream and cancels the call. Thread-safe, idempotent.
  void End();

  // For the call's reactor.
  /// Sends an event, and calls `read_next` once there is room for more.
  void Send(std::string event, std::function<void()> read_next);
  void OnCallEnd(const grpc::Status& status);

 protected:
  /// Starts the call, with an EventReader.
  virtual void StartCall(std::shared_ptr<grpc::ClientContext> context) = 0;
  /// Whether the backend sends no heartbeats of its own.
  virtual bool needs_heartbeats() const = 0;

 private:
  enum class State { kPaused, kCalling, kEnded };
  void Call();
  void Beat();
  // The stream, begun when it was not; nullptr when the session ended before it began.
  std::shared_ptr<runtime::StreamWriter> Stream();

  const std::shared_ptr<LiveHandler::Streams> streams_;
  absl::Mutex mutex_;
  std::optional<runtime::Responder> responder_ ABSL_GUARDED_BY(mutex_);  // until the answer begins
  std::shared_ptr<runtime::StreamWriter> stream_ ABSL_GUARDED_BY(mutex_);
  State state_ ABSL_GUARDED_BY(mutex_) = State::kPaused;
  bool stale_ ABSL_GUARDED_BY(mutex_) = false;  // the last call failed and no event came since
  std::shared_ptr<grpc::ClientContext> context_ ABSL_GUARDED_BY(mutex_);
};

/// Reads a server stream for a session, one message at a time. Owns itself.
template <typename Response>
class EventReader : public grpc::ClientReadReactor<Response> {
 public:
  /// `to_event` makes the event's text; it runs on gRPC's threads, one call at a time.
  EventReader(std::shared_ptr<LiveSession> session, std::shared_ptr<grpc::ClientContext> context,
              std::function<std::string(const Response&)> to_event)
      : session_(std::move(session)),
        context_(std::move(context)),
        to_event_(std::move(to_event)) {}

  void Begin() {
    // Between two reads nothing is pending; without a hold the call could end then.
    this->AddHold();
    this->StartRead(&response_);
    this->StartCall();
  }

 private:
  void OnReadDone(bool ok) override {
    if (!ok) return this->RemoveHold();
    session_->Send(to_event_(response_), [this] { this->StartRead(&response_); });
  }
  void OnDone(const grpc::Status& status) override {
    session_->OnCallEnd(status);
    delete this;
  }

  const std::shared_ptr<LiveSession> session_;
  const std::shared_ptr<grpc::ClientContext> context_;
  const std::function<std::string(const Response&)> to_event_;
  Response response_;
};

}  // namespace citylayers::gateway

#endif  // CITYLAYERS_SERVICES_GATEWAY_LIVE_SESSION_H_
