// The source of a streaming method: an object that returns the next message whenever the client can
// receive one.
#ifndef CITYLAYERS_SERVICES_RUNTIME_RPC_STREAM_SOURCE_H_
#define CITYLAYERS_SERVICES_RUNTIME_RPC_STREAM_SOURCE_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace citylayers::runtime {

/// Notifies a waiting stream that more messages may be available. Shared by the stream and by the
/// producer; may outlive both. Thread-safe; Wake() after the stream's end has no effect.
class Waker {
 public:
  void Wake() {
    absl::MutexLock lock(&mutex_);
    if (wake_) wake_();
  }
  /// For the call adapter: sets the effect of Wake(). Called with nullptr at the stream's end; no
  /// wake runs after it returns.
  void Bind(std::function<void()> wake) {
    absl::MutexLock lock(&mutex_);
    wake_ = std::move(wake);
  }

 private:
  absl::Mutex mutex_;
  std::function<void()> wake_ ABSL_GUARDED_BY(mutex_);
};

/// Result of Next().
struct StreamStep {
  enum class Kind { kMessage, kWait, kEnd };
  Kind kind = Kind::kEnd;
  absl::Duration wait_max;  // for kWait: maximum time before Next is called again without a wake
  bool is_bulk = false;     // for kMessage: worth compressing when it is large, as a snapshot is

  static StreamStep Message() { return {Kind::kMessage, absl::ZeroDuration()}; }
  static StreamStep Bulk() { return {Kind::kMessage, absl::ZeroDuration(), true}; }
  static StreamStep Wait(absl::Duration at_most) { return {Kind::kWait, at_most}; }
  static StreamStep End() { return {Kind::kEnd, absl::ZeroDuration()}; }
};

/// The server's side of one streaming call. Messages are pulled, not pushed: Next() is called
/// on an executor thread, one call at a time, and only when the previous message has been
/// written, so a slow reader slows its own source and nothing queues. Destroyed when the call
/// ends, for any reason.
template <typename Response>
class StreamSource {
 public:
  virtual ~StreamSource() = default;
  /// Fills `response` (empty on entry) and returns Message(), Wait(), End(), or the
  /// error that ends the call.
  virtual absl::StatusOr<StreamStep> Next(Response* response) = 0;
  /// Whether Next may return Bulk() messages.
  virtual bool has_bulk() const { return false; }
  /// Adds to `status`, with which the server ends the stream, the position from which its client
  /// can resume. Called as Next() is.
  virtual void AddPosition(absl::Status& /*status*/) const {}
  /// Producers keep this and call Wake() when more is available. The same object
  /// for the source's life.
  const std::shared_ptr<Waker>& waker() const { return waker_; }

 private:
  std::shared_ptr<Waker> waker_ = std::make_shared<Waker>();
};

/// A StreamSource whose client may change what it sends, by further requests.
template <typename Request, typename Response>
class DuplexSource : public StreamSource<Response> {
 public:
  /// Applies a request: the first one before Next() is called, each later one between two calls of
  /// it. An error ends the call.
  virtual absl::Status Take(Request request) = 0;
};

/// The server's side of one bidirectional call that answers each request with
/// one response, in order.
template <typename Request, typename Response>
class BidiHandler {
 public:
  using Done = std::function<void(absl::StatusOr<Response>)>;

  virtual ~BidiHandler() = default;
  /// Handles one request on an executor thread; one call at a time. The request is valid until this
  /// returns. `done` must be called once, then or later, from any thread; it only queues the
  /// answer. An error ends the call. The handler outlives every `done`.
  virtual void Handle(Request& request, Done done) = 0;
  /// Maximum number of requests that wait for their `done`; further ones are not read until then.
  virtual int waiting_max() const { return 1; }
  /// Bytes of state kept between requests.
  virtual std::size_t MemoryHeld() const { return 0; }
};

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_RPC_STREAM_SOURCE_H_
