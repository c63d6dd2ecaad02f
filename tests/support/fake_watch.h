// The server's side of a streaming method, for any number of clients at a time.
#ifndef CITYLAYERS_TESTS_SUPPORT_FAKE_WATCH_H_
#define CITYLAYERS_TESTS_SUPPORT_FAKE_WATCH_H_

#include <deque>
#include <optional>
#include <set>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include <grpcpp/grpcpp.h>

namespace citylayers::gateway {

/// Sends messages to all present calls. Thread-safe; must outlive its calls.
template <typename Response>
class FakeWatch {
 public:
  /// Begins a call with a message; it stays open until the client leaves or End.
  grpc::ServerWriteReactor<Response>* Open(const Response& first) {
    absl::MutexLock lock(&mutex_);
    auto* call = new Call(*this);
    calls_.insert(call);
    ++opened_;
    SendTo(*call, first);
    return call;
  }
  void Send(const Response& response) {
    absl::MutexLock lock(&mutex_);
    for (Call* call : calls_) SendTo(*call, response);
  }
  /// Ends the present calls, after what was sent.
  void End(const grpc::Status& status) {
    absl::MutexLock lock(&mutex_);
    for (Call* call : std::set<Call*>(calls_)) {
      call->end = status;
      if (call->queue.empty()) Finish(*call);
    }
  }
  /// Number of calls so far.
  int opened() const {
    absl::MutexLock lock(&mutex_);
    return opened_;
  }

 private:
  // Its members are guarded by the mutex of the FakeWatch.
  class Call final : public grpc::ServerWriteReactor<Response> {
   public:
    explicit Call(FakeWatch& watch) : watch_(watch) {}

    std::deque<Response> queue;
    std::optional<grpc::Status> end;

   private:
    void OnWriteDone(bool ok) override { watch_.OnWriteDone(*this, ok); }
    void OnCancel() override { watch_.OnCancel(*this); }
    void OnDone() override { delete this; }

    FakeWatch& watch_;
  };

  void SendTo(Call& call, const Response& response) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    call.queue.push_back(response);
    if (call.queue.size() == 1) call.StartWrite(&call.queue.front());
  }
  void Finish(Call& call) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (calls_.erase(&call) != 0) call.Finish(*call.end);
  }
  void OnWriteDone(Call& call, bool ok) {
    absl::MutexLock lock(&mutex_);
    call.queue.pop_front();
    if (!ok || !calls_.contains(&call)) return;
    if (!call.queue.empty()) {
      call.StartWrite(&call.queue.front());
    } else if (call.end.has_value()) {
      Finish(call);
    }
  }
  void OnCancel(Call& call) {
    absl::MutexLock lock(&mutex_);
    call.end = grpc::Status::CANCELLED;
    Finish(call);
  }

  mutable absl::Mutex mutex_;
  std::set<Call*> calls_ ABSL_GUARDED_BY(mutex_);
  int opened_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace citylayers::gateway

#endif  // CITYLAYERS_TESTS_SUPPORT_FAKE_WATCH_H_
