#include "services/runtime/admin.h"

#include <utility>

#include "base/status_macros.h"
#include "base/strings.h"
#include "services/runtime/http/http_server.h"

namespace citylayers::runtime {

absl::StatusOr<bool> AdminUsesTls(const Address& address, const TlsSettings& tls,
                                  bool allow_insecure) {
  if (address.IsLoopback()) return false;
  if (tls.clients != ClientCertificates::kNone) return true;
  if (allow_insecure) return false;
  return absl::InvalidArgumentError(
      StrCat("--admin ", address.ToString(),
             " can be reached from other machines, and the admin port asks for no key: use a "
             "loopback address, or set tls.client_ca_file, so that it accepts only clients with a "
             "certificate, or set --allow-insecure on a closed network"));
}

absl::StatusOr<std::unique_ptr<HttpServer>> StartAdmin(const Address& address,
                                                       std::string_view names, AdminSources sources,
                                                       const TlsSource* tls) {
  HttpServerOptions options;
  options.flag = "--admin";
  options.threads = 1;
  options.connections_max = 256;
  if (tls != nullptr) {
    options.tls = [tls] { return tls->Current()->admin; };
    options.handshake_timeout = tls->settings().handshake_timeout;
  }
  ASSIGN_OR_RETURN(HostAllowList hosts,
                   HostAllowList::Make(address.host, names, "server.admin_hosts"));
  options.hosts = std::make_shared<const HostAllowList>(std::move(hosts));
  auto server = std::make_unique<HttpServer>(options);
  const auto text = [&server](std::string_view path, std::string_view type,
                              std::function<std::string()> make) {
    server->Handle({"GET", "HEAD"}, path,
                   [type = std::string(type), make = std::move(make)](const HttpRequest&,
                                                                      Responder responder) {
                     responder.Send(TextResponse(200, type, make()));
                   });
  };
  text("/metrics", "text/plain; version=0.0.4; charset=utf-8", std::move(sources.metrics));
  text("/healthz", "text/plain; charset=utf-8", [] { return std::string("ok\n"); });
  text("/debug/config", "application/toml", std::move(sources.configuration));
  text("/debug/modules", "text/plain; charset=utf-8", std::move(sources.modules));
  server->Handle({"GET", "HEAD"}, "/readyz",
                 [ready = std::move(sources.ready), notices = std::move(sources.notices)](
                     const HttpRequest&, Responder responder) {
                   const absl::Status status = ready();
                   std::string body =
                       status.ok() ? "ready\n" : StrCat(ToStd(status.message()), "\n");
                   if (notices) {
                     for (const std::string& notice : notices()) {
                       StrAppend(&body, "notice: ", notice, "\n");
                     }
                   }
                   responder.Send(TextResponse(status.ok() ? 200 : 503, "text/plain; charset=utf-8",
                                               std::move(body)));
                 });
  RETURN_IF_ERROR(server->Listen(address.host, address.port));
  return server;
}

}  // namespace citylayers::runtime
