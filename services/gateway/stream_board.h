// A board of a server stream. Private to the live handler.
#ifndef CITYLAYERS_SERVICES_GATEWAY_STREAM_BOARD_H_
#define CITYLAYERS_SERVICES_GATEWAY_STREAM_BOARD_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include <grpcpp/client_context.h>

#include "services/gateway/live_board.h"
#include "services/gateway/stream_reader.h"
#include "services/runtime/delayed_task.h"
#include "services/runtime/monotonic_clock.h"
#include "services/runtime/rpc/call_group.h"
#include "services/runtime/rpc/grpc_status.h"

namespace citylayers::gateway {

struct StreamBoardOptions {
  absl::Duration retry_period;
  /// A stream without a message for this long counts as lost, and is opened again. Only for methods
  /// with heartbeats.
  absl::Duration silence_max = absl::InfiniteDuration();
};

/// Follows a server stream, whose calls come one after the other. `Base` is the board that it
/// feeds. End() must be called before the destructor.
template <typename Base, typename Response>
class StreamBoard : public Base {
 public:
  void End() override {
    check_.Stop();
    retry_.Stop();
    std::shared_ptr<grpc::ClientContext> context;
    {
      absl::MutexLock lock(&mutex_);
      ended_ = true;
      context = context_;
    }
    if (context) context->TryCancel();
    calls_.End();
  }

 protected:
  template <typename... Arguments>
  StreamBoard(StreamBoardOptions options, runtime::Timer& timer, Arguments&&... arguments)
      : Base(std::forward<Arguments>(arguments)...),
        options_(options),
        check_(timer),
        retry_(timer) {}

  // Starts a call with `reader`.
  virtual void Open(grpc::ClientContext* context, StreamReader<Response>* reader) = 0;
  virtual void OnMessage(const Response& response) = 0;
  // Called before the first call for new viewers.
  virtual void OnStart() {}
  // Called when a call has ended, before the next one. Returns why the feed is lost; "": it is not.
  virtual std::string OnCallEnd(const grpc::Status& status) {
    return status.ok() ? "the server ended the stream" : status.error_message();
  }

 private:
  static constexpr absl::Duration kCheckPeriod = absl::Seconds(1);

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
      if (ended_ || !calls_.Begin()) return;
      before = std::exchange(context_, context);
      call = ++call_;
      message_time_ = runtime::MonotonicClock().Now();
      is_silent_ = false;
    }
    if (before) before->TryCancel();
    auto* reader = new StreamReader<Response>(
        context,
        [this, call](const Response& response, auto read_next) {
          if (NoteMessage(call)) OnMessage(response);
          read_next();
        },
        [this, call](const grpc::Status& status) {
          OnEnd(call, status);
          calls_.Done();
        });
    Open(context.get(), reader);
    reader->Begin();
    CheckLater(call);
  }
  // False when another call has begun.
  bool NoteMessage(std::uint64_t call) {
    absl::MutexLock lock(&mutex_);
    if (call != call_ || ended_) return false;
    message_time_ = runtime::MonotonicClock().Now();
    return true;
  }
  void CheckLater(std::uint64_t call) {
    check_.Set(kCheckPeriod, [this, call] { Check(call); });
  }
  // Ends the call once there has been no viewer for a while, or no message.
  void Check(std::uint64_t call) {
    const bool keep_going = this->KeepGoing();
    bool has_become_silent = false;
    std::shared_ptr<grpc::ClientContext> context;
    {
      absl::MutexLock lock(&mutex_);
      if (call != call_) return;  // another call has begun, with its own checks
      if (!keep_going) {
        ++call_;
        context.swap(context_);
      } else if (context_ && !is_silent_ &&
                 runtime::MonotonicClock().Now() - message_time_ > options_.silence_max) {
        is_silent_ = has_become_silent = true;
        context = context_;
      }
    }
    if (has_become_silent) this->SetLost("its server has stopped sending");
    if (context) context->TryCancel();
    if (keep_going) CheckLater(call);
  }
  void Retry(std::uint64_t call) {
    {
      absl::MutexLock lock(&mutex_);
      if (call != call_) return;
    }
    if (this->KeepGoing()) Call();
  }
  void OnEnd(std::uint64_t call, const grpc::Status& status) {
    bool was_silent;
    {
      absl::MutexLock lock(&mutex_);
      if (call != call_ || ended_) return;
      context_ = nullptr;
      was_silent = is_silent_;
    }
    std::string lost = OnCallEnd(status);
    const bool is_aged = runtime::IsStreamAge(status);
    if (!was_silent && !is_aged) this->SetLost(std::move(lost));
    retry_.Set(is_aged ? absl::ZeroDuration() : options_.retry_period,
               [this, call] { Retry(call); });
  }

  const StreamBoardOptions options_;
  absl::Mutex mutex_;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  std::uint64_t call_ ABSL_GUARDED_BY(mutex_) = 0;   // the present call; earlier ones are over
  absl::Time message_time_ ABSL_GUARDED_BY(mutex_);  // the last message, or the begin of the call
  bool is_silent_ ABSL_GUARDED_BY(mutex_) = false;   // the present call was ended for its silence
  std::shared_ptr<grpc::ClientContext> context_ ABSL_GUARDED_BY(mutex_);
  runtime::CallGroup calls_;
  runtime::DelayedTask check_;
  runtime::DelayedTask retry_;
};

}  // namespace citylayers::gateway

#endif  // CITYLAYERS_SERVICES_GATEWAY_STREAM_BOARD_H_
