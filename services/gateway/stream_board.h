// A board of a server stream. Private to the live handler.
#ifndef CITYLAYERS_SERVICES_GATEWAY_STREAM_BOARD_H_
#define CITYLAYERS_SERVICES_GATEWAY_STREAM_BOARD_H_

#include <cstdint>
#include <memory>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include <grpcpp/client_context.h>

#include "services/gateway/live_board.h"
#include "services/gateway/stream_reader.h"

namespace citylayers::gateway {

/// Follows a server stream, whose calls come one after the other. `Base` is the board that it
/// feeds.
template <typename Base, typename Response>
class StreamBoard : public Base {
 public:
  void End() override {
    std::shared_ptr<grpc::ClientContext> context;
    {
      absl::MutexLock lock(&mutex_);
      ended_ = true;
      context = context_;
    }
    if (context) context->TryCancel();
    absl::MutexLock lock(&mutex_);
    const auto idle = [this]() ABSL_NO_THREAD_SAFETY_ANALYSIS { return calls_open_ == 0; };
    mutex_.Await(absl::Condition(&idle));
  }

 protected:
  template <typename... Arguments>
  explicit StreamBoard(absl::Duration retry_period, Arguments&&... arguments)
      : Base(std::forward<Arguments>(arguments)...), retry_period_(retry_period) {}

  // Starts a call with `reader`.
  virtual void Open(grpc::ClientContext* context, StreamReader<Response>* reader) = 0;
  virtual void OnMessage(const Response& response) = 0;
  // Called before the first call for new viewers.
  virtual void OnStart() {}

 private:
  static constexpr absl::Duration kViewersPeriod = absl::Seconds(1);

  void StartSource() override {
    OnStart();
    Call();
  }
  void Call() {
    auto context = std::make_shared<grpc::ClientContext>();
    std::shared_ptr<grpc::ClientContext> before;
    std::uint64_t call;
    {
      absl::MutexLock lock(&mutex_);
      if (ended_) return;
      before = std::exchange(context_, context);
      call = ++call_;
      ++calls_open_;
    }
    if (before) before->TryCancel();
    const auto self = this->shared_from_this();
    auto* reader = new StreamReader<Response>(
        context,
        [this, self, call](const Response& response, auto read_next) {
          if (IsCurrent(call)) OnMessage(response);
          read_next();
        },
        [this, self, call](const grpc::Status& status) { OnEnd(call, status); });
    Open(context.get(), reader);
    reader->Begin();
    After(kViewersPeriod, call, &StreamBoard::CheckViewers);
  }
  // Runs a method later, unless another call has begun by then.
  void After(absl::Duration delay, std::uint64_t call, void (StreamBoard::*method)(std::uint64_t)) {
    this->timer().After(delay, [weak = this->weak_from_this(), call, method] {
      const auto self = weak.lock();
      if (!self) return;
      auto& board = static_cast<StreamBoard&>(*self);
      if (board.IsCurrent(call)) (board.*method)(call);
    });
  }
  bool IsCurrent(std::uint64_t call) {
    absl::MutexLock lock(&mutex_);
    return call == call_ && !ended_;
  }
  // Lets the call go once there has been no viewer for a while.
  void CheckViewers(std::uint64_t call) {
    if (this->KeepGoing()) return After(kViewersPeriod, call, &StreamBoard::CheckViewers);
    std::shared_ptr<grpc::ClientContext> context;
    {
      absl::MutexLock lock(&mutex_);
      if (call != call_) return;  // a viewer came, and a call with it
      ++call_;
      context.swap(context_);
    }
    if (context) context->TryCancel();
  }
  void Retry(std::uint64_t /*call*/) {
    if (this->KeepGoing()) Call();
  }
  void OnEnd(std::uint64_t call, const grpc::Status& status) {
    if (IsCurrent(call)) {
      this->SetLost(status.ok() ? "the server ended the stream" : status.error_message());
      After(retry_period_, call, &StreamBoard::Retry);
    }
    absl::MutexLock lock(&mutex_);
    if (call == call_) context_ = nullptr;
    --calls_open_;
  }

  const absl::Duration retry_period_;
  absl::Mutex mutex_;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  std::uint64_t call_ ABSL_GUARDED_BY(mutex_) = 0;  // the present call; earlier ones are over
  int calls_open_ ABSL_GUARDED_BY(mutex_) = 0;
  std::shared_ptr<grpc::ClientContext> context_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace citylayers::gateway

#endif  // CITYLAYERS_SERVICES_GATEWAY_STREAM_BOARD_H_
