// Reads a server stream of a backend, one message at a time. Private to the gateway.
#ifndef CITYLAYERS_SERVICES_GATEWAY_STREAM_READER_H_
#define CITYLAYERS_SERVICES_GATEWAY_STREAM_READER_H_

#include <functional>
#include <memory>
#include <utility>

#include <grpcpp/client_context.h>
#include <grpcpp/support/client_callback.h>

namespace citylayers::gateway {

/// Owns itself until `on_done` has returned. Callbacks run on gRPC's threads, one at a time.
///
///   auto* reader = new StreamReader<Response>(context, on_message, on_done);
///   stub->async()->Watch(context.get(), &request, reader);
///   reader->Begin();
template <typename Response>
class StreamReader : public grpc::ClientReadReactor<Response> {
 public:
  using ReadNext = std::function<void()>;

  /// `on_message` must call its second argument once, at any time, to read the next message; also
  /// after a cancel, since the call ends only when a read returns its end. `on_done` is called
  /// last.
  StreamReader(std::shared_ptr<grpc::ClientContext> context,
               std::function<void(const Response&, ReadNext)> on_message,
               std::function<void(const grpc::Status&)> on_done)
      : context_(std::move(context)),
        on_message_(std::move(on_message)),
        on_done_(std::move(on_done)) {}

  void Begin() {
    // Nothing is pending between two reads; without a hold the call could end then.
    this->AddHold();
    this->StartRead(&response_);
    this->StartCall();
  }

 private:
  void OnReadDone(bool ok) override {
    if (!ok) return this->RemoveHold();
    on_message_(response_, [this] { this->StartRead(&response_); });
  }
  void OnDone(const grpc::Status& status) override {
    on_done_(status);
    delete this;
  }

  const std::shared_ptr<grpc::ClientContext> context_;
  const std::function<void(const Response&, ReadNext)> on_message_;
  const std::function<void(const grpc::Status&)> on_done_;
  Response response_;
};

}  // namespace citylayers::gateway

#endif  // CITYLAYERS_SERVICES_GATEWAY_STREAM_READER_H_
