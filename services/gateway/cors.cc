#include "services/gateway/cors.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"

#include "base/status_macros.h"
#include "base/strings.h"

namespace citylayers::gateway {
namespace {

constexpr std::string_view kRpcRequestHeaders =
    "Content-Type, Connect-Protocol-Version, Connect-Timeout-Ms, Grpc-Timeout, X-Grpc-Web, "
    "X-User-Agent, Authorization";
constexpr std::string_view kRpcExposedHeaders =
    "Date, Grpc-Message, Grpc-Status, Grpc-Status-Details-Bin, Retry-After";
constexpr std::string_view kPublicRequestHeaders = "If-None-Match, Last-Event-ID";
constexpr std::string_view kPreflightSeconds = "7200";  // the maximum that Chromium keeps
constexpr std::size_t kRequestedHeadersMax = 2048;

bool IsHost(std::string_view host) {
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
    return !host.empty() && std::all_of(host.begin(), host.end(), [](unsigned char c) {
      return absl::ascii_isxdigit(c) || c == ':' || c == '.';
    });
  }
  return !host.empty() && host.front() != '.' && std::all_of(host.begin(), host.end(), [](auto c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '.' || c == '_';
  });
}

absl::Status NotAnOrigin(std::string_view text, std::string_view why) {
  return absl::InvalidArgumentError(
      StrCat("gateway.cors_origins: \"", absl::CHexEscape(ToAbsl(text)), "\" ", why,
             "; write origins as https://maps.example.org or http://10.0.0.7:3000, or * for all"));
}

// In the form that browsers send in the Origin header.
absl::StatusOr<std::string> Normalised(std::string_view text) {
  std::string origin = absl::AsciiStrToLower(ToAbsl(text));
  const std::size_t slashes = origin.find("://");
  if (slashes == std::string::npos)
    return NotAnOrigin(text, "has no https:// or http:// before it");
  const std::string scheme = origin.substr(0, slashes);
  if (scheme != "https" && scheme != "http") return NotAnOrigin(text, "is not of https or http");
  std::string host = origin.substr(slashes + 3);
  if (ToStd(host).ends_with('/')) host.pop_back();
  if (host.find('/') != std::string::npos) return NotAnOrigin(text, "has a path");
  if (host.find('*') != std::string::npos) {
    return NotAnOrigin(text, "has a wildcard, which is not supported: name each origin");
  }
  std::string port;
  const std::size_t colon = host.rfind(':');
  if (colon != std::string::npos && host.find(']', colon) == std::string::npos) {
    port = host.substr(colon + 1);
    host.resize(colon);
    int number = 0;
    if (!absl::SimpleAtoi(port, &number) || number < 1 || number > 65535) {
      return NotAnOrigin(text, "has a port that is not a number of 1 to 65535");
    }
    port = StrCat(number);
  }
  if (!IsHost(host)) return NotAnOrigin(text, "has no host name");
  if (port == (scheme == "https" ? "443" : "80")) port.clear();
  return StrCat(scheme, "://", host, port.empty() ? "" : ":", port);
}

// The header names that a preflight requests, when they are a valid list; else `otherwise`.
std::string RequestedHeaders(const runtime::HttpRequest& request, std::string_view otherwise) {
  std::string names = request.JoinedHeader("access-control-request-headers");
  const bool good = !names.empty() && names.size() <= kRequestedHeadersMax &&
                    std::all_of(names.begin(), names.end(), [](unsigned char c) {
                      return absl::ascii_isalnum(c) ||
                             ToAbsl("-_.!#$%&'*+^`|~, ").find(c) != absl::string_view::npos;
                    });
  return good ? names : std::string(otherwise);
}

}  // namespace

absl::StatusOr<CorsPolicy> CorsPolicy::Parse(std::string_view list) {
  CorsPolicy policy;
  for (absl::string_view item :
       absl::StrSplit(ToAbsl(list), absl::ByAnyChar(", "), absl::SkipEmpty())) {
    if (item == "*") {
      policy.all_ = true;
      continue;
    }
    ASSIGN_OR_RETURN(std::string origin, Normalised(ToStd(item)));
    policy.origins_.push_back(std::move(origin));
  }
  return policy;
}

bool CorsPolicy::Allows(std::string_view origin) const {
  return all_ || std::find(origins_.begin(), origins_.end(), origin) != origins_.end();
}

bool CorsPolicy::AllowsWrite(const runtime::HttpRequest& request, const PublicUrl& own) const {
  const std::string_view origin = request.Header("origin");
  if (!origin.empty()) return own.IsOwnOrigin(request, origin) || Allows(origin);
  // A browser that sends no Origin still sends Sec-Fetch-Site.
  return all_ || request.Header("sec-fetch-site") != "cross-site";
}

std::string CorsPolicy::AnswerHeaders(const runtime::HttpRequest& request) const {
  std::string headers = "Vary: Origin\r\n";
  const std::string_view origin = request.Header("origin");
  if (origin.empty() || !Allows(origin)) return headers;
  runtime::AppendHeader(headers, "Access-Control-Allow-Origin", origin);
  runtime::AppendHeader(headers, "Access-Control-Expose-Headers", kRpcExposedHeaders);
  return headers;
}

runtime::HttpResponse CorsPolicy::Preflight(const runtime::HttpRequest& request, bool rpc) const {
  runtime::HttpResponse response;
  response.status = 204;
  response.headers = rpc ? AnswerHeaders(request) : std::string(kPublicCorsHeaders);
  response.AddHeader("Vary", "Access-Control-Request-Headers");
  if (rpc && !Allows(request.Header("origin"))) return response;
  response.AddHeader("Access-Control-Allow-Methods", rpc ? "POST, GET" : "GET, HEAD");
  response.AddHeader("Access-Control-Allow-Headers",
                     RequestedHeaders(request, rpc ? kRpcRequestHeaders : kPublicRequestHeaders));
  response.AddHeader("Access-Control-Max-Age", kPreflightSeconds);
  return response;
}

}  // namespace citylayers::gateway
