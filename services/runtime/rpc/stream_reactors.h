// The reactors behind CallAdapter::ServerStream and CallAdapter::Bidi. Included
// by call_adapter.h only.
#ifndef CITYLAYERS_SERVICES_RUNTIME_RPC_STREAM_REACTORS_H_
#define CITYLAYERS_SERVICES_RUNTIME_RPC_STREAM_REACTORS_H_

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/time/time.h"

#include "services/runtime/rpc/bidi_reactor.h"
#include "services/runtime/rpc/call_adapter.h"
#include "services/runtime/rpc/error_details.h"
#include "services/runtime/rpc/hidden_fields.h"
#include "services/runtime/rpc/stream_steps.h"

namespace citylayers::runtime::detail {

// A revoked key ends the streams of its holder within this time.
inline constexpr absl::Duration kKeyCheckPeriod = absl::Seconds(1);

/// Drives one StreamSource, in steps of which each takes at most one message (StreamSteps); a step
/// that sends one is followed by the next when the message is written. A message that waits for its
/// client exists once, as bytes, and is charged to the streams' share.
template <typename Request, typename Response, typename Factory>
class StreamReactor final : public grpc::ServerWriteReactor<Response> {
 public:
  StreamReactor(grpc::CallbackServerContext& context, const Request* request, Factory factory,
                std::shared_ptr<CallScope> scope, Executor& executor, Timer& timer,
                const CallOptions& options, std::shared_ptr<WriteWatch> writes,
                std::shared_ptr<std::atomic<bool>> draining)
      : steps_(std::make_shared<StreamSteps>([this] { Step(); }, executor, timer)),
        context_(context),
        request_(request),
        factory_(std::move(factory)),
        scope_(std::move(scope)),
        check_period_(options.stream_check_period),
        writes_(std::move(writes)),
        share_(options.writes.streams),
        hold_(share_),
        draining_(std::move(draining)) {}

  void Start() { steps_->Queue(); }

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

 private:
  void Step() {
    if (steps_->cancelled()) return End(absl::CancelledError("the caller went away"));
    if (draining_->load())
      return End(absl::UnavailableError("the server is stopping; connect again"));
    if (absl::Status current = scope_->CheckCaller(); !current.ok()) return End(current);
    if (source_ == nullptr) {
      auto made = factory_(scope_->call(), *request_);
      if (!made.ok()) return End(made.status());
      source_ = *std::move(made);
      source_->waker()->Bind([weak = std::weak_ptr<StreamSteps>(steps_)] {
        if (auto steps = weak.lock()) steps->Wake();
      });
    }
    if (const absl::Duration pause = scope_->PauseOfAnswers(); pause > absl::ZeroDuration()) {
      return WaitFor(pause);
    }
    absl::StatusOr<StreamStep> step = source_->Next(&response_);
    if (!step.ok()) return End(step.status());
    switch (step->kind) {
      case StreamStep::Kind::kMessage:
        HiddenFields::Of<Response>().Hide(scope_->call().caller->scopes, response_);
        return Send();
      case StreamStep::Kind::kWait:
        return WaitFor(step->wait_max);
      case StreamStep::Kind::kEnd:
        return End(absl::OkStatus());
    }
  }

  void WaitFor(absl::Duration wait_max) {
    // The upper bound limits the delay before an idle stream notices a drain, or the end of its
    // caller's key.
    const absl::Duration wait = std::min(
        wait_max, scope_->has_key() ? std::min(check_period_, kKeyCheckPeriod) : check_period_);
    // Armed before going idle: once idle, a cancel may end and delete this reactor at any time.
    steps_->WakeAfter(wait);
    steps_->GoIdle();
  }

  void Send() {
    // The first message is usually a snapshot, and the largest.
    constexpr std::size_t kFreedAbove = 16 * 1024;
    const std::size_t bytes = response_.ByteSizeLong();
    if (!hold_.Resize(bytes)) return End(share_->ExhaustedError());
    scope_->ChargeMessage(response_);
    write_.Begin(writes_, [context = &context_] { context->TryCancel(); });
    if (bound_) return WriteAndFree();
    if (bytes < kFreedAbove) {
      this->StartWrite(&response_);
    } else {
      this->StartSendInitialMetadata();  // its completion shows that the stream is bound
    }
  }
  // Once the stream is bound to its call, StartWrite encodes the message before it returns. The
  // write may be complete by then, and another step running: do not access this object after it.
  void WriteAndFree() {
    const Response sending = std::move(response_);
    this->StartWrite(&sending);
  }

  void End(const absl::Status& status) {
    scope_->Finish(status);
    this->Finish(ToGrpcStatus(status));
  }

  const std::shared_ptr<StreamSteps> steps_;
  grpc::CallbackServerContext& context_;  // lives until OnDone
  const Request* const request_;
  Factory factory_;
  const std::shared_ptr<CallScope> scope_;
  const absl::Duration check_period_;
  const std::shared_ptr<WriteWatch> writes_;
  const std::shared_ptr<MemoryShare> share_;
  MemoryHold hold_;  // of the message that is being written
  WriteWatch::Write write_;
  const std::shared_ptr<std::atomic<bool>> draining_;
  std::unique_ptr<StreamSource<Response>> source_;
  bool bound_ = false;  // gRPC has connected this object with its call
  Response response_;
};

/// A stream that was refused before it began.
template <typename Base>
class RefusedReactor final : public Base {
 public:
  explicit RefusedReactor(const absl::Status& status) { this->Finish(ToGrpcStatus(status)); }
  void OnDone() override { delete this; }
};

}  // namespace citylayers::runtime::detail

namespace citylayers::runtime {

template <typename Request, typename Response, typename Factory>
grpc::ServerWriteReactor<Response>* CallAdapter::ServerStream(grpc::CallbackServerContext* context,
                                                              std::string_view method,
                                                              const Request* request,
                                                              Factory factory) {
  auto scope = gate_.Admit(*context, method, CallKind::kStream, request);
  if (!scope.ok())
    return new detail::RefusedReactor<grpc::ServerWriteReactor<Response>>(scope.status());
  auto* reactor = new detail::StreamReactor<Request, Response, Factory>(
      *context, request, std::move(factory), *std::move(scope), executor_, timer_, gate_.options(),
      writes_, draining_);
  reactor->Start();
  return reactor;
}

template <typename Request, typename Response, typename Factory>
grpc::ServerBidiReactor<Request, Response>* CallAdapter::Bidi(grpc::CallbackServerContext* context,
                                                              std::string_view method,
                                                              Factory factory) {
  auto scope = gate_.Admit(*context, method, CallKind::kStream, nullptr);
  if (!scope.ok())
    return new detail::RefusedReactor<grpc::ServerBidiReactor<Request, Response>>(scope.status());
  auto* reactor = new detail::BidiReactor<Request, Response, Factory>(
      *context, std::move(factory), *std::move(scope), write_executor_, executor_, timer_,
      gate_.options(), writes_, draining_);
  reactor->Start();
  return reactor;
}

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_RPC_STREAM_REACTORS_H_
