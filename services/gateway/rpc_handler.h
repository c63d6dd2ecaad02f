// Every RPC of the city over HTTP/1.1, for browsers and curl: Connect and gRPC-Web.
#ifndef CITYLAYERS_SERVICES_GATEWAY_RPC_HANDLER_H_
#define CITYLAYERS_SERVICES_GATEWAY_RPC_HANDLER_H_

#include <cstddef>
#include <memory>

#include "absl/time/time.h"

#include "services/gateway/aside_thread.h"
#include "services/gateway/cors.h"
#include "services/gateway/rpc_router.h"
#include "services/runtime/http/http_responder.h"

namespace citylayers::gateway {

/// Translates generically, from the descriptors that are compiled in; it knows no service.
///  - Connect unary: POST with application/json or application/proto; GET (?encoding=&message=) for
///    methods without side effects.
///  - Connect streaming: application/connect+json or +proto, frames both ways. A stream that goes
///    both ways works half-duplex: all requests first.
///  - gRPC-Web: application/grpc-web(+proto) and application/grpc-web-text(+proto).
/// A stream's next message is read from the backend only when the client has taken most of what
/// came before. Large requests and answers are translated by a thread of their own, since JSON of
/// 4 MiB takes a second: tiles and streams go on meanwhile. Thread-safe; never blocks.
class RpcHandler {
 public:
  struct Options {
    absl::Duration unary_timeout = absl::Seconds(30);  // when the client names none
    std::size_t stream_ahead_bytes = 64 * 1024;        // pending for a client before reading on
    bool writes = true;  // false: only methods without side effects; others are PERMISSION_DENIED
    std::size_t aside_bytes = 64 * 1024;  // messages above this are translated aside
    std::size_t aside_max = 64;           // such requests at once; then RESOURCE_EXHAUSTED
  };
  /// The references outlive it.
  RpcHandler(Options options, const RpcRouter& router, const CorsPolicy& cors,
             const PublicUrl& public_url)
      : options_(options),
        router_(router),
        cors_(cors),
        public_url_(public_url),
        aside_(std::make_shared<AsideThread>(options.aside_max)) {}
  ~RpcHandler() { aside_->End(); }

  /// POST and GET /{service}/{method}
  void Handle(const runtime::HttpRequest& request, runtime::Responder responder) const;

 private:
  struct Asked;
  // From the request's messages on.
  void Translate(const runtime::HttpRequest& request, const Asked& asked) const;

  const Options options_;
  const RpcRouter& router_;
  const CorsPolicy& cors_;
  const PublicUrl& public_url_;
  const std::shared_ptr<AsideThread> aside_;
};

}  // namespace citylayers::gateway

#endif  // CITYLAYERS_SERVICES_GATEWAY_RPC_HANDLER_H_
