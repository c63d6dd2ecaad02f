#include "services/gateway/rpc_reply.h"

#include <algorithm>
#include <utility>

#include "absl/strings/escaping.h"

#include "base/strings.h"
#include "services/gateway/http_status.h"
#include "services/gateway/representation.h"
#include "services/runtime/rpc/grpc_status.h"
#include "services/runtime/rpc/metadata_text.h"
#include "services/runtime/rpc/status_bounds.h"

namespace citylayers::gateway {
namespace {

using runtime::HttpResponse;

std::string_view TypeOf(RpcDialect dialect, Codec codec) {
  switch (dialect) {
    case RpcDialect::kConnectUnary:
      return codec == Codec::kJson ? "application/json" : "application/proto";
    case RpcDialect::kConnectStream:
      return codec == Codec::kJson ? "application/connect+json" : "application/connect+proto";
    case RpcDialect::kWeb:
      return "application/grpc-web+proto";
    case RpcDialect::kWebText:
      return "application/grpc-web-text+proto";
  }
  return "";
}

void AddMetadata(HttpResponse& response, std::string_view prefix, const Metadata& metadata) {
  for (const auto& [name, value] : metadata) {
    const bool binary = ToStd(name).ends_with("-bin");
    response.AddHeader(StrCat(prefix, name), binary ? Base64Unpadded(value) : value);
  }
}

bool IsImmutable(const Metadata& headers) {
  return std::any_of(headers.begin(), headers.end(), [](const auto& header) {
    return header.first == runtime::kImmutableMetadata;
  });
}

}  // namespace

void RpcReply::Begin(UpstreamCall::Request request) {
  if (shape_.dialect != RpcDialect::kConnectUnary) OpenStream();
  const std::weak_ptr<UpstreamCall> call =
      UpstreamCall::Start(std::move(request), shared_from_this());
  // A client that disconnects ends the call; the end of the call then releases everything.
  if (stream_) {
    stream_->NotifyClosed([call] {
      if (const auto alive = call.lock()) alive->Cancel();
    });
  }
}

void RpcReply::AnswerLocally(std::string bytes) {
  ++messages_;
  WriteMessage(std::move(bytes));
  OnEnd(grpc::Status::OK, {}, {});
}

void RpcReply::Fail(const absl::Status& status) { OnEnd(runtime::ToGrpcStatus(status), {}, {}); }

void RpcReply::OpenStream() {
  if (stream_) return;
  HttpResponse head;
  head.AddHeader("Content-Type", TypeOf(shape_.dialect, shape_.codec));
  head.AddHeader("Cache-Control", "no-store");
  head.AddHeader("X-Accel-Buffering", "no");  // makes nginx pass frames on at once
  head.headers += shape_.cors_headers;
  stream_ = responder_.Stream(std::move(head));
}

void RpcReply::WriteFrame(std::uint8_t flags, std::string_view payload) {
  OpenStream();
  std::string frame = Frame(flags, payload);
  if (shape_.dialect == RpcDialect::kWebText) frame = absl::Base64Escape(frame);
  auto bytes = std::make_shared<const std::string>(std::move(frame));
  if (stream_->Write(bytes) || stream_->closed()) return;
  // The message alone exceeds the maximum pending bytes of a stream.
  own_error_ = grpc::Status(grpc::StatusCode::RESOURCE_EXHAUSTED,
                            "a message of the answer is larger than the gateway's stream limit");
}

void RpcReply::WriteMessage(std::string bytes) {
  if (shape_.dialect == RpcDialect::kConnectUnary) {
    unary_bytes_ = std::move(bytes);
    return;
  }
  auto encoded = EncodeResponse(*shape_.method, shape_.codec, std::move(bytes));
  if (encoded.ok()) {
    WriteFrame(0, *encoded);
  } else {
    own_error_ = runtime::ToGrpcStatus(encoded.status());
  }
}

void RpcReply::OnMessage(UpstreamCall* call, std::string bytes) {
  ++messages_;
  WriteMessage(std::move(bytes));
  if (!own_error_.ok()) call->Cancel();
  if (!stream_) return call->ReadNext();
  stream_->NotifyWritable(shape_.stream_ahead_bytes, [call] { call->ReadNext(); });
}

void RpcReply::OnEnd(const grpc::Status& status, const Metadata& headers,
                     const Metadata& trailers) {
  const grpc::Status final_status = runtime::Normalized(own_error_.ok() ? status : own_error_);
  if (shape_.dialect == RpcDialect::kConnectUnary) {
    const auto answer = [self = shared_from_this(), final_status, headers, trailers] {
      self->AnswerUnary(final_status, headers, trailers);
    };
    if (unary_bytes_.size() > shape_.large_bytes && shape_.translation->Post(answer)) return;
    return answer();
  }
  if (shape_.dialect == RpcDialect::kConnectStream) {
    WriteFrame(kFlagEndStream, ConnectEndStreamJson(final_status, trailers));
  } else {
    WriteFrame(kFlagWebTrailers, WebTrailers(final_status, trailers));
  }
  stream_->Close();
}

// Each coding is a separate representation, with its own tag. An answer without a lifetime is asked
// for again each time, and mostly not sent again.
void RpcReply::AddCaching(std::string_view tag, bool is_immutable, HttpResponse& response) const {
  if (!shape_.conditional.has_value()) {
    response.AddHeader("Cache-Control", "no-store");
    return;
  }
  const std::string etag = StrCat("\"", tag, "-", CodingName(shape_.coding), "\"");
  response.AddHeader("ETag", etag);
  response.AddHeader("Cache-Control",
                     StrCat(shape_.conditional->is_public ? "public, " : "private, ",
                            is_immutable ? "max-age=31536000, immutable" : "no-cache"));
  // Callers with other keys may get other answers.
  response.AddHeader("Vary", "Authorization, X-API-Key, Cookie");
  if (EtagMatches(shape_.conditional->if_none_match, etag)) {
    response.status = 304;
    response.body = nullptr;
  }
}

HttpResponse RpcReply::UnaryBody() {
  HttpResponse response;
  auto encoded = EncodeResponse(*shape_.method, shape_.codec, std::move(unary_bytes_));
  if (!encoded.ok()) {
    const grpc::Status status = runtime::ToGrpcStatus(encoded.status());
    response.status = HttpStatusOf(status.error_code());
    response.SetBody("application/json", ConnectErrorJson(status));
    return response;
  }
  if (shape_.coding != Coding::kIdentity) {
    if (auto packed = Compress(shape_.coding, *encoded)) {
      response.AddHeader("Content-Encoding", CodingName(shape_.coding));
      encoded = *std::move(packed);
    }
  }
  response.AddHeader("Vary", "Accept-Encoding");
  response.SetBody(std::string(TypeOf(shape_.dialect, shape_.codec)), *std::move(encoded));
  return response;
}

void RpcReply::AnswerUnary(const grpc::Status& status, const Metadata& headers,
                           const Metadata& trailers) {
  HttpResponse response;
  grpc::Status error = status;
  const bool is_answer = status.ok() && messages_ == 1;
  if (is_answer) {
    // The content itself: a gateway that restarts, or another one, gives it the same tag.
    const std::string tag = shape_.conditional.has_value() ? TagOf(unary_bytes_) : "";
    response = UnaryBody();
    if (response.status == 200) AddCaching(tag, IsImmutable(headers), response);
  } else {
    if (status.ok()) {
      error = runtime::ToGrpcStatus(absl::InternalError("the backend sent no answer"));
    }
    response.status = HttpStatusOf(error.error_code());
    response.SetBody("application/json", ConnectErrorJson(error));
  }
  if (response.status != 200 && response.status != 304) {
    response.AddHeader("Cache-Control", "no-store");
  }
  AddRetryAfter(response, error);
  AddMetadata(response, "", headers);
  AddMetadata(response, "Trailer-", trailers);
  response.headers += shape_.cors_headers;
  responder_.Send(std::move(response));
}

}  // namespace citylayers::gateway
