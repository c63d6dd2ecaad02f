// Streams that continue after the server or the connection was lost.
#ifndef CITYLAYERS_CLIENT_FOLLOW_H_
#define CITYLAYERS_CLIENT_FOLLOW_H_

#include <algorithm>
#include <functional>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include <grpcpp/client_context.h>
#include <grpcpp/support/status.h>
#include <grpcpp/support/sync_stream.h>

#include "citylayers/client/call_error.h"
#include "citylayers/client/stop.h"

namespace citylayers::client {

struct FollowOptions {
  /// Pauses before the stream is opened again: from `pause_min`, doubled up to `pause_max`, and
  /// never shorter than the server asks for (RetryDelay).
  absl::Duration pause_min = absl::Milliseconds(250);
  absl::Duration pause_max = absl::Seconds(5);
  /// Called with the error when the stream breaks, and with OK when messages arrive again.
  std::function<void(const absl::Status&)> on_change = [](const absl::Status&) {};
};

template <typename Reader>
struct MessageOf;
template <typename Message>
struct MessageOf<std::unique_ptr<grpc::ClientReader<Message>>> {
  using Type = Message;
};

/// Reads a stream until it ends, `stop` is requested or `on_message` returns false (all OK).
/// `open(context)` makes the call. A stream that breaks after its first message is opened again:
/// `open` is called again, and can resume from what it received. An error before the first message,
/// or one that is not transient, is returned. Blocks; without `stop` there is no time limit.
///
///   layers::v1::WatchLayerRequest request;
///   request.set_name("layers/traffic");
///   Follow(stop, [&](auto& context) { return stub->WatchLayer(&context, request); },
///          [&](const layers::v1::WatchLayerResponse& response) { ...; return true; });
template <typename Open, typename OnMessage>
absl::Status Follow(Stop& stop, Open open, OnMessage on_message,
                    const FollowOptions& options = {}) {
  absl::Duration pause = options.pause_min;
  bool away = false;
  bool ever = false;
  while (true) {
    grpc::ClientContext context;
    stop.OnStop([&context] { context.TryCancel(); });
    auto reader = open(context);
    bool done = false;
    typename MessageOf<decltype(reader)>::Type message;
    while (!done && reader->Read(&message)) {
      if (std::exchange(away, false)) options.on_change(absl::OkStatus());
      ever = true;
      pause = options.pause_min;
      done = !on_message(message);
      message.Clear();
    }
    if (done) context.TryCancel();
    const absl::Status status = ToStatus(reader->Finish());
    stop.OnStop(nullptr);
    if (done || status.ok() || stop.stopped()) return absl::OkStatus();
    // A server that shuts down cancels its streams.
    const bool transient = IsTransient(status) || absl::IsCancelled(status);
    if (!ever || !transient) return status;
    if (!std::exchange(away, true)) options.on_change(status);
    if (!stop.Sleep(std::max(pause, RetryDelay(status)))) return absl::OkStatus();
    pause = std::min(pause * 2, options.pause_max);
  }
}

}  // namespace citylayers::client

#endif  // CITYLAYERS_CLIENT_FOLLOW_H_
