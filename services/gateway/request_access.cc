#include "services/gateway/request_access.h"

#include <optional>
#include <string>
#include <utility>

#include "base/status_macros.h"
#include "base/strings.h"
#include "services/access/api_key.h"
#include "services/access/credentials.h"
#include "services/gateway/cors.h"
#include "services/gateway/http_status.h"
#include "services/gateway/metered_answer.h"
#include "services/gateway/session_cookie.h"
#include "services/runtime/monotonic_clock.h"
#include "services/runtime/rpc/call.h"
#include "services/runtime/rpc/error_details.h"
#include "services/runtime/rpc/forwarded_call.h"
#include "services/runtime/rpc/grpc_status.h"
#include "services/runtime/rpc/limit_error.h"

namespace citylayers::gateway {

using runtime::HttpRequest;
using Caller = RequestAccess::Caller;

absl::Status RequestAccess::Unidentified(const HttpRequest& request, const absl::Status& why,
                                         std::string_view reason) const {
  if (!absl::IsUnauthenticated(why)) return why;
  const auto refusal =
      control_.limits().TakeFailure(AddressOf(request), runtime::MonotonicClock().Now());
  return refusal ? runtime::LimitError(*refusal, {}) : runtime::WithReason(why, reason);
}

std::string RequestAccess::AddressOf(const HttpRequest& request) const {
  return proxies_.ClientOf(runtime::AddressOfPeer(request.peer()),
                           request.JoinedHeader("x-forwarded-for"),
                           request.JoinedHeader("forwarded"));
}

absl::StatusOr<Caller> RequestAccess::IdentifyKey(const HttpRequest& request,
                                                  std::string_view key) const {
  auto caller = control_.Identify(key);
  if (!caller.ok()) return Unidentified(request, caller.status(), runtime::kReasonBadKey);
  return caller;
}

absl::StatusOr<Caller> RequestAccess::Identify(const HttpRequest& request) const {
  // Joined: of a header that was sent twice no value is a key.
  const std::string authorization = request.JoinedHeader("authorization");
  const std::string api_key = request.JoinedHeader("x-api-key");
  const absl::StatusOr<std::string_view> credential = access::CredentialOf(authorization, api_key);
  if (!credential.ok()) {
    return Unidentified(request, credential.status(), runtime::kReasonBadKey);
  }
  if (credential->empty() && !IsForeign(request, public_url_)) {
    if (const auto session = SessionIn(request, IsHttps(request, public_url_))) {
      return IdentifySession(request, *session);
    }
  }
  if (!credential->empty()) return IdentifyKey(request, *credential);
  auto caller = control_.IdentifyCertificate(request.certificate_names());
  if (!caller.ok()) return Unidentified(request, caller.status(), runtime::kReasonBadKey);
  return caller;
}

absl::StatusOr<Caller> RequestAccess::IdentifySession(const HttpRequest& request,
                                                      std::string_view text) const {
  auto caller = control_.IdentifySession(text);
  if (!caller.ok()) return Unidentified(request, caller.status(), runtime::kReasonBadSession);
  RETURN_IF_ERROR(CheckCsrf(request, *(*caller)->session));
  return caller;
}

absl::Status RequestAccess::CheckCsrf(const HttpRequest& request,
                                      const access::Session& session) const {
  if (request.method() == "GET" || request.method() == "HEAD") return absl::OkStatus();
  const std::string_view origin = request.Header("origin");
  if (!origin.empty() && public_url_.IsOwnOrigin(request, origin) &&
      access::IsEqual(request.Header("x-csrf-token"), control_.CsrfTokenOf(session))) {
    return absl::OkStatus();
  }
  return runtime::WithReason(
      absl::PermissionDeniedError(
          "a request with a session that is not a GET needs the Origin of this server and the "
          "header x-csrf-token with the csrf_token of GET /session"),
      runtime::kReasonCsrfTokenNeeded);
}

std::string RequestAccess::SignedOutLine(const HttpRequest& request,
                                         const absl::Status& why) const {
  const bool is_https = IsHttps(request, public_url_);
  const bool is_over = absl::IsUnauthenticated(why) && SessionIn(request, is_https).has_value() &&
                       !IsForeign(request, public_url_);
  return is_over ? RemoveCookieLine(is_https) : std::string();
}

absl::Status RequestAccess::TakeFromLimits(const HttpRequest& request,
                                           const access::Principal& caller, bool is_stream,
                                           runtime::Responder& responder) const {
  access::CallerLimits& limits = control_.limits();
  std::shared_ptr<access::CallerAccount> account =
      limits.AccountOf(caller, limits.CountsByAddress(caller) ? AddressOf(request) : std::string());
  if (account == nullptr) return absl::OkStatus();
  const absl::Time now = runtime::MonotonicClock().Now();
  if (const auto refusal = account->TakeCall(now)) {
    return runtime::LimitError(*refusal, caller.key_id);
  }
  access::StreamPlace place;
  if (is_stream) {
    if (const auto refusal = account->OpenStream()) {
      return runtime::LimitError(*refusal, caller.key_id);
    }
    place = access::StreamPlace(account);
  }
  account->ChargeBytes(static_cast<double>(request.body().size()), now);
  if (is_stream || account->limits_bytes()) {
    responder = Metered(std::move(responder), std::move(account), std::move(place), timer_);
  }
  return absl::OkStatus();
}

void RequestAccess::AddForwarded(const HttpRequest& request, const access::Principal& caller,
                                 Metadata& metadata) const {
  metadata.emplace_back(runtime::kForwardedBy, control_.process_key());
  metadata.emplace_back(runtime::kForwardedFor, AddressOf(request));
  if (caller.session)
    metadata.emplace_back(runtime::kForwardedSession, caller.session->cookie_text);
}

absl::StatusOr<Caller> RequestAccess::Check(const HttpRequest& request,
                                            const std::vector<access::Need>& needs,
                                            bool takes_url_key) const {
  ASSIGN_OR_RETURN(Caller caller, Identify(request));
  if (takes_url_key && caller->is_anonymous()) {
    if (const std::optional<std::string> key = request.Query("key"); key && !key->empty()) {
      ASSIGN_OR_RETURN(caller, IdentifyKey(request, *key));
    }
  }
  for (const access::Need& need : needs) RETURN_IF_ERROR(runtime::CheckAccess(*caller, need));
  return caller;
}

std::string RequestAccess::CacheControl(std::string_view public_text,
                                        const access::Need& need) const {
  if (access::Require(*control_.anonymous(), need).ok()) return std::string(public_text);
  constexpr std::string_view kPublic = "public";
  return StrCat("private", public_text.substr(kPublic.size()));
}

std::string RequestAccess::Headers(const access::Need& need) const {
  const bool is_public = access::Require(*control_.anonymous(), need).ok();
  return StrCat(kPublicCorsHeaders, is_public ? "" : "Vary: Authorization, Cookie, X-Api-Key\r\n");
}

Caller RequestAccess::Admit(const HttpRequest& request, const std::vector<access::Need>& needs,
                            runtime::Responder& responder, RouteAccess route) const {
  auto caller = Check(request, needs, route.takes_url_key);
  absl::Status status = caller.status();
  if (status.ok()) status = TakeFromLimits(request, **caller, route.is_stream, responder);
  if (status.ok()) return *std::move(caller);
  runtime::HttpResponse response = ProblemOf(runtime::ToGrpcStatus(status));
  // RFC 9110, section 11.6.1: a 401 names the scheme.
  if (response.status == 401) response.AddHeader("WWW-Authenticate", "Bearer");
  response.headers += SignedOutLine(request, status);
  response.headers += kPublicCorsHeaders;
  responder.Send(std::move(response));
  return nullptr;
}

}  // namespace citylayers::gateway
