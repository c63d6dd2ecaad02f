#include "services/gateway/gateway.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"

#include "base/strings.h"
#include "services/gateway/glyphs.h"
#include "services/gateway/http_status.h"
#include "services/gateway/representation.h"
#include "services/runtime/client_addresses.h"

namespace citylayers::gateway {

using runtime::HttpRequest;
using runtime::Responder;

namespace {

// Errors of the server itself have no content that pages of other origins must not read.
runtime::HttpServerOptions WithErrorHeaders(runtime::HttpServerOptions options) {
  options.error_headers += kPublicCorsHeaders;
  return options;
}

}  // namespace

Gateway::Gateway(Options options, std::vector<BackendModule> modules,
                 const access::AccessControl& access, std::unique_ptr<StaticFiles> files,
                 runtime::Timer& timer, runtime::Metrics& metrics,
                 const std::function<absl::Time()>& city_time)
    : options_(std::move(options)),
      backends_(std::move(modules)),
      files_(std::move(files)),
      directory_(options_.directory, backends_, timer),
      access_(access, options_.public_url, options_.proxies, timer),
      router_(backends_, directory_, access, runtime::ClientAddresses(options_.proxies)),
      tiles_(options_.tiles, directory_, options_.public_url, access_, metrics, city_time),
      live_(options_.live, backends_, directory_, access, timer, city_time),
      cap_(options_.cap, backends_, options_.public_url, access_, city_time),
      rpc_(options_.rpc, router_, access_, options_.cors, options_.public_url),
      session_(options_.session, backends_, access, access_, options_.public_url),
      server_(WithErrorHeaders(options_.http)) {
  router_.SetMoveLive(
      [this](const layers::v1::SetViewportRequest& request, const access::Principal& caller) {
        return live_.Move(request, caller);
      });
  AddRoutes();
}

Gateway::~Gateway() { Stop(); }

absl::Status Gateway::Start() {
  directory_.Start();
  const absl::Status listening = server_.Listen(options_.host, options_.port);
  // A module that has not started is not stopped, and its directory would go on to call servers of
  // this process while they end.
  if (!listening.ok()) directory_.Stop();
  return listening;
}

void Gateway::Stop() {
  server_.Drain(options_.drain_timeout);
  live_.End();
  directory_.Stop();
}

void Gateway::AddRoutes() {
  server_.Handle({"GET"}, "/healthz", [](const HttpRequest&, Responder responder) {
    responder.Send(runtime::TextResponse(200, "text/plain; charset=utf-8", "ok\n"));
  });
  server_.Handle({"GET"}, "/readyz", [this](const HttpRequest&, Responder responder) {
    const absl::Status status = Ready();
    responder.Send(runtime::TextResponse(status.ok() ? 200 : 503, "text/plain; charset=utf-8",
                                         status.ok() ? "ready\n" : StrCat(status.message(), "\n")));
  });
  server_.Handle({"POST"}, "/session", [this](const HttpRequest& request, Responder responder) {
    session_.SignIn(request, std::move(responder));
  });
  server_.Handle({"GET"}, "/session", [this](const HttpRequest& request, Responder responder) {
    session_.Show(request, std::move(responder));
  });
  server_.Handle({"DELETE"}, "/session", [this](const HttpRequest& request, Responder responder) {
    session_.SignOut(request, std::move(responder));
  });
  const auto layer = [](const HttpRequest& request) {
    return std::vector<access::Need>{ReadingLayer(request.Param("layer"))};
  };
  const auto alerts = [](const HttpRequest&) { return std::vector<access::Need>{ReadingAlerts()}; };
  AddGuarded("/tiles/{layer}/{z}/{x}/{y}.{format}", layer,
             [this](const HttpRequest& request, Responder responder, const Caller&) {
               tiles_.Tile(request, std::move(responder));
             },
             {.takes_url_key = true});
  AddGuarded("/tiles/{layer}.json", layer,
             [this](const HttpRequest& request, Responder responder, const Caller&) {
               tiles_.TileJson(request, std::move(responder));
             },
             {.takes_url_key = true});
  AddGuarded("/live", LiveHandler::NeedsOf,
             [this](const HttpRequest& request, Responder responder, Caller caller) {
               live_.Page(request, std::move(responder), std::move(caller));
             },
             {.is_stream = true});
  AddGuarded("/live/alerts", alerts,
             [this](const HttpRequest& request, Responder responder, Caller caller) {
               live_.Alerts(request, std::move(responder), std::move(caller));
             },
             {.is_stream = true});
  AddGuarded("/live/{layer}", layer,
             [this](const HttpRequest& request, Responder responder, Caller caller) {
               live_.Layer(request, std::move(responder), std::move(caller));
             },
             {.is_stream = true});
  AddGuarded("/cap/alerts.atom", alerts,
             [this](const HttpRequest& request, Responder responder, const Caller&) {
               cap_.Feed(request, std::move(responder));
             });
  AddGuarded("/cap/{id}.xml", alerts,
             [this](const HttpRequest& request, Responder responder, const Caller&) {
               cap_.Message(request, std::move(responder));
             });
  AddPreflightRoutes();
  AddPageRoutes();
}

void Gateway::AddGuarded(std::string_view pattern, NeedsOf needs,
                         std::function<void(const HttpRequest&, Responder, Caller)> handler,
                         RouteAccess route) {
  server_.Handle({"GET"}, pattern,
                 [this, needs = std::move(needs), handler = std::move(handler), route](
                     const HttpRequest& request, Responder responder) {
                   Caller caller = access_.Admit(request, needs(request), responder, route);
                   if (caller) handler(request, std::move(responder), std::move(caller));
                 });
}

void Gateway::AddPreflightRoutes() {
  const auto add = [this](std::string_view pattern, bool rpc) {
    server_.Handle({"OPTIONS"}, pattern,
                   [this, rpc](const HttpRequest& request, Responder responder) {
                     responder.Send(options_.cors.Preflight(request, rpc));
                   });
  };
  for (const std::string_view pattern :
       {"/tiles/{path...}", "/live", "/live/{layer}", "/cap/{path...}", "/styles/{path...}",
        "/fonts/{path...}"}) {
    add(pattern, false);
  }
  add("/{service}/{method}", true);
}

void Gateway::AddPageRoutes() {
  if (files_) {
    server_.Handle({"GET"}, "/styles/{name}.json",
                   [this](const HttpRequest& request, Responder responder) {
                     ServeStyle(request, std::move(responder));
                   });
    server_.Handle({"GET"}, "/fonts/{fontstack}/{range}.pbf",
                   [this](const HttpRequest& request, Responder responder) {
                     ServeGlyphs(request, std::move(responder));
                   });
  }
  // A path of two parts is either a file ("/assets/index.js") or a method
  // ("/package.Service/Method").
  server_.Handle({"GET", "POST"}, "/{service}/{method}",
                 [this](const HttpRequest& request, Responder responder) {
                   const std::string path =
                       StrCat(request.Param("service"), "/", request.Param("method"));
                   if (files_ && request.method() != "POST" && files_->Find(path)) {
                     return files_->Serve(path, request, std::move(responder));
                   }
                   rpc_.Handle(request, std::move(responder));
                 });
  if (!files_) return;
  server_.Handle({"GET"}, "/{path...}", [this](const HttpRequest& request, Responder responder) {
    files_->Serve(request.Param("path"), request, std::move(responder));
  });
}

// The built style names its sources by path; clients other than the page need absolute addresses.
void Gateway::ServeStyle(const HttpRequest& request, Responder responder) const {
  const auto style = files_->Find(StrCat("styles/", request.Param("name"), ".json"));
  if (!style) {
    runtime::HttpResponse response =
        runtime::ProblemResponse(404, StrCat("there is no style ", request.Param("name")));
    response.headers += kPublicCorsHeaders;
    return responder.Send(std::move(response));
  }
  const std::string base = options_.public_url.BaseOf(request);
  auto text = std::make_shared<const std::string>(
      absl::StrReplaceAll(*style, {{R"("url":"/)", StrCat(R"("url":")", base, "/")},
                                   {R"("glyphs":"/)", StrCat(R"("glyphs":")", base, "/")},
                                   {R"("sprite":"/)", StrCat(R"("sprite":")", base, "/")}}));
  const Representation content({.tag = TagOf(*text),
                                .content_type = "application/json",
                                .cache_control = "no-cache",
                                .more_headers = std::string(kPublicCorsHeaders)},
                               text);
  responder.Send(content.Answer(request));
}

