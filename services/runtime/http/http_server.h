// An asynchronous HTTP/1.1 server.
#ifndef CITYLAYERS_SERVICES_RUNTIME_HTTP_HTTP_SERVER_H_
#define CITYLAYERS_SERVICES_RUNTIME_HTTP_HTTP_SERVER_H_

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"

#include "services/runtime/http/http_options.h"
#include "services/runtime/http/http_router.h"

namespace citylayers::runtime {

/// Serves routes on one address with a few threads: keep-alive, pipelining (answers in order, one
/// request of a connection at a time), HEAD, chunked streams, limits and timeouts.
///  - Invalid requests are answered by the server itself with application/problem+json: 400, 404,
///    405 (with Allow), 408, 413, 414, 417, 431, 501, 503, 505.
///  - A cached body is written by one gathered write, without a copy.
///  - Every public method is thread-safe except Handle, which must be called before Listen.
///
///   HttpServer server(HttpServerOptions{});
///   server.Handle({"GET"}, "/healthz", [](const HttpRequest&, Responder responder) {
///     responder.Send(TextResponse(200, "text/plain", "ok\n"));
///   });
///   RETURN_IF_ERROR(server.Listen("127.0.0.1", 8080));
///   ...
///   server.Drain(absl::Seconds(5));
class HttpServer {
 public:
  explicit HttpServer(HttpServerOptions options);
  /// Drains with zero timeout.
  ~HttpServer();

  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  /// Adds a route; see HttpRouter for patterns. REQUIRES: before Listen.
  void Handle(std::initializer_list<std::string_view> methods, std::string_view pattern,
              HttpHandler handler);

  /// Binds the address and starts the threads. Port 0 selects a free port. ALREADY_EXISTS: the
  /// address is in use (the message names it). INVALID_ARGUMENT: not an address of this machine.
  absl::Status Listen(const std::string& host, std::uint16_t port);

  /// The bound port; 0 before Listen.
  std::uint16_t port() const;

  /// Stops accepting, closes idle connections and streams, lets requests in progress finish for at
  /// most `timeout`, cuts the others, joins the threads. Idempotent; blocks.
  void Drain(absl::Duration timeout);

  HttpServerStats Stats() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_HTTP_HTTP_SERVER_H_
