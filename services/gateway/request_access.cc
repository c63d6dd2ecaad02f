#include "services/gateway/request_access.h"

#include <optional>
#include <string>
#include <utility>

#include "base/status_macros.h"
#include "base/strings.h"
#include "services/access/credentials.h"
#include "services/gateway/cors.h"
#include "services/gateway/http_status.h"
#include "services/runtime/rpc/call.h"
#include "services/runtime/rpc/error_details.h"
#include "services/runtime/rpc/grpc_status.h"

namespace citylayers::gateway {
namespace {

absl::Status WithBadKey(const absl::Status& status) {
  return absl::IsUnauthenticated(status) ? runtime::WithReason(status, runtime::kReasonBadKey)
                                         : status;
}

}  // namespace

absl::StatusOr<std::shared_ptr<const access::Principal>> CallerOf(
    const runtime::HttpRequest& request, const access::AccessControl& control) {
  // Joined: of a header that was sent twice no value is a key.
  const std::string authorization = request.JoinedHeader("authorization");
  const std::string api_key = request.JoinedHeader("x-api-key");
  const absl::StatusOr<std::string_view> credential = access::CredentialOf(authorization, api_key);
  if (!credential.ok()) return WithBadKey(credential.status());
  auto caller = credential->empty() ? control.IdentifyCertificate(request.certificate_names())
                                    : control.Identify(*credential);
  if (!caller.ok()) return WithBadKey(caller.status());
  return caller;
}

absl::StatusOr<std::shared_ptr<const access::Principal>> RequestAccess::Check(
    const runtime::HttpRequest& request, const std::vector<access::Need>& needs,
    bool takes_url_key) const {
  ASSIGN_OR_RETURN(std::shared_ptr<const access::Principal> caller, CallerOf(request, control_));
  if (takes_url_key && caller->is_anonymous()) {
    if (const std::optional<std::string> key = request.Query("key"); key && !key->empty()) {
      auto holder = control_.Identify(*key);
      if (!holder.ok()) return WithBadKey(holder.status());
      caller = *std::move(holder);
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
  return StrCat(kPublicCorsHeaders, is_public ? "" : "Vary: Authorization, X-Api-Key\r\n");
}

std::shared_ptr<const access::Principal> RequestAccess::Admit(
    const runtime::HttpRequest& request, const std::vector<access::Need>& needs,
    runtime::Responder& responder, bool takes_url_key) const {
  auto caller = Check(request, needs, takes_url_key);
  if (caller.ok()) return *std::move(caller);
  runtime::HttpResponse response = ProblemOf(runtime::ToGrpcStatus(caller.status()));
  // RFC 9110, section 11.6.1: a 401 names the scheme.
  if (response.status == 401) response.AddHeader("WWW-Authenticate", "Bearer");
  response.headers += kPublicCorsHeaders;
  responder.Send(std::move(response));
  return nullptr;
}

}  // namespace citylayers::gateway
