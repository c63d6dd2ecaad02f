// What a streaming method returns: something that is asked for the next message whenever the client
// can take one.
#ifndef CITYLAYERS_SERVICES_RUNTIME_RPC_STREAM_SOURCE_H_
#define CITYLAYERS_SERVICES_RUNTIME_RPC_STREAM_SOURCE_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace citylayers::runtime {

/// Tells a waiting stream that there may be more. Shared by the stream and by whoever produces;
/// outlives both safely. Thread-safe; Wake() after the stream's end does nothing.
class Waker {
 public:
  void Wake() {
    absl::MutexLock lock(&mutex_);
    if (wake_) wake_();
  }
  /// For the call adapter: what Wake() does. Called with nullptr at the stream's end; no wake runs
  /// after it returns.
  void Bind(std::function<void()> wake) {
    absl::MutexLock lock(&mutex_);
    wake_ = std::move(wake);
  }

 private:
  absl::Mutex mutex_;
  std::function<void()> wake_ ABSL_GUARDED_BY(mutex_);
};

/// What Next() found.
struct StreamStep {
  enum class Kind { kMessage, kWait, kEnd };
  Kind kind = Kind::kEnd;
  absl::Duration wait_max;  // for kWait: ask again after this even without a wake

  static StreamStep Message() { return {Kind::kMessage, absl::ZeroDuration()}; }
  static StreamStep Wait(absl::Duration at_most) { return {Kind::kWait, at_most}; }
  static StreamStep End() { return {Kind::kEnd, absl::ZeroDuration()}; }
};

/// The server's side of one streaming call. Pulled, not pushed: Next() is called on an executor
/// thread, one call at a time, and only when the message before has been written; so a slow reader
/// slows its own source and nothing queues. Destroyed when the call ends, however it ends.
template <typename Response>
class StreamSource {
 public:
  virtual ~StreamSource() = default;
  /// Fills `response` (empty on entry) and returns Message(), or Wait(), or End(), or the error
  /// that ends the call.
  virtual absl::StatusOr<StreamStep> Next(Response* response) = 0;
  /// Producers keep this and call Wake() when there is more. The same object for the source's life.
  const std::shared_ptr<Waker>& waker() const { return waker_; }

 private:
  std::shared_ptr<Waker> waker_ = std::make_shared<Waker>();
};

/// The server's side of one bidirectional call that answers each request with one response, in
/// order.
template <typename Request, typename Response>
class BidiHandler {
 public:
  using Done = std::function<void(absl::StatusOr<Response>)>;

  virtual ~BidiHandler() = default;
  /// Takes one request on an executor thread; one call at a time. The request is valid until this
  /// returns. `done` is called once, then or later, from any thread; it only queues the answer. An
  /// error ends the call. The handler outlives every `done`.
  virtual void Handle(Request& request, Done done) = 0;
  /// Requests that may wait for their `done` at once; further ones are not read until then.
  virtual int waiting_max() const { return 1; }
  /// Bytes that it remembers from request to request.
  virtual std::size_t MemoryHeld() const { return 0; }
};

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_RPC_STREAM_SOURCE_H_
