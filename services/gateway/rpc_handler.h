// All RPCs of the city over HTTP/1.1, for browsers and curl: Connect and gRPC-Web.
#ifndef CITYLAYERS_SERVICES_GATEWAY_RPC_HANDLER_H_
#define CITYLAYERS_SERVICES_GATEWAY_RPC_HANDLER_H_

#include <cstddef>
#include <memory>

#include "absl/time/time.h"

#include "services/gateway/cors.h"
#include "services/gateway/request_access.h"
#include "services/gateway/rpc_router.h"
#include "services/gateway/translation_thread.h"
#include "services/runtime/http/http_responder.h"

namespace citylayers::gateway {

/// Translates generically, from the compiled descriptors; no service name is built in.
///  - Connect unary: POST with application/json or application/proto; GET (?encoding=&message=) for
///    methods without side effects.
///  - Connect streaming: application/connect+json or +proto, frames both ways. Two-way streams work
///    half-duplex: all requests first.
///  - gRPC-Web: application/grpc-web(+proto) and application/grpc-web-text(+proto).
/// The next message of a stream is read from the backend only when the client has taken most of the
/// earlier ones. Large requests and answers are translated by a separate thread, because JSON of 4
/// MiB takes a second: tiles and streams continue meanwhile. Thread-safe; never blocks.
class RpcHandler {
 public:
  struct Options {
    absl::Duration unary_timeout = absl::Seconds(30);  // when the client sets none
    std::size_t stream_ahead_bytes =
        64 * 1024;       // unsent bytes of a client above which reading stops
    bool writes = true;  // false: only methods without side effects; others are PERMISSION_DENIED
    std::size_t large_bytes = 64 * 1024;  // larger messages are translated in the separate thread
    std::size_t large_requests_max =
        64;  // maximum number of such requests; then RESOURCE_EXHAUSTED
  };
  /// The references must outlive it.
  RpcHandler(Options options, const RpcRouter& router, const RequestAccess& access,
             const CorsPolicy& cors, const PublicUrl& public_url)
      : options_(options),
        router_(router),
        access_(access),
        cors_(cors),
        public_url_(public_url),
        translation_(std::make_shared<TranslationThread>(options.large_requests_max)) {}
  ~RpcHandler() { translation_->End(); }

  /// POST and GET /{service}/{method}
  void Handle(const runtime::HttpRequest& request, runtime::Responder responder) const;

 private:
  struct ParsedRequest;
  // Decodes the request's messages and starts the call.
  void Translate(const runtime::HttpRequest& request, const ParsedRequest& parsed) const;

  const Options options_;
  const RpcRouter& router_;
  const RequestAccess& access_;
  const CorsPolicy& cors_;
  const PublicUrl& public_url_;
  const std::shared_ptr<TranslationThread> translation_;
};

}  // namespace citylayers::gateway

#endif  // CITYLAYERS_SERVICES_GATEWAY_RPC_HANDLER_H_
