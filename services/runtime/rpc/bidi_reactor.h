// The reactor behind CallAdapter::Bidi. Included by stream_reactors.h only.
#ifndef CITYLAYERS_SERVICES_RUNTIME_RPC_BIDI_REACTOR_H_
#define CITYLAYERS_SERVICES_RUNTIME_RPC_BIDI_REACTOR_H_

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include <grpcpp/support/server_callback.h>

#include "services/runtime/executor.h"
#include "services/runtime/rpc/call_context.h"
#include "services/runtime/rpc/grpc_status.h"
#include "services/runtime/rpc/hidden_fields.h"
#include "services/runtime/rpc/stream_source.h"
#include "services/runtime/timer.h"

namespace citylayers::runtime::detail {

/// Reads requests while fewer than waiting_max() of them wait for their answer, and writes the
/// answers in the order of the requests. While the caller has exceeded a limit, nothing is read, so
/// that its requests wait in the transport. At most one read and one write are in progress. The
/// call finishes only when no operation is in progress, so every completion finds the reactor
/// alive.
template <typename Request, typename Response, typename Factory>
class BidiReactor final : public grpc::ServerBidiReactor<Request, Response> {
 public:
  /// `write_executor` runs the handler, `executor` the work after its answers.
  BidiReactor(grpc::CallbackServerContext& context, Factory factory,
              std::shared_ptr<CallScope> scope, Executor& write_executor, Executor& executor,
              Timer& timer, const CallOptions& options, std::shared_ptr<WriteWatch> writes,
              std::shared_ptr<std::atomic<bool>> draining)
      : context_(context),
        factory_(std::move(factory)),
        scope_(std::move(scope)),
        write_executor_(write_executor),
        executor_(executor),
        timer_(timer),
        writes_(std::move(writes)),
        share_(options.requests),
        hold_(share_),
        draining_(std::move(draining)) {}

  void Start() { this->StartRead(&request_); }

  void OnReadDone(bool ok) override {
    if (ok) return write_executor_.Post([this] { HandleOne(); });
    Advance([this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      reading_ = false;
      read_all_ = true;  // the client has sent everything, or has disconnected
    });
  }
  void OnWriteDone(bool ok) override {
    absl::Status status;
    if (write_.End()) {
      status =
          absl::DeadlineExceededError("the client did not read the stream (grpc.write_timeout)");
    } else if (!ok) {
      status = absl::CancelledError("the caller went away");
    }
    Advance([this, &status]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      writing_ = false;
      end_.Update(status);
    });
  }
  void OnDone() override { delete this; }

 private:
  using Answer = std::optional<absl::StatusOr<Response>>;

  void HandleOne() {
    auto answer = std::make_shared<Answer>();
    scope_->ChargeMessage(request_);
    absl::Status status = MakeHandler();
    if (status.ok() && !hold_.Resize(handler_->MemoryHeld() + MemoryOf(request_))) {
      status = share_->ExhaustedError();
    }
    if (!status.ok()) answer->emplace(status);
    {
      absl::MutexLock lock(&mutex_);
      answers_.push_back(answer);
    }
    if (status.ok()) {
      handler_->Handle(request_, [this, answer](absl::StatusOr<Response> result) {
        executor_.Post([this, answer, result = std::move(result)]() mutable {
          Advance([&]() { answer->emplace(std::move(result)); });
        });
      });
      // An idle stream does not keep the memory of a large batch in its request. The bytes that the
      // handler keeps fit into the memory held for both.
      if (request_.SpaceUsedLong() > kFreedAbove) request_ = Request();
      (void)hold_.Resize(handler_->MemoryHeld());
    }
    ReadWhenPermitted();
  }

