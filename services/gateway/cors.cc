#include "services/gateway/cors.h"

#include <algorithm>

#include "absl/strings/str_split.h"

#include "proto/support/strings.h"

namespace citylayers::gateway {
namespace {

constexpr std::string_view kRpcRequestHeaders =
    "Content-Type, Connect-Protocol-Version, Connect-Timeout-Ms, Grpc-Timeout, X-Grpc-Web, "
    "X-User-Agent, Authorization";
constexpr std::string_view kRpcExposedHeaders =
    "Grpc-Status, Grpc-Message, Grpc-Status-Details-Bin";
constexpr std::string_view kPreflightSeconds = "7200";  // the most that Chromium keeps

}  // namespace

CorsPolicy CorsPolicy::Parse(std::string_view list) {
  std::vector<std::string> origins =
      absl::StrSplit(ToAbsl(list), absl::ByAnyChar(", "), absl::SkipEmpty());
  return CorsPolicy(std::move(origins));
}

bool CorsPolicy::Allows(std::string_view origin) const {
  return std::any_of(origins_.begin(), origins_.end(), [&](const std::string& allowed) {
    return allowed == "*" || allowed == origin;
  });
}

std::string CorsPolicy::AnswerHeaders(const runtime::HttpRequest& request) const {
  const std::string_view origin = request.Header("origin");
  if (origin.empty() || !Allows(origin)) return "";
  std::string headers;
  runtime::AppendHeader(headers, "Access-Control-Allow-Origin", origin);
  runtime::AppendHeader(headers, "Access-Control-Expose-Headers", kRpcExposedHeaders);
  runtime::AppendHeader(headers, "Vary", "Origin");
  return headers;
}

runtime::HttpResponse CorsPolicy::Preflight(const runtime::HttpRequest& request, bool rpc) const {
  runtime::HttpResponse response;
  response.status = 204;
  if (!rpc) {
    response.headers = kPublicCorsHeaders;
    response.AddHeader("Access-Control-Allow-Methods", "GET, HEAD");
    response.AddHeader("Access-Control-Allow-Headers", "If-None-Match, Last-Event-ID");
    response.AddHeader("Access-Control-Max-Age", kPreflightSeconds);
    return response;
  }
  response.headers = AnswerHeaders(request);
  if (response.headers.empty()) return response;
  response.AddHeader("Access-Control-Allow-Methods", "POST, GET");
  response.AddHeader("Access-Control-Allow-Headers", kRpcRequestHeaders);
  response.AddHeader("Access-Control-Max-Age", kPreflightSeconds);
  return response;
}

}  // namespace citylayers::gateway
