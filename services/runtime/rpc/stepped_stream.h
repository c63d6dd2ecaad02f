// The sending side of a stream: what StreamReactor and DuplexReactor have in common. Included by
// them only.
#ifndef CITYLAYERS_SERVICES_RUNTIME_RPC_STEPPED_STREAM_H_
#define CITYLAYERS_SERVICES_RUNTIME_RPC_STEPPED_STREAM_H_

#include <algorithm>
#include <atomic>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>
#include <prometheus/counter.h>

#include "services/runtime/executor.h"
#include "services/runtime/monotonic_clock.h"
#include "services/runtime/rpc/call_adapter.h"
#include "services/runtime/rpc/call_context.h"
#include "services/runtime/rpc/grpc_status.h"
#include "services/runtime/rpc/hidden_fields.h"
#include "services/runtime/rpc/stream_ends.h"
#include "services/runtime/rpc/stream_source.h"
#include "services/runtime/rpc/stream_steps.h"
#include "services/runtime/timer.h"

namespace citylayers::runtime::detail {

// A revoked key ends the streams of its holder within this time.
inline constexpr absl::Duration kKeyCheckPeriod = absl::Seconds(1);

/// What the streams of a CallAdapter share.
struct StreamEnvironment {
  Executor& executor;
  Timer& timer;
  const CallOptions& options;
  prometheus::Counter& compressed;
  std::shared_ptr<WriteWatch> writes;
  std::shared_ptr<std::atomic<bool>> draining;
  std::shared_ptr<StreamEnds> ends;
};

/// Drives one StreamSource, in steps of which each takes at most one message (StreamSteps); a step
/// that sends one is followed by the next when the message is written. A message that waits for its
/// client exists once, as bytes, and is charged to the streams' share. `Reactor` is gRPC's class.
template <typename Reactor, typename Response>
class SteppedStream : public Reactor {
 public:
  SteppedStream(grpc::CallbackServerContext& context, std::shared_ptr<CallScope> scope,
                const StreamEnvironment& environment)
      : steps_(std::make_shared<StreamSteps>([this] { Step(); }, environment.executor,
                                             environment.timer)),
        context_(context),
        scope_(std::move(scope)),
        check_period_(environment.options.stream_check_period),
        compress_above_(HasConnection() ? environment.options.compress_above : 0),
        compressed_(environment.compressed),
        writes_(environment.writes),
        share_(environment.options.writes.streams),
        hold_(share_),
        draining_(environment.draining),
        ends_(environment.ends),
        end_time_(HasConnection() ? ends_->EndOf(clock_.Now()) : absl::InfiniteFuture()) {}

  void OnSendInitialMetadataDone(bool ok) override {
    if (!ok || steps_->cancelled()) {
      (void)write_.End();
      End(absl::CancelledError("the caller went away"));
    } else {
      WriteAndFree();
    }
  }

  void OnWriteDone(bool ok) override {
    bound_ = true;
    response_.Clear();
    (void)hold_.Resize(0);
    if (write_.End()) {
      End(absl::DeadlineExceededError("the client did not read the stream (grpc.write_timeout)"));
    } else if (!ok || steps_->cancelled()) {
      End(absl::CancelledError("the caller went away"));
    } else {
      steps_->Queue();
    }
  }

  void OnCancel() override {
    if (steps_->Cancel()) End(absl::CancelledError("the caller went away"));
  }

  void OnDone() override {
    steps_->Detach();
    if (source_ != nullptr) source_->waker()->Bind(nullptr);
    delete this;
  }

 protected:
  /// The source, ready for Next(); nullptr: it waits for a request. Called by each step.
  virtual absl::StatusOr<StreamSource<Response>*> ReadySource() = 0;

  /// Binds a new source to the steps of this stream, and keeps it.
  StreamSource<Response>* Keep(std::unique_ptr<StreamSource<Response>> source) {
    source_ = std::move(source);
    source_->waker()->Bind([weak = std::weak_ptr<StreamSteps>(steps_)] {
      if (auto steps = weak.lock()) steps->Wake();
    });
    // gRPC chooses an encoding that the client accepts, or none. It is sent with the first message.
    if (compress_above_ > 0 && source_->has_bulk()) {
      context_.set_compression_level(GRPC_COMPRESS_LEVEL_LOW);
    }
    return source_.get();
  }

  StreamSource<Response>* source() { return source_.get(); }
  StreamSteps& steps() { return *steps_; }
  const CallScope& scope() const { return *scope_; }
  const MonotonicClock& clock() const { return clock_; }

