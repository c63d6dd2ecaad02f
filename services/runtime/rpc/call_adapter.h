// The adapter between gRPC calls and plain functions: authentication, deadline, admission, metrics
// and status mapping.
#ifndef CITYLAYERS_SERVICES_RUNTIME_RPC_CALL_ADAPTER_H_
#define CITYLAYERS_SERVICES_RUNTIME_RPC_CALL_ADAPTER_H_

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include <grpcpp/grpcpp.h>
#include <grpcpp/support/server_callback.h>

#include "services/runtime/executor.h"
#include "services/runtime/rpc/call_context.h"
#include "services/runtime/rpc/grpc_status.h"
#include "services/runtime/rpc/hidden_fields.h"
#include "services/runtime/rpc/stream_ends.h"
#include "services/runtime/rpc/stream_source.h"
#include "services/runtime/timer.h"

namespace citylayers::runtime {

template <typename Request>
struct DuplexRequests;

namespace detail {

struct StreamEnvironment;

/// Whether `peer` is the address of a connection, and not a channel within the process, which does
/// not age and does not compress.
bool HasConnection(const std::string& peer);

/// The answer of a unary call while it is sent: charged to the memory share of unread answers, and
/// ended when the client does not read it. Owns itself.
class UnaryReactor final : public grpc::ServerUnaryReactor {
 public:
  UnaryReactor(std::shared_ptr<WriteWatch> writes, std::shared_ptr<MemoryShare> share)
      : writes_(std::move(writes)), share_(std::move(share)), hold_(share_) {}

  /// Call it before Finish. RESOURCE_EXHAUSTED: no room for the answer.
  absl::Status HoldAnswer(grpc::CallbackServerContext& context,
                          const google::protobuf::Message& answer);

 private:
  void OnDone() override {
    (void)write_.End();
    delete this;
  }

  const std::shared_ptr<WriteWatch> writes_;
  const std::shared_ptr<MemoryShare> share_;
  MemoryHold hold_;
  WriteWatch::Write write_;
};

}  // namespace detail

/// Turns functions on plain messages into gRPC callback methods. One per process; thread-safe;
/// outlives the server.
///
///   ServerUnaryReactor* GetTile(CallbackServerContext* context, const GetTileRequest* request,
///                               GetTileResponse* response) override {
///     return calls_.Unary(context, "LayerService/GetTile", request, response,
///                         [this](const Call& call, const GetTileRequest& r) { return Tile(r); });
///   }
class CallAdapter {
 public:
  /// `write_executor` runs calls that write on separate threads, so that a slow disk delays no
  /// other calls. nullptr: `executor` runs those as well.
  CallAdapter(CallOptions options, Executor& executor, Timer& timer, Metrics& metrics,
              const Authenticator& authenticator, Executor* write_executor = nullptr);

  /// One request, one response. `handler` is absl::StatusOr<Response>(const Call&, const Request&),
  /// run on the executor.
  template <typename Request, typename Response, typename Handler>
  grpc::ServerUnaryReactor* Unary(grpc::CallbackServerContext* context, std::string_view method,
                                  const Request* request, Response* response, Handler handler) {
    return UnaryOn(executor_, CallKind::kUnary, context, method, request, response,
                   Waiting<Response>(std::move(handler)));
  }

  /// As Unary, for a method that may wait for the disk: it runs on the threads for writes, and
  /// counts only against CallOptions::writes_max.
  template <typename Request, typename Response, typename Handler>
  grpc::ServerUnaryReactor* UnaryWrite(grpc::CallbackServerContext* context,
                                       std::string_view method, const Request* request,
                                       Response* response, Handler handler) {
    return UnaryOn(write_executor_, CallKind::kWrite, context, method, request, response,
                   Waiting<Response>(std::move(handler)));
  }

  /// As Unary, for a method that holds no thread while it waits. `handler` is void(const Call&,
  /// const Request&, std::function<void(absl::StatusOr<Response>)> done), run on the threads for
  /// writes. It must call `done` once, at any time and from any thread; `done` only queues the
  /// answer. The request is valid until then.
  template <typename Request, typename Response, typename Handler>
  grpc::ServerUnaryReactor* UnaryAsync(grpc::CallbackServerContext* context,
                                       std::string_view method, const Request* request,
                                       Response* response, Handler handler) {
    using Done = std::function<void(absl::StatusOr<Response>)>;
    return UnaryOn(write_executor_, CallKind::kWrite, context, method, request, response,
                   [handler = std::move(handler), &executor = executor_](
                       const Call& call, const Request& asked, const Done& done) mutable {
                     handler(call, asked, [done, &executor](absl::StatusOr<Response> result) {
                       executor.Post([done, result = std::move(result)]() mutable {
                         done(std::move(result));
                       });
                     });
                   });
  }