// A stack lists fonts by preference, separated by commas: the first available one provides all
// glyphs.
void Gateway::ServeGlyphs(const HttpRequest& request, Responder responder) const {
  const std::string& stack = request.Param("fontstack");
  const std::string& range = request.Param("range");
  const auto refuse = [&](int status, std::string_view detail) {
    runtime::HttpResponse response = runtime::ProblemResponse(status, detail);
    response.headers += kPublicCorsHeaders;
    responder.Send(std::move(response));
  };
  if (!IsGlyphRange(range)) {
    return refuse(400,
                  StrCat("\"", range, "\" is not a range of glyphs, such as 0-255 or 256-511"));
  }
  for (absl::string_view item : absl::StrSplit(stack, ',')) {
    const std::string font(absl::StripAsciiWhitespace(item));
    if (!files_->Find(StrCat("fonts/", font, "/0-255.pbf"))) continue;
    const std::string path = StrCat("fonts/", font, "/", range, ".pbf");
    if (files_->Find(path)) return files_->Serve(path, request, std::move(responder));
    auto bytes = std::make_shared<const std::string>(EmptyGlyphs(font, range));
    const Representation content({.tag = TagOf(*bytes),
                                  .content_type = "application/x-protobuf",
                                  .cache_control = "public, max-age=86400",
                                  .more_headers = std::string(kPublicCorsHeaders)},
                                 bytes);
    return responder.Send(content.Answer(request));
  }
  refuse(404, StrCat("there is no font \"", stack, "\"; the styles name the available fonts"));
}

}  // namespace citylayers::gateway
