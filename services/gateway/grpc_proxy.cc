#include "services/gateway/grpc_proxy.h"

#include <memory>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include <grpcpp/client_context.h>
#include <grpcpp/generic/generic_stub.h>

#include "base/status_macros.h"
#include "services/gateway/forwarded_metadata.h"
#include "services/gateway/rpc_codec.h"
#include "services/gateway/upstream_call.h"
#include "services/runtime/monotonic_clock.h"
#include "services/runtime/rpc/call_deadline.h"
#include "services/runtime/rpc/call_entrance.h"
#include "services/runtime/rpc/error_details.h"
#include "services/runtime/rpc/forwarded_call.h"
#include "services/runtime/rpc/grpc_status.h"
#include "services/runtime/rpc/method_rules.h"
#include "services/runtime/rpc/status_bounds.h"

namespace citylayers::gateway {
namespace {

using grpc::ByteBuffer;

// "/package.Service/Method" -> {"package.Service", "Method"}
std::pair<std::string, std::string> SplitPath(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos || slash == 0) return {"", ""};
  return {path.substr(1, slash - 1), path.substr(slash + 1)};
}

class Downstream;

// The call to the backend. Two loops start operations on it: requests (client → backend) and
// responses (backend → client). Each loop has a hold until it starts no more operations.
class Upstream : public grpc::ClientBidiReactor<ByteBuffer, ByteBuffer> {
 public:
  Upstream(std::shared_ptr<Downstream> downstream, std::shared_ptr<grpc::Channel> channel)
      : downstream_(std::move(downstream)), stub_(std::move(channel)) {}

  grpc::ClientContext& context() { return context_; }
  void Begin(const std::shared_ptr<Upstream>& self, const std::string& path) {
    self_ = self;
    stub_.PrepareBidiStreamingCall(&context_, path, {}, this);
    AddMultipleHolds(2);
    StartCall();
  }
  void ReadNext() { StartRead(&in_); }

 private:
  void OnReadInitialMetadataDone(bool ok) override;
  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnDone(const grpc::Status& status) override;

  std::shared_ptr<Downstream> downstream_;
  std::shared_ptr<Upstream> self_;
  grpc::GenericStub stub_;
  grpc::ClientContext context_;
  ByteBuffer in_;
};

// The call of the client.
class Downstream : public grpc::ServerGenericBidiReactor {
 public:
  Downstream(const RpcRouter* router, grpc::GenericCallbackServerContext* context)
      : router_(router), context_(context) {}

  void Begin(const std::shared_ptr<Downstream>& self) {
    self_ = self;
    std::tie(service_, method_) = SplitPath(context_->method());
    if (router_ == nullptr) {
      return Finish(runtime::ToGrpcStatus(StillStarting("the gateway is starting")));
    }
    if (context_->client_metadata().count(kPassedOnKey) > 0) {
      return Finish(runtime::ToGrpcStatus(runtime::WithReason(
          absl::FailedPreconditionError("a backend's address leads to a gateway: set backends.* to "
                                        "the processes that run the modules"),
          kReasonBackendLoop)));
    }
    if (const absl::Status allowed = Admit(); !allowed.ok()) {
      return Finish(runtime::ToGrpcStatus(allowed));
    }
    if (RpcRouter::NeedsMessage(service_)) {
      StartRead(&in_);
    } else if (OpenUpstream("")) {
      SetRequests(Requests::kReading);
      StartRead(&in_);
    }
  }

  // Called by the upstream, one at a time.
  void OnHeaders(const MetadataMap& headers) {
    for (const auto& [key, value] : ReturnedMetadata(headers)) {
      context_->AddInitialMetadata(key, value);
    }
  }
  void OnMessage(ByteBuffer& message) {
    Charge(message);
    out_.Swap(&message);
    StartWrite(&out_);
  }
  // The backend will send no more responses: no further request is sent to it.
  void OnResponsesEnd() {
    bool release = false;
    {
      absl::MutexLock lock(&mutex_);
      responses_ended_ = true;
      release = requests_ == Requests::kReading;
      if (release) requests_ = Requests::kEnded;
    }
    if (release) upstream_->RemoveHold();
  }
  void OnRequestWritten(bool ok) {
    bool go_on = false;
    {
      absl::MutexLock lock(&mutex_);
      go_on = ok && !responses_ended_;
      requests_ = go_on ? Requests::kReading : Requests::kEnded;
    }
    if (go_on) {
      StartRead(&in_);
    } else {
      upstream_->RemoveHold();
    }
  }
  void OnUpstreamDone(const grpc::Status& status, const MetadataMap& trailers) {
    for (const auto& [key, value] : ReturnedMetadata(trailers)) {
      context_->AddTrailingMetadata(key, value);
    }
    Finish(runtime::Normalized(status));
  }

 private:
  // State of the request loop; the code that moves it out of kReading owns its hold.
  enum class Requests { kNotStarted, kReading, kWriting, kEnded };
  void SetRequests(Requests state) {
    absl::MutexLock lock(&mutex_);
    requests_ = state;
  }
  // Moves kReading to `state`; false when the loop has already ended.
  bool LeaveReading(Requests state) {
    absl::MutexLock lock(&mutex_);
    if (requests_ != Requests::kReading) return false;
    requests_ = state;
    return true;
  }

  // Identifies the caller, and checks what the method needs: the backend does so again, but a call
  // that it would refuse costs no call to it. Methods that are not known are left to the router.
  absl::Status Admit() {
    const google::protobuf::MethodDescriptor* method = FindMethod(service_, method_);
    access::Need need;
    if (method != nullptr) need = runtime::RuleOf(*method).value_or(need);
    const bool is_stream =
        method != nullptr && (method->client_streaming() || method->server_streaming());
    ASSIGN_OR_RETURN(admitted_,
                     router_->entrance().Admit(context_->client_metadata(),
                                               context_->auth_context().get(), context_->peer(),
                                               method == nullptr ? nullptr : &need, is_stream));
    return absl::OkStatus();
  }