 private:
  // Of the call itself: behind a gateway, Call::peer is the client of the gateway.
  bool HasConnection() const { return detail::HasConnection(context_.peer()); }

  void Step() {
    if (steps_->cancelled()) return End(absl::CancelledError("the caller went away"));
    if (draining_->load()) return EndWithPosition(ends_->Stopping());
    if (absl::Status current = scope_->CheckCaller(); !current.ok()) return End(current);
    if (clock_.Now() >= end_time_) return EndWithPosition(ends_->Aged());
    absl::StatusOr<StreamSource<Response>*> source = ReadySource();
    if (!source.ok()) return End(source.status());
    if (*source == nullptr) return WaitFor(absl::InfiniteDuration());
    if (const absl::Duration pause = scope_->PauseOfAnswers(); pause > absl::ZeroDuration()) {
      return WaitFor(pause);
    }
    absl::StatusOr<StreamStep> step = (*source)->Next(&response_);
    if (!step.ok()) return End(step.status());
    switch (step->kind) {
      case StreamStep::Kind::kMessage:
        HiddenFields::Of<Response>().Hide(scope_->call().caller->scopes, response_);
        return Send(step->is_bulk);
      case StreamStep::Kind::kWait:
        return WaitFor(step->wait_max);
      case StreamStep::Kind::kEnd:
        return End(absl::OkStatus());
    }
  }

  void WaitFor(absl::Duration wait_max) {
    // The upper bound limits the delay before an idle stream notices a drain, its age, or the end
    // of its caller's key.
    const absl::Duration wait =
        std::min({wait_max, end_time_ - clock_.Now(), check_period_,
                  scope_->has_key() ? kKeyCheckPeriod : absl::InfiniteDuration()});
    // Armed before going idle: once idle, a cancel may end and delete this reactor at any time.
    steps_->WakeAfter(wait);
    steps_->GoIdle();
  }

  void Send(bool is_bulk) {
    // The first message is usually a snapshot, and the largest.
    constexpr std::size_t kFreedAbove = 16 * 1024;
    const std::size_t bytes = response_.ByteSizeLong();
    if (!hold_.Resize(bytes)) return End(share_->ExhaustedError());
    scope_->ChargeMessage(response_);
    is_compressed_ = is_bulk && compress_above_ > 0 && bytes > compress_above_;
    if (is_compressed_) compressed_.Increment();
    write_.Begin(writes_, [context = &context_] { context->TryCancel(); });
    if (bound_) return WriteAndFree();
    if (bytes < kFreedAbove) {
      this->StartWrite(&response_, Options());
    } else {
      this->StartSendInitialMetadata();  // its completion shows that the stream is bound
    }
  }
  // Once the stream is bound to its call, StartWrite encodes the message before it returns. The
  // write may be complete by then, and another step running: do not access this object after it.
  void WriteAndFree() {
    const Response sending = std::move(response_);
    this->StartWrite(&sending, Options());
  }
  grpc::WriteOptions Options() const {
    grpc::WriteOptions options;
    if (!is_compressed_) options.set_no_compression();
    return options;
  }

  void EndWithPosition(absl::Status status) {
    if (source_ != nullptr) source_->AddPosition(status);
    End(status);
  }
  void End(const absl::Status& status) {
    scope_->Finish(status);
    this->Finish(ToGrpcStatus(status));
  }

  const MonotonicClock clock_;
  const std::shared_ptr<StreamSteps> steps_;
  grpc::CallbackServerContext& context_;  // lives until OnDone
  const std::shared_ptr<CallScope> scope_;
  const absl::Duration check_period_;
  const std::size_t compress_above_;  // 0: nothing is compressed
  prometheus::Counter& compressed_;
  const std::shared_ptr<WriteWatch> writes_;
  const std::shared_ptr<MemoryShare> share_;
  MemoryHold hold_;  // of the message that is being written
  WriteWatch::Write write_;
  const std::shared_ptr<std::atomic<bool>> draining_;
  const std::shared_ptr<StreamEnds> ends_;
  const absl::Time end_time_;
  std::unique_ptr<StreamSource<Response>> source_;
  bool bound_ = false;  // gRPC has connected this object with its call
  bool is_compressed_ = false;
  Response response_;
};

}  // namespace citylayers::runtime::detail

#endif  // CITYLAYERS_SERVICES_RUNTIME_RPC_STEPPED_STREAM_H_
