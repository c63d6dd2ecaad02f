#include "services/gateway/upstream_call.h"

#include <utility>

#include "services/gateway/forwarded_metadata.h"
#include "services/gateway/rpc_router.h"

namespace citylayers::gateway {
std::string ToString(const grpc::ByteBuffer& buffer) {
  std::vector<grpc::Slice> slices;
  std::string bytes;
  if (!buffer.Dump(&slices).ok()) return bytes;
  bytes.reserve(buffer.Length());
  for (const grpc::Slice& slice : slices) {
    bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  return bytes;
}

grpc::ByteBuffer ToByteBuffer(const std::string& bytes) {
  const grpc::Slice slice(bytes);
  return grpc::ByteBuffer(&slice, 1);
}

UpstreamCall::UpstreamCall(Request request, std::shared_ptr<UpstreamEvents> events)
    : request_(std::move(request)), events_(std::move(events)), stub_(request_.channel) {}

std::shared_ptr<UpstreamCall> UpstreamCall::Start(Request request,
                                                  std::shared_ptr<UpstreamEvents> events) {
  std::shared_ptr<UpstreamCall> call(new UpstreamCall(std::move(request), std::move(events)));
  call->self_ = call;
  for (const auto& [name, value] : call->request_.metadata) {
    call->context_.AddMetadata(name, value);
  }
  call->context_.AddMetadata(kPassedOnKey, "1");
  if (call->request_.deadline != absl::InfiniteFuture()) {
    call->context_.set_deadline(absl::ToChronoTime(call->request_.deadline));
  }
  call->stub_.PrepareBidiStreamingCall(&call->context_, call->request_.path, {}, call.get());
  call->WriteNext();
  call->StartRead(&call->in_);
  // Nothing is pending between reads: without the hold gRPC would consider the call finished.
  call->AddHold();
  call->StartCall();
  return call;
}

void UpstreamCall::WriteNext() {
  if (written_ == request_.messages.size()) {
    if (written_ == 0) StartWritesDone();
    return;
  }
  out_ = ToByteBuffer(request_.messages[written_]);
  ++written_;
  if (written_ == request_.messages.size()) {
    StartWriteLast(&out_, grpc::WriteOptions());
  } else {
    StartWrite(&out_);
  }
}

void UpstreamCall::OnWriteDone(bool ok) {
  if (ok) WriteNext();
}

void UpstreamCall::ReadNext() { StartRead(&in_); }

void UpstreamCall::OnReadDone(bool ok) {
  if (ok) {
    events_->OnMessage(this, ToString(in_));
  } else {
    RemoveHold();
  }
}

void UpstreamCall::OnDone(const grpc::Status& status) {
  // The metadata belong to the context, and the context to this call.
  const std::shared_ptr<UpstreamCall> self = std::exchange(self_, nullptr);
  events_->OnEnd(status,
                 has_headers_ ? ReturnedMetadata(context_.GetServerInitialMetadata()) : Metadata(),
                 ReturnedMetadata(context_.GetServerTrailingMetadata()));
  events_ = nullptr;
}

}  // namespace citylayers::gateway