  // Counts a message of this call against the caller's limits.
  void Charge(const ByteBuffer& message) const {
    if (!admitted_.is_metered || !admitted_.account->limits_bytes()) return;
    admitted_.account->ChargeBytes(static_cast<double>(message.Length()),
                                   runtime::MonotonicClock().Now());
  }

  // Finds the route and starts the call to the backend; false when the client was answered instead.
  bool OpenUpstream(std::string_view first_message) {
    const absl::StatusOr<RpcRouter::Route> route =
        router_->Find(service_, method_, first_message, *admitted_.caller);
    if (!route.ok()) {
      Finish(runtime::ToGrpcStatus(route.status()));
      return false;
    }
    if (!route->channel) {
      out_ = ToByteBuffer(route->answer);
      StartWriteAndFinish(&out_, grpc::WriteOptions(), grpc::Status::OK);
      return false;
    }
    absl::StatusOr<Metadata> metadata = ForwardedMetadata(context_->client_metadata());
    if (!metadata.ok()) {
      Finish(runtime::ToGrpcStatus(metadata.status()));
      return false;
    }
    SetCredential(router_->access().DelegationOf(*admitted_.caller), *metadata);
    auto upstream = std::make_shared<Upstream>(self_, route->channel);
    for (const auto& [key, value] : *metadata) upstream->context().AddMetadata(key, value);
    upstream->context().AddMetadata(kPassedOnKey, "1");
    upstream->context().AddMetadata(runtime::kForwardedBy, router_->access().process_key());
    upstream->context().AddMetadata(runtime::kForwardedFor, admitted_.address);
    const absl::Time deadline = runtime::DeadlineOf(context_->raw_deadline());
    if (deadline != absl::InfiniteFuture()) {
      upstream->context().set_deadline(absl::ToChronoTime(deadline));
    }
    {
      absl::MutexLock lock(&mutex_);
      upstream_ = upstream;
      if (cancelled_) upstream->context().TryCancel();
    }
    upstream->Begin(upstream, context_->method());
    return true;
  }

  void OnReadDone(bool ok) override {
    bool opened;
    {
      absl::MutexLock lock(&mutex_);
      opened = upstream_ != nullptr;
    }
    if (!opened) {
      if (!ok) {
        return Finish(
            runtime::ToGrpcStatus(absl::InvalidArgumentError("the call carries no request")));
      }
      if (!OpenUpstream(ToString(in_))) return;
      SetRequests(Requests::kReading);
    }
    if (!LeaveReading(ok ? Requests::kWriting : Requests::kEnded)) return;
    if (ok) {
      Charge(in_);
      to_backend_.Swap(&in_);
      upstream_->StartWrite(&to_backend_);
    } else {
      upstream_->StartWritesDone();
      upstream_->RemoveHold();
    }
  }
  void OnWriteDone(bool ok) override {
    if (!upstream_) return;  // the gateway answered the call itself
    // A client that reads no more ends the call; the next read returns its end.
    if (!ok) upstream_->context().TryCancel();
    upstream_->ReadNext();
  }
  void OnCancel() override {
    std::shared_ptr<Upstream> upstream;
    {
      absl::MutexLock lock(&mutex_);
      cancelled_ = true;
      upstream = upstream_;
    }
    if (upstream) upstream->context().TryCancel();
  }
  void OnDone() override {
    const std::shared_ptr<Downstream> self = std::exchange(self_, nullptr);
    absl::MutexLock lock(&mutex_);
    upstream_ = nullptr;
  }

  const RpcRouter* const router_;
  grpc::GenericCallbackServerContext* const context_;
  std::shared_ptr<Downstream> self_;
  runtime::AdmittedCaller admitted_;
  std::string service_;
  std::string method_;
  ByteBuffer in_;
  ByteBuffer to_backend_;
  ByteBuffer out_;
  absl::Mutex mutex_;
  // Set once, before the upstream begins, and kept until OnDone: the loops read it without the
  // lock.
  std::shared_ptr<Upstream> upstream_;
  Requests requests_ ABSL_GUARDED_BY(mutex_) = Requests::kNotStarted;
  bool responses_ended_ ABSL_GUARDED_BY(mutex_) = false;
  bool cancelled_ ABSL_GUARDED_BY(mutex_) = false;
};

void Upstream::OnReadInitialMetadataDone(bool ok) {
  // Reading begins only here, so that the headers are sent before the first message.
  if (ok) downstream_->OnHeaders(context_.GetServerInitialMetadata());
  ReadNext();
}

void Upstream::OnReadDone(bool ok) {
  if (ok) return downstream_->OnMessage(in_);
  downstream_->OnResponsesEnd();
  RemoveHold();
}

void Upstream::OnWriteDone(bool ok) { downstream_->OnRequestWritten(ok); }

void Upstream::OnDone(const grpc::Status& status) {
  const std::shared_ptr<Upstream> self = std::exchange(self_, nullptr);
  std::exchange(downstream_, nullptr)->OnUpstreamDone(status, context_.GetServerTrailingMetadata());
}

}  // namespace

grpc::ServerGenericBidiReactor* GrpcProxy::CreateReactor(
    grpc::GenericCallbackServerContext* context) {
  const auto downstream = std::make_shared<Downstream>(router_.load(), context);
  downstream->Begin(downstream);
  return downstream.get();
}

}  // namespace citylayers::gateway