  /// One request, many responses. `factory` is
  /// absl::StatusOr<std::unique_ptr<StreamSource<Response>>>(const Call&, const Request&), run on
  /// the executor.
  template <typename Request, typename Response, typename Factory>
  grpc::ServerWriteReactor<Response>* ServerStream(grpc::CallbackServerContext* context,
                                                   std::string_view method, const Request* request,
                                                   Factory factory);

  /// As ServerStream, for a method whose client may change the stream by further requests.
  /// `factory` is absl::StatusOr<std::unique_ptr<DuplexSource<Request, Response>>>(const Call&).
  /// RESOURCE_EXHAUSTED: more requests than `requests` permits.
  template <typename Request, typename Response, typename Factory>
  grpc::ServerBidiReactor<Request, Response>* Duplex(grpc::CallbackServerContext* context,
                                                     std::string_view method,
                                                     DuplexRequests<Request> requests,
                                                     Factory factory);

  /// Many requests, one response for each, in order; for methods that write. `factory` is
  /// absl::StatusOr<std::unique_ptr<BidiHandler<...>>>(const Call&), run on the threads for writes.
  template <typename Request, typename Response, typename Factory>
  grpc::ServerBidiReactor<Request, Response>* Bidi(grpc::CallbackServerContext* context,
                                                   std::string_view method, Factory factory);

  /// For a unary method whose answers are worth compressing, such as tiles: its handler calls this
  /// with the answer that it returns. Compresses it when it is large and the client accepts gzip.
  void CompressIfLarge(grpc::CallbackServerContext& context,
                       const google::protobuf::Message& answer);

  /// Ends every open stream with UNAVAILABLE and a time to wait, so that clients reconnect to the
  /// next server, spread over grpc.return_spread. For shutdown.
  void Drain() { draining_->store(true); }

 private:
  // Wraps a handler that returns its answer as one that passes it to `done`.
  template <typename Response, typename Handler>
  static auto Waiting(Handler handler) {
    return [handler = std::move(handler)](
               const Call& call, const auto& request,
               const std::function<void(absl::StatusOr<Response>)>& done) mutable {
      done(handler(call, request));
    };
  }

  template <typename Request, typename Response, typename Handler>
  grpc::ServerUnaryReactor* UnaryOn(Executor& executor, CallKind kind,
                                    grpc::CallbackServerContext* context, std::string_view method,
                                    const Request* request, Response* response, Handler handler) {
    absl::StatusOr<std::shared_ptr<CallScope>> scope = gate_.Admit(*context, method, kind, request);
    if (!scope.ok()) {
      grpc::ServerUnaryReactor* refused = context->DefaultReactor();
      refused->Finish(ToGrpcStatus(scope.status()));
      return refused;
    }
    auto* reactor = new detail::UnaryReactor(writes_, gate_.options().writes.streams);
    const auto finish = [scope = *scope, context, response, reactor](absl::Status status) {
      if (status.ok()) {
        HiddenFields::Of<Response>().Hide(scope->call().caller->scopes, *response);
        status = reactor->HoldAnswer(*context, *response);
      }
      if (!status.ok()) *response = Response();
      scope->ChargeMessage(*response);
      scope->Finish(status);
      reactor->Finish(ToGrpcStatus(status));
    };
    const bool queued = executor.TryPost([scope = *scope, context, request, response, finish,
                                          handler = std::move(handler)]() mutable {
      absl::Status status = scope->CheckDeadline();
      if (status.ok() && context->IsCancelled())
        status = absl::CancelledError("the caller went away");
      if (!status.ok()) return finish(status);
      handler(scope->call(), *request, [response, finish](absl::StatusOr<Response> result) {
        const absl::Status done = result.status();
        if (done.ok()) *response = *std::move(result);
        finish(done);
      });
    });
    if (!queued) finish(gate_.Overloaded());
    return reactor;
  }

  detail::StreamEnvironment Environment();

  CallGate gate_;
  Executor& executor_;
  Executor& write_executor_;
  Timer& timer_;
  const std::shared_ptr<WriteWatch> writes_;
  std::shared_ptr<std::atomic<bool>> draining_ = std::make_shared<std::atomic<bool>>(false);
  prometheus::Counter& compressed_;
  const std::shared_ptr<StreamEnds> ends_;
};

}  // namespace citylayers::runtime

#include "services/runtime/rpc/stream_reactors.h"  // IWYU pragma: export

#endif  // CITYLAYERS_SERVICES_RUNTIME_RPC_CALL_ADAPTER_H_
