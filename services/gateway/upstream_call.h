// One call to a backend, in bytes.
#ifndef CITYLAYERS_SERVICES_GATEWAY_UPSTREAM_CALL_H_
#define CITYLAYERS_SERVICES_GATEWAY_UPSTREAM_CALL_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include <grpcpp/client_context.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/support/byte_buffer.h>

#include "services/gateway/rpc_codec.h"

namespace citylayers::gateway {

class UpstreamCall;

/// Receives the events of an UpstreamCall, one at a time, on gRPC's threads.
class UpstreamEvents {
 public:
  virtual ~UpstreamEvents() = default;
  /// A response message; the next one is read only after call->ReadNext(), until which `call`
  /// lives.
  virtual void OnMessage(UpstreamCall* call, std::string bytes) = 0;
  /// The end of the call; the last event. Metadata: those that the backend sent, without gRPC's
  /// own.
  virtual void OnEnd(const grpc::Status& status, const Metadata& headers,
                     const Metadata& trailers) = 0;
};

/// Sends all request messages, then half-closes; reads responses on demand. Owns itself until OnEnd
/// has returned; keeps `events` alive as long.
class UpstreamCall : public grpc::ClientBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  struct Request {
    std::shared_ptr<grpc::Channel> channel;
    std::string path;  // "/citylayers.layers.v1.LayerService/GetTile"
    std::vector<std::string> messages;
    Metadata metadata;
    absl::Time deadline = absl::InfiniteFuture();
  };
  /// Starts a call; the returned handle may outlive it.
  static std::shared_ptr<UpstreamCall> Start(Request request,
                                             std::shared_ptr<UpstreamEvents> events);

  /// Reads the next message. Required once after each OnMessage, also after Cancel: the call ends
  /// only when a read returns its end.
  void ReadNext();
  /// Ends the call with CANCELLED. Thread-safe; may be called at any time.
  void Cancel() { context_.TryCancel(); }

 private:
  UpstreamCall(Request request, std::shared_ptr<UpstreamEvents> events);

  void WriteNext();
  void OnReadInitialMetadataDone(bool ok) override { has_headers_ = ok; }
  void OnWriteDone(bool ok) override;
  void OnReadDone(bool ok) override;
  void OnDone(const grpc::Status& status) override;

  Request request_;
  std::shared_ptr<UpstreamEvents> events_;
  std::shared_ptr<UpstreamCall> self_;
  grpc::GenericStub stub_;
  grpc::ClientContext context_;
  bool has_headers_ = false;
  std::size_t written_ = 0;
  grpc::ByteBuffer out_;
  grpc::ByteBuffer in_;
};

std::string ToString(const grpc::ByteBuffer& buffer);
grpc::ByteBuffer ToByteBuffer(const std::string& bytes);

}  // namespace citylayers::gateway

#endif  // CITYLAYERS_SERVICES_GATEWAY_UPSTREAM_CALL_H_
