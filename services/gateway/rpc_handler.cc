#include "services/gateway/rpc_handler.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/time/clock.h"

#include "base/status_macros.h"
#include "base/strings.h"
#include "services/gateway/content_coding.h"
#include "services/gateway/forwarded_metadata.h"
#include "services/gateway/http_status.h"
#include "services/gateway/request_access.h"
#include "services/gateway/rpc_codec.h"
#include "services/gateway/rpc_reply.h"
#include "services/gateway/upstream_call.h"
#include "services/runtime/rpc/call.h"
#include "services/runtime/rpc/call_deadline.h"
#include "services/runtime/rpc/error_details.h"
#include "services/runtime/rpc/grpc_status.h"
#include "services/runtime/rpc/method_rules.h"

namespace citylayers::gateway {
namespace {

using google::protobuf::MethodDescriptor;
using runtime::HttpRequest;
using runtime::HttpResponse;
using runtime::Responder;

constexpr std::string_view kTypesTaken =
    "application/json, application/proto, application/connect+json, application/connect+proto, "
    "application/grpc-web, application/grpc-web+proto, application/grpc-web-text, "
    "application/grpc-web-text+proto";

struct TypeRow {
  std::string_view type;
  RpcDialect dialect;
  Codec codec;
};
constexpr TypeRow kTypes[] = {
    {"application/json", RpcDialect::kConnectUnary, Codec::kJson},
    {"application/proto", RpcDialect::kConnectUnary, Codec::kProto},
    {"application/connect+json", RpcDialect::kConnectStream, Codec::kJson},
    {"application/connect+proto", RpcDialect::kConnectStream, Codec::kProto},
    {"application/grpc-web", RpcDialect::kWeb, Codec::kProto},
    {"application/grpc-web+proto", RpcDialect::kWeb, Codec::kProto},
    {"application/grpc-web-text", RpcDialect::kWebText, Codec::kProto},
    {"application/grpc-web-text+proto", RpcDialect::kWebText, Codec::kProto},
};

const TypeRow* FindType(std::string_view content_type) {
  const std::string type = absl::AsciiStrToLower(std::string(
      absl::StripAsciiWhitespace(ToAbsl(content_type.substr(0, content_type.find(';'))))));
  for (const TypeRow& row : kTypes) {
    if (row.type == type) return &row;
  }
  return nullptr;
}

std::optional<absl::Duration> TimeoutOf(const HttpRequest& request, RpcDialect dialect) {
  return IsWeb(dialect) ? ReadGrpcTimeout(request.Header("grpc-timeout"))
                        : ReadConnectTimeout(request.Header("connect-timeout-ms"));
}

// The payloads of the request's body, one per message.
absl::StatusOr<std::vector<std::string>> PayloadsOf(const HttpRequest& request,
                                                    RpcDialect dialect) {
  if (dialect == RpcDialect::kConnectUnary) {
    const std::string_view encoding = request.Header("content-encoding");
    if (!encoding.empty() && encoding != "identity") {
      return absl::UnimplementedError(StrCat("content encoding \"", encoding,
                                             "\" is not supported; send the request as identity"));
    }
    return std::vector<std::string>{request.body()};
  }
  std::string decoded;
  std::string_view body = request.body();
  if (dialect == RpcDialect::kWebText) {
    std::optional<std::string> bytes = ReadBase64(body);
    if (!bytes) return absl::InvalidArgumentError("the request is not base64");
    decoded = *std::move(bytes);
    body = decoded;
  }
  const auto frames = ReadFrames(body);
  if (!frames.ok()) return frames.status();
  return std::vector<std::string>(frames->begin(), frames->end());
}

// ?connect=v1&encoding=json&message=…&base64=1
absl::StatusOr<std::string> GetPayload(const HttpRequest& request) {
  const std::string compression = request.Query("compression").value_or("identity");
  if (compression != "identity" && !compression.empty()) {
    return absl::UnimplementedError(StrCat("compression \"", compression, "\" is not supported"));
  }
  std::string message = request.Query("message").value_or("");
  if (request.Query("base64") == "1") {
    std::optional<std::string> bytes = ReadBase64(message);
    if (!bytes) return absl::InvalidArgumentError("message is not base64");
    message = *std::move(bytes);
  }
  return message;
}

HttpResponse WrongType(const CorsPolicy& cors, const HttpRequest& request) {
  HttpResponse response = runtime::ProblemResponse(
      415,
      StrCat("content type \"", request.Header("content-type"), "\" is not one of: ", kTypesTaken));
  response.AddHeader("Accept-Post", kTypesTaken);
  response.headers += cors.AnswerHeaders(request);
  return response;
}

// Their routes accept GET only, so that other methods reach this handler as calls of such a
// service.
bool IsPublicFolder(std::string_view name) {
  return name == "tiles" || name == "styles" || name == "live" || name == "cap" || name == "fonts";
}

HttpResponse NoSuchMethod(const CorsPolicy& cors, const HttpRequest& request) {
  if (IsPublicFolder(request.Param("service"))) {
    HttpResponse response = runtime::ProblemResponse(405, "only GET and HEAD are allowed here");
    response.AddHeader("Allow", "GET, HEAD, OPTIONS");
    response.headers += kPublicCorsHeaders;
    return response;
  }
  HttpResponse response =
      runtime::ProblemResponse(404, StrCat("there is no method ", request.Param("service"), "/",
                                           request.Param("method"), " and no file of this name"));
  response.headers += cors.AnswerHeaders(request);
  return response;
}

bool IsStreaming(const MethodDescriptor& method) {
  return method.client_streaming() || method.server_streaming();
}

absl::Status ForeignWrite(const MethodDescriptor& method, const HttpRequest& request) {
  const std::string_view origin = request.Header("origin");
  return runtime::WithReason(
      absl::PermissionDeniedError(
          StrCat(method.full_name(), " changes something, and the request comes from a page of ",
                 origin.empty()
                     ? std::string("another site")
                     : StrCat("origin \"", absl::CHexEscape(ToAbsl(origin.substr(0, 100))), "\""),
                 ", which is not in gateway.cors_origins")),
      runtime::kReasonForeignOrigin);
}

// The protocol and codec of a request; nullopt when the method cannot be called that way: `refusal`
// has the reason.
std::optional<TypeRow> TypeOfRequest(const HttpRequest& request, const MethodDescriptor& method,
                                     const CorsPolicy& cors, HttpResponse& refusal) {
  if (request.method() == "POST") {
    const TypeRow* row = FindType(request.Header("content-type"));
    // In the Connect protocol, unary and streaming methods have separate content types.
    const bool fits =
        row != nullptr && (IsStreaming(method) ? row->dialect != RpcDialect::kConnectUnary
                                               : row->dialect != RpcDialect::kConnectStream);
    if (fits) return *row;
    refusal = WrongType(cors, request);
    return std::nullopt;
  }
  if (IsStreaming(method) || !HasNoSideEffects(method)) {
    refusal = runtime::ProblemResponse(
        405, StrCat(method.full_name(), " changes something or streams: use POST"));
    refusal.AddHeader("Allow", "POST");
    refusal.headers += cors.AnswerHeaders(request);
    return std::nullopt;
  }
  const std::string encoding = request.Query("encoding").value_or("json");
  if (encoding == "json") return TypeRow{"", RpcDialect::kConnectUnary, Codec::kJson};
  if (encoding == "proto") return TypeRow{"", RpcDialect::kConnectUnary, Codec::kProto};
  refusal = WrongType(cors, request);
  return std::nullopt;
}

// The request messages as protobuf bytes.
absl::StatusOr<std::vector<std::string>> MessagesOf(const HttpRequest& request,
                                                    const MethodDescriptor& method,
                                                    const TypeRow& type) {
  std::vector<std::string> payloads;
  if (request.method() == "POST") {
    ASSIGN_OR_RETURN(payloads, PayloadsOf(request, type.dialect));
  } else {
    ASSIGN_OR_RETURN(std::string payload, GetPayload(request));
    payloads.push_back(std::move(payload));
  }
  if (payloads.size() != 1 && !method.client_streaming()) {
    return absl::InvalidArgumentError(
        StrCat("the request has ", payloads.size(), " messages instead of one"));
  }
  for (std::string& payload : payloads) {
    ASSIGN_OR_RETURN(payload, DecodeRequest(method, type.codec, payload));
  }
  return payloads;
}

}  // namespace

struct RpcHandler::ParsedRequest {
  const MethodDescriptor* method;
  TypeRow type;
  std::shared_ptr<RpcReply> reply;
  absl::Time deadline;
  std::shared_ptr<const access::Principal> caller;
};

void RpcHandler::Handle(const HttpRequest& request, Responder responder) const {
  const std::string& service = request.Param("service");
  const std::string& method_name = request.Param("method");
  const MethodDescriptor* method = FindMethod(service, method_name);
  if (method == nullptr || !router_.Serves(service)) {
    return responder.Send(NoSuchMethod(cors_, request));
  }
  HttpResponse refusal;
  const std::optional<TypeRow> type = TypeOfRequest(request, *method, cors_, refusal);
  if (!type) return responder.Send(std::move(refusal));
  RpcReply::Shape shape{type->dialect,
                        type->codec,
                        method,
                        IsWeb(type->dialect)
                            ? Coding::kIdentity
                            : NegotiateCoding(request.JoinedHeader("accept-encoding")),
                        cors_.AnswerHeaders(request),
                        options_.stream_ahead_bytes,
                        translation_,
                        options_.large_bytes,
                        std::nullopt};
  absl::StatusOr<RequestAccess::Caller> caller = access_.Identify(request);
  if (request.method() == "GET" && caller.ok()) {
    shape.conditional =
        RpcReply::Conditional{.if_none_match = request.JoinedHeader("if-none-match"),
                              .is_public = (*caller)->is_anonymous()};
  }
  absl::Status allowed = caller.status();
  // The backend checks again; here, before a large body is translated.
  if (allowed.ok()) {
    allowed = runtime::CheckAccess(**caller, runtime::RuleOf(*method).value_or(access::Need{}));
  }
  if (allowed.ok()) {
    allowed = access_.TakeFromLimits(request, **caller, IsStreaming(*method), responder);
  }
  shape.cors_headers += access_.SignedOutLine(request, allowed);
  auto reply = std::make_shared<RpcReply>(std::move(shape), std::move(responder));
  if (!allowed.ok()) return reply->Fail(allowed);
  if (!options_.writes && !IsReadOnly(*method)) {
    return reply->Fail(
        runtime::WithReason(absl::PermissionDeniedError(StrCat(
                                method->full_name(),
                                " changes something, and this gateway accepts no changes over HTTP "
                                "(gateway.http_writes): use gRPC on the server itself")),
                            runtime::kReasonReadOnly));
  }
  if (!IsReadOnly(*method) && !cors_.AllowsWrite(request, public_url_)) {
    return reply->Fail(ForeignWrite(*method, request));
  }
  // The deadline includes the time for which the request waits to be translated.
  absl::Time deadline = absl::InfiniteFuture();
  if (const auto timeout = TimeoutOf(request, type->dialect)) {
    deadline = runtime::SaturatedDeadline(absl::Now() + *timeout);
  } else if (!IsStreaming(*method)) {
    deadline = absl::Now() + options_.unary_timeout;
  }
  const ParsedRequest parsed{method, *type, reply, deadline, *std::move(caller)};
  if (request.body().size() <= options_.large_bytes) return Translate(request, parsed);
  auto kept = std::make_shared<const HttpRequest>(request);
  if (!translation_->TryPost(
          [this, kept = std::move(kept), parsed] { Translate(*kept, parsed); })) {
    reply->Fail(runtime::WithReason(
        absl::ResourceExhaustedError(StrCat(options_.large_requests_max,
                                            " large requests already wait: send it again a "
                                            "little later, or in parts")),
        runtime::kReasonOverloaded));
  }
}

void RpcHandler::Translate(const HttpRequest& request, const ParsedRequest& parsed) const {
  const auto& [method, type, reply, deadline, caller] = parsed;
  const std::string& service = request.Param("service");
  const std::string& method_name = request.Param("method");
  absl::StatusOr<std::vector<std::string>> messages = MessagesOf(request, *method, type);
  if (!messages.ok()) return reply->Fail(messages.status());
  UpstreamCall::Request call;
  call.messages = *std::move(messages);
  auto route = router_.Find(service, method_name,
                            call.messages.empty() ? "" : call.messages.front(), *caller);
  if (!route.ok()) return reply->Fail(route.status());
  if (!route->channel) return reply->AnswerLocally(std::move(route->answer));
  call.channel = std::move(route->channel);
  call.path = StrCat("/", service, "/", method_name);
  absl::StatusOr<Metadata> metadata = ForwardedHeaders(request);
  if (!metadata.ok()) return reply->Fail(metadata.status());
  call.metadata = *std::move(metadata);
  SetCredential(router_.access().DelegationOf(*caller), call.metadata);
  access_.AddForwarded(request, *caller, call.metadata);
  call.deadline = deadline;
  if (call.deadline <= absl::Now()) {
    return reply->Fail(absl::DeadlineExceededError("the deadline has passed already"));
  }
  reply->Begin(std::move(call));
}

}  // namespace citylayers::gateway
