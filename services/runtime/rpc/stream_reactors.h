// The reactors behind CallAdapter::ServerStream, CallAdapter::Duplex and CallAdapter::Bidi.
// Included by call_adapter.h only.
#ifndef CITYLAYERS_SERVICES_RUNTIME_RPC_STREAM_REACTORS_H_
#define CITYLAYERS_SERVICES_RUNTIME_RPC_STREAM_REACTORS_H_

#include <memory>
#include <utility>

#include "services/runtime/rpc/bidi_reactor.h"
#include "services/runtime/rpc/call_adapter.h"
#include "services/runtime/rpc/duplex_reactor.h"
#include "services/runtime/rpc/stepped_stream.h"

namespace citylayers::runtime::detail {

/// One request, then the messages of a StreamSource.
template <typename Request, typename Response, typename Factory>
class StreamReactor final : public SteppedStream<grpc::ServerWriteReactor<Response>, Response> {
 public:
  using Base = SteppedStream<grpc::ServerWriteReactor<Response>, Response>;

  StreamReactor(grpc::CallbackServerContext& context, const Request* request, Factory factory,
                std::shared_ptr<CallScope> scope, const StreamEnvironment& environment)
      : Base(context, std::move(scope), environment),
        request_(request),
        factory_(std::move(factory)) {}

  void Start() { this->steps().Queue(); }

 private:
  absl::StatusOr<StreamSource<Response>*> ReadySource() override {
    if (this->source() != nullptr) return this->source();
    auto made = factory_(this->scope().call(), *request_);
    if (!made.ok()) return made.status();
    return this->Keep(*std::move(made));
  }

  const Request* const request_;  // gRPC keeps it until the call ends
  Factory factory_;
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
      *context, request, std::move(factory), *std::move(scope), Environment());
  reactor->Start();
  return reactor;
}

template <typename Request, typename Response, typename Factory>
grpc::ServerBidiReactor<Request, Response>* CallAdapter::Duplex(
    grpc::CallbackServerContext* context, std::string_view method, DuplexRequests<Request> requests,
    Factory factory) {
  auto scope = gate_.Admit(*context, method, CallKind::kStream, nullptr);
  if (!scope.ok())
    return new detail::RefusedReactor<grpc::ServerBidiReactor<Request, Response>>(scope.status());
  auto* reactor = new detail::DuplexReactor<Request, Response, Factory>(
      *context, std::move(factory), *std::move(scope), Environment(), std::move(requests));
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
