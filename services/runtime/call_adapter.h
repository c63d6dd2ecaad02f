// The one place where a gRPC call meets our code: authentication, deadline, admission, metrics and
// status mapping.
#ifndef CITYLAYERS_SERVICES_RUNTIME_CALL_ADAPTER_H_
#define CITYLAYERS_SERVICES_RUNTIME_CALL_ADAPTER_H_

#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include <grpcpp/grpcpp.h>
#include <grpcpp/support/server_callback.h>

#include "services/runtime/call_context.h"
#include "services/runtime/executor.h"
#include "services/runtime/grpc_status.h"
#include "services/runtime/stream_source.h"
#include "services/runtime/timer.h"

namespace citylayers::runtime {

/// Turns functions on plain messages into gRPC callback methods. One per process; thread-safe;
/// outlives the server.
///
///   grpc::ServerUnaryReactor* GetTile(grpc::CallbackServerContext* context, const GetTileRequest*
///   request,
///                                     GetTileResponse* response) override {
///     return calls_.Unary(context, "LayerService/GetTile", request, response,
///         [this](const Call& call, const GetTileRequest& r) -> absl::StatusOr<GetTileResponse> {
///         ... });
///   }
class CallAdapter {
 public:
  CallAdapter(CallOptions options, Executor& executor, Timer& timer, Metrics& metrics,
              const Authenticator& authenticator);

  /// One request, one response. `handler` is absl::StatusOr<Response>(const Call&, const Request&),
  /// run on the executor.
  template <typename Request, typename Response, typename Handler>
  grpc::ServerUnaryReactor* Unary(grpc::CallbackServerContext* context, std::string_view method,
                                  const Request* request, Response* response, Handler handler) {
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    absl::StatusOr<std::shared_ptr<CallScope>> scope =
        gate_.Admit(*context, method, CallKind::kUnary);
    if (!scope.ok()) {
      reactor->Finish(ToGrpcStatus(scope.status()));
      return reactor;
    }
    const bool queued =
        executor_.TryPost([scope = *scope, context, request, response, reactor, handler]() mutable {
          absl::Status status = scope->CheckDeadline();
          if (status.ok() && context->IsCancelled())
            status = absl::CancelledError("the caller went away");
          if (status.ok()) {
            absl::StatusOr<Response> result = handler(scope->call(), *request);
            status = result.status();
            if (result.ok()) *response = *std::move(result);
          }
          scope->Finish(status);
          reactor->Finish(ToGrpcStatus(status));
        });
    if (!queued) {
      const absl::Status status = gate_.Overloaded();
      (*scope)->Finish(status);
      reactor->Finish(ToGrpcStatus(status));
    }
    return reactor;
  }

  /// One request, many responses. `factory` is
  /// absl::StatusOr<std::unique_ptr<StreamSource<Response>>>(const Call&, const Request&), run on
  /// the executor.
  template <typename Request, typename Response, typename Factory>
  grpc::ServerWriteReactor<Response>* ServerStream(grpc::CallbackServerContext* context,
                                                   std::string_view method, const Request* request,
                                                   Factory factory);

  /// Many requests, one response each, in order. `factory` is
  /// absl::StatusOr<std::unique_ptr<BidiHandler<...>>>(const Call&).
  template <typename Request, typename Response, typename Factory>
  grpc::ServerBidiReactor<Request, Response>* Bidi(grpc::CallbackServerContext* context,
                                                   std::string_view method, Factory factory);

  /// Ends every open stream with UNAVAILABLE, so that clients come back to the next server. For
  /// shutdown.
  void Drain() { draining_->store(true); }

 private:
  CallGate gate_;
  Executor& executor_;
  Timer& timer_;
  const absl::Duration stream_look_;
  std::shared_ptr<std::atomic<bool>> draining_ = std::make_shared<std::atomic<bool>>(false);
};

}  // namespace citylayers::runtime

#include "services/runtime/stream_reactors.h"  // IWYU pragma: export

#endif  // CITYLAYERS_SERVICES_RUNTIME_CALL_ADAPTER_H_