  // Ends the read in progress, which permits the next one, after the pause that the caller's limits
  // impose. In slices: a caller that leaves must not keep the call open.
  void ReadWhenPermitted() {
    const absl::Duration pause = scope_->PauseOfRequests();
    if (pause <= absl::ZeroDuration() || draining_->load() || context_.IsCancelled()) {
      return Advance([this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { reading_ = false; });
    }
    timer_.After(std::min(pause, kPauseSlice), [this] { ReadWhenPermitted(); });
  }

  absl::Status MakeHandler() {
    if (draining_->load()) {
      return absl::UnavailableError("the server is stopping; connect again");
    }
    if (absl::Status current = scope_->CheckCaller(); !current.ok()) return current;
    if (handler_ != nullptr) return absl::OkStatus();
    auto made = factory_(scope_->call());
    if (!made.ok()) return made.status();
    handler_ = *std::move(made);
    return absl::OkStatus();
  }

  // Applies a change and starts what it permits: the next write, the next read, or the end. Both
  // happen under one lock: the thread that makes the last change ends the call, and no other thread
  // uses the reactor after that.
  template <typename Change>
  void Advance(Change change) {
    bool write = false, read = false, finish = false;
    absl::Status status;
    {
      absl::MutexLock lock(&mutex_);
      change();
      if (end_.ok() && !writing_) write = TakeAnswer();
      if (!end_.ok()) DropAnswers();
      if (end_.ok() && !read_all_ && !reading_ && HasRoom()) reading_ = read = true;
      const bool over = !end_.ok() || read_all_;
      if (over && !reading_ && !writing_ && answers_.empty()) {
        finish = true;
        status = end_;
      }
    }
    if (write) {
      write_.Begin(writes_, [context = &context_] { context->TryCancel(); });
      this->StartWrite(&response_);
    }
    if (read) {
      request_.Clear();
      this->StartRead(&request_);
    }
    if (finish) {
      scope_->Finish(status);
      this->Finish(ToGrpcStatus(status));
    }
  }

  // True when the next response must be written. An error among the answers ends the call.
  bool TakeAnswer() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (answers_.empty() || !answers_.front()->has_value()) return false;
    absl::StatusOr<Response> answer = std::move(**answers_.front());
    answers_.pop_front();
    if (!answer.ok()) {
      end_ = answer.status();
      return false;
    }
    response_ = *std::move(answer);
    HiddenFields::Of<Response>().Hide(scope_->call().caller->scopes, response_);
    return writing_ = true;
  }
  // For a call that ends with an error: drops its answers; those in progress still complete.
  void DropAnswers() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    std::erase_if(answers_, [](const auto& answer) { return answer->has_value(); });
  }
  bool HasRoom() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return handler_ == nullptr ||
           answers_.size() < static_cast<std::size_t>(handler_->waiting_max());
  }

  static constexpr std::size_t kFreedAbove = 64 * 1024;
  static constexpr absl::Duration kPauseSlice = absl::Milliseconds(250);

  grpc::CallbackServerContext& context_;  // lives until OnDone
  Factory factory_;
  const std::shared_ptr<CallScope> scope_;
  Executor& write_executor_;
  Executor& executor_;
  Timer& timer_;
  const std::shared_ptr<WriteWatch> writes_;
  const std::shared_ptr<MemoryShare> share_;
  MemoryHold hold_;          // memory of the request and of the handler's state; used by HandleOne
  WriteWatch::Write write_;  // the write in progress
  const std::shared_ptr<std::atomic<bool>> draining_;
  std::unique_ptr<BidiHandler<Request, Response>> handler_;  // made by the first HandleOne
  Request request_;                                          // of the read in progress
  Response response_;                                        // of the write in progress
  absl::Mutex mutex_;
  std::deque<std::shared_ptr<Answer>> answers_ ABSL_GUARDED_BY(mutex_);  // in order of requests
  absl::Status end_ ABSL_GUARDED_BY(mutex_);     // the error that ends the call
  bool reading_ ABSL_GUARDED_BY(mutex_) = true;  // a read, or the HandleOne that follows it
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool read_all_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace citylayers::runtime::detail

#endif  // CITYLAYERS_SERVICES_RUNTIME_RPC_BIDI_REACTOR_H_
