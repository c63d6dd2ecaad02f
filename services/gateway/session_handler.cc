#include "services/gateway/session_handler.h"

#include <string>
#include <string_view>
#include <utility>

#include "absl/time/clock.h"
#include <grpcpp/client_context.h>
#include <nlohmann/json.hpp>

#include "base/rfc3339.h"
#include "base/status_macros.h"
#include "base/strings.h"
#include "services/gateway/http_status.h"
#include "services/gateway/session_cookie.h"
#include "services/runtime/log.h"
#include "services/runtime/rpc/error_details.h"
#include "services/runtime/rpc/grpc_status.h"

namespace citylayers::gateway {
namespace {

using Json = nlohmann::json;
using runtime::HttpRequest;
using runtime::HttpResponse;
using runtime::Responder;

constexpr std::size_t kBodyBytesMax = 4096;

// Without CORS headers: pages of other origins cannot read them.
HttpResponse Answer(int status, const Json& content) {
  HttpResponse response;
  response.status = status;
  response.SetBody("application/json", content.dump());
  response.AddHeader("Cache-Control", "no-store");
  response.AddHeader("Vary", "Cookie, Authorization, X-Api-Key");
  return response;
}

Json Describe(const access::Principal& caller) {
  Json scopes = Json::array();
  for (const access::Scope& scope : caller.scopes.scopes()) scopes.push_back(access::ToText(scope));
  Json content = {{"signed_in", caller.session.has_value()}, {"scopes", std::move(scopes)}};
  if (!caller.is_anonymous()) content["principal"] = caller.name;
  return content;
}

Json DescribeSession(const access::Principal& caller, const access::Session& session,
                     const std::string& csrf_token) {
  Json content = Describe(caller);
  content["signed_in"] = true;
  content["expire_time"] = Rfc3339(session.expire_time);
  content["csrf_token"] = csrf_token;
  return content;
}

bool IsJson(const HttpRequest& request) {
  const std::string_view type = request.Header("content-type");
  return runtime::EqualsIgnoreCase(type.substr(0, type.find(';')), "application/json");
}

// The key in a body; INVALID_ARGUMENT: there is none.
absl::StatusOr<std::string> KeyIn(const std::string& body) {
  const absl::Status error = runtime::WithReason(
      absl::InvalidArgumentError("the body must be {\"key\":\"clk_...\"}, with an API key"),
      runtime::kReasonBadField);
  if (body.size() > kBodyBytesMax) return error;
  const Json content = Json::parse(body, nullptr, /*allow_exceptions=*/false);
  if (!content.is_object()) return error;
  const auto key = content.find("key");
  if (key == content.end() || !key->is_string() || key->get_ref<const std::string&>().empty()) {
    return error;
  }
  return key->get<std::string>();
}

void Refuse(Responder& responder, const absl::Status& status) {
  responder.Send(ProblemOf(runtime::ToGrpcStatus(status)));
}

absl::Status ForeignPage() {
  return runtime::WithReason(
      absl::PermissionDeniedError("people sign in on the pages of this server only; the request "
                                  "comes from a page of another origin"),
      runtime::kReasonForeignOrigin);
}

// A call and the request that it answers.
struct EndCall {
  EndCall(Responder r, bool https) : responder(std::move(r)), is_https(https) {}
  Responder responder;
  const bool is_https;
  grpc::ClientContext context;
  access::v1::EndSessionRequest request;
  access::v1::EndSessionResponse response;
};

}  // namespace

SessionHandler::SessionHandler(Options options, const Backends& backends,
                               const access::AccessControl& control, const RequestAccess& access,
                               const PublicUrl& public_url)
    : options_(options), control_(control), access_(access), public_url_(public_url) {
  if (const Backend* backend = backends.Find("keys")) {
    keys_ = access::v1::KeyService::NewStub(backend->channel);
  }
}

void SessionHandler::SignIn(const HttpRequest& request, Responder responder) const {
  // A form of another page cannot send this type.
  if (!IsJson(request)) {
    return responder.Send(runtime::ProblemResponse(415, "send the key as application/json"));
  }
  if (IsForeign(request, public_url_)) return Refuse(responder, ForeignPage());
  const absl::StatusOr<std::string> key = KeyIn(request.body());
  if (!key.ok()) return Refuse(responder, key.status());
  const absl::StatusOr<RequestAccess::Caller> caller = access_.IdentifyKey(request, *key);
  if (!caller.ok()) return Refuse(responder, caller.status());
  if ((*caller)->key_id.empty()) {
    return Refuse(responder,
                  absl::PermissionDeniedError("this is the key of the processes of the city: sign "
                                              "in with the key of a person"));
  }
  const absl::Status within = access_.TakeFromLimits(request, **caller, false, responder);
  if (!within.ok()) return Refuse(responder, within);
  const absl::StatusOr<access::Session> session = control_.NewSession(**caller, options_.life);
  if (!session.ok()) return Refuse(responder, session.status());
  HttpResponse response =
      Answer(200, DescribeSession(**caller, *session, control_.CsrfTokenOf(*session)));
  const absl::Duration life = session->expire_time - session->issue_time;
  response.headers += SetCookieLine(session->cookie_text, life, IsHttps(request, public_url_));
  runtime::LogInfo("signed in", {{"principal", (*caller)->name},
                                 {"key", (*caller)->key_id},
                                 {"from", access_.AddressOf(request)}});
  responder.Send(std::move(response));
}

void SessionHandler::Show(const HttpRequest& request, Responder responder) const {
  const absl::StatusOr<RequestAccess::Caller> caller = access_.Identify(request);
  if (absl::IsUnauthenticated(caller.status())) {
    HttpResponse response = Answer(200, {{"signed_in", false}});
    response.headers += access_.SignedOutLine(request, caller.status());
    return responder.Send(std::move(response));
  }
  if (!caller.ok()) return Refuse(responder, caller.status());
  const absl::Status within = access_.TakeFromLimits(request, **caller, false, responder);
  if (!within.ok()) return Refuse(responder, within);
  const std::optional<access::Session>& session = (*caller)->session;
  responder.Send(
      Answer(200, session ? DescribeSession(**caller, *session, control_.CsrfTokenOf(*session))
                          : Describe(**caller)));
}

void SessionHandler::SignOut(const HttpRequest& request, Responder responder) {
  const absl::StatusOr<RequestAccess::Caller> caller = access_.Identify(request);
  if (!caller.ok()) {
    HttpResponse response = ProblemOf(runtime::ToGrpcStatus(caller.status()));
    response.headers += access_.SignedOutLine(request, caller.status());
    return responder.Send(std::move(response));
  }
  if (!(*caller)->session) {
    return Refuse(responder, absl::UnauthenticatedError("the request has no session to end"));
  }
  if (keys_ == nullptr || !calls_.Begin()) {
    return Refuse(responder, absl::UnavailableError("the session cannot be ended now"));
  }
  runtime::LogInfo("signs out", {{"principal", (*caller)->name},
                                 {"key", (*caller)->key_id},
                                 {"from", access_.AddressOf(request)}});
  auto call = std::make_shared<EndCall>(std::move(responder), IsHttps(request, public_url_));
  call->request.set_session((*caller)->session->cookie_text);
  call->context.set_deadline(absl::ToChronoTime(absl::Now() + options_.timeout));
  keys_->async()->EndSession(
      &call->context, &call->request, &call->response, [this, call](const grpc::Status& status) {
        // UNAUTHENTICATED: another window was faster.
        if (status.ok() || status.error_code() == grpc::StatusCode::UNAUTHENTICATED) {
          HttpResponse response;
          response.status = 204;
          response.AddHeader("Cache-Control", "no-store");
          response.headers += RemoveCookieLine(call->is_https);
          call->responder.Send(std::move(response));
        } else {
          Refuse(call->responder,
                 absl::UnavailableError(StrCat("the session goes on, because the server with the "
                                               "keys did not end it: ",
                                               status.error_message(), "; try again")));
        }
        calls_.Done();
      });
}

}  // namespace citylayers::gateway
