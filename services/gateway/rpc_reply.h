// The answer to one RPC over HTTP, in the client's protocol.
#ifndef CITYLAYERS_SERVICES_GATEWAY_RPC_REPLY_H_
#define CITYLAYERS_SERVICES_GATEWAY_RPC_REPLY_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"

#include "services/gateway/content_coding.h"
#include "services/gateway/rpc_codec.h"
#include "services/gateway/translation_thread.h"
#include "services/gateway/upstream_call.h"
#include "services/runtime/http/http_responder.h"

namespace citylayers::gateway {

enum class RpcDialect { kConnectUnary, kConnectStream, kWeb, kWebText };

inline bool IsWeb(RpcDialect dialect) {
  return dialect == RpcDialect::kWeb || dialect == RpcDialect::kWebText;
}

/// Writes a backend's messages, end and errors as HTTP: one body for Connect unary calls, a stream
/// of frames for all others. Events come one at a time.
class RpcReply : public UpstreamEvents, public std::enable_shared_from_this<RpcReply> {
 public:
  /// Of a GET: its answer has an ETag, and caches may store it.
  struct Conditional {
    std::string if_none_match;
    bool is_public = false;  // callers without a key get the same answer
  };
  struct Shape {
    RpcDialect dialect;
    Codec codec;
    const google::protobuf::MethodDescriptor* method;
    Coding coding;  // of a unary body
    std::string cors_headers;
    std::size_t stream_ahead_bytes;
    std::shared_ptr<TranslationThread> translation;  // encodes unary answers above `large_bytes`
    std::size_t large_bytes;
    std::optional<Conditional> conditional;  // of a unary answer
  };
  RpcReply(Shape shape, runtime::Responder responder)
      : shape_(std::move(shape)), responder_(std::move(responder)) {}

  /// Calls the backend and answers with its response.
  void Begin(UpstreamCall::Request call);
  /// Answers with an error only.
  void Fail(const absl::Status& status);

  /// Answers with a message from the gateway itself.
  void AnswerLocally(std::string bytes);

  void OnMessage(UpstreamCall* call, std::string bytes) override;
  void OnEnd(const grpc::Status& status, const Metadata& headers,
             const Metadata& trailers) override;

 private:
  void OpenStream();
  void WriteMessage(std::string bytes);
  void WriteFrame(std::uint8_t flags, std::string_view payload);
  void AnswerUnary(const grpc::Status& status, const Metadata& headers, const Metadata& trailers);
  runtime::HttpResponse UnaryBody();
  void AddCaching(std::string_view tag, bool is_immutable, runtime::HttpResponse& response) const;

  const Shape shape_;
  runtime::Responder responder_;
  std::shared_ptr<runtime::StreamWriter> stream_;
  std::string unary_bytes_;
  int messages_ = 0;
  grpc::Status
      own_error_;  // an error of the gateway; it takes precedence over the backend's status
};

}  // namespace citylayers::gateway

#endif  // CITYLAYERS_SERVICES_GATEWAY_RPC_REPLY_H_
