// The gateway: all HTTP routes and the objects that serve them.
#ifndef CITYLAYERS_SERVICES_GATEWAY_GATEWAY_H_
#define CITYLAYERS_SERVICES_GATEWAY_GATEWAY_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include <grpcpp/channel.h>

#include "services/access/access_control.h"
#include "services/gateway/cap_handler.h"
#include "services/gateway/cors.h"
#include "services/gateway/layer_directory.h"
#include "services/gateway/live_handler.h"
#include "services/gateway/request_access.h"
#include "services/gateway/rpc_handler.h"
#include "services/gateway/rpc_router.h"
#include "services/gateway/session_handler.h"
#include "services/gateway/static_files.h"
#include "services/gateway/tile_handler.h"
#include "services/runtime/http/http_server.h"

namespace citylayers::gateway {

/// HTTP server towards clients, gRPC channels to backends; its only state is caches. Routes:
///   /  /assets/…  /styles/{name}.json        the booth page
///   /fonts/{fontstack}/{range}.pbf            glyphs for the styles
///   /tiles/{layer}.json  /tiles/{layer}/{z}/{x}/{y}.mvt|png
///   /live  /live/{layer}  /live/alerts        server-sent events
///   /cap/alerts.atom  /cap/{id}.xml
///   /{package.Service}/{Method}               Connect and gRPC-Web
///   /session                                  people sign in and out
///   /healthz  /readyz
/// Call Start and Stop from one thread; all else is thread-safe.
class Gateway {
 public:
  struct Options {
    std::string host = "127.0.0.1";
    std::uint16_t port = 8080;
    CorsPolicy cors;  // for RPC
    PublicUrl public_url;
    runtime::TrustedProxies proxies;
    absl::Duration drain_timeout = absl::Seconds(4);
    runtime::HttpServerOptions http;
    TileHandler::Options tiles;
    LayerDirectory::Options directory;
    LiveHandler::Options live;
    RpcHandler::Options rpc;
    CapHandler::Options cap;
    SessionHandler::Options session;
  };

  /// `modules`: all modules of the city, with their channels. `files`: the page, or nullptr.
  /// `access`, `timer` and `metrics` must outlive it.
  Gateway(Options options, std::vector<BackendModule> modules, const access::AccessControl& access,
          std::unique_ptr<StaticFiles> files, runtime::Timer& timer, runtime::Metrics& metrics,
          const std::function<absl::Time()>& city_time);
  ~Gateway();

  /// Listens. ALREADY_EXISTS: the address is in use.
  absl::Status Start();
  /// Drains and stops. Idempotent.
  void Stop();

  std::uint16_t port() const { return server_.port(); }
  /// OK when every backend's layers are known.
  absl::Status Ready() const { return directory_.Ready(); }
  LayerDirectory& directory() { return directory_; }
  runtime::HttpServerStats HttpStats() const { return server_.Stats(); }
  std::size_t tile_cache_bytes() const { return tiles_.cache_bytes(); }
  std::size_t live_texts_bytes() const { return live_.texts_bytes(); }

  /// Routing of calls; for a GrpcProxy. Lives as long as the gateway.
  const RpcRouter& router() const { return router_; }

 private:
  void AddRoutes();
  void AddPageRoutes();
  void AddPreflightRoutes();
  // Adds a route for callers that meet its needs.
  using NeedsOf = std::function<std::vector<access::Need>(const runtime::HttpRequest&)>;
  using Caller = std::shared_ptr<const access::Principal>;
  void AddGuarded(
      std::string_view pattern, NeedsOf needs,
      std::function<void(const runtime::HttpRequest&, runtime::Responder, Caller)> handler,
      RouteAccess route = {});
  void ServeStyle(const runtime::HttpRequest& request, runtime::Responder responder) const;
  void ServeGlyphs(const runtime::HttpRequest& request, runtime::Responder responder) const;

  const Options options_;
  const Backends backends_;
  const std::unique_ptr<StaticFiles> files_;
  LayerDirectory directory_;
  const RequestAccess access_;
  RpcRouter router_;
  TileHandler tiles_;
  LiveHandler live_;
  CapHandler cap_;
  RpcHandler rpc_;
  SessionHandler session_;
  runtime::HttpServer server_;  // last: destroyed first, so that no handler runs after the other
                                // members are destroyed
};

}  // namespace citylayers::gateway

#endif  // CITYLAYERS_SERVICES_GATEWAY_GATEWAY_H_
