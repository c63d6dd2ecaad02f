#include "services/runtime/rpc/call_adapter.h"

#include <prometheus/counter.h>

namespace citylayers::runtime {
namespace detail {

absl::Status UnaryReactor::HoldAnswer(grpc::CallbackServerContext& context,
                                      const google::protobuf::Message& answer) {
  // Small answers fit into a client's flow control window and never wait.
  constexpr std::size_t kHeldAbove = 4096;
  const std::size_t bytes = answer.ByteSizeLong();
  if (bytes < kHeldAbove) return absl::OkStatus();
  if (!hold_.Resize(bytes)) return share_->ExhaustedError();
  write_.Begin(writes_, [&context] { context.TryCancel(); });
  return absl::OkStatus();
}

bool HasConnection(const std::string& peer) { return peer.starts_with("ipv"); }

}  // namespace detail

CallAdapter::CallAdapter(CallOptions options, Executor& executor, Timer& timer, Metrics& metrics,
                         const Authenticator& authenticator, Executor* write_executor)
    : gate_(std::move(options), metrics, authenticator),
      executor_(executor),
      write_executor_(write_executor == nullptr ? executor : *write_executor),
      timer_(timer),
      writes_(WriteWatch::Start(
          gate_.options().writes, timer,
          [&unread = metrics.Counter("citylayers_rpc_unread_total",
                                     "Calls ended because their client did not read the answer.")] {
            unread.Increment();
          })),
      compressed_(
          metrics.Counter("citylayers_rpc_compressed_total",
                          "Large messages, which are compressed for clients that accept gzip.")),
      ends_(std::make_shared<StreamEnds>(gate_.options().stream_ends, metrics)) {}

detail::StreamEnvironment CallAdapter::Environment() {
  return {.executor = executor_,
          .timer = timer_,
          .options = gate_.options(),
          .compressed = compressed_,
          .writes = writes_,
          .draining = draining_,
          .ends = ends_};
}

void CallAdapter::CompressIfLarge(grpc::CallbackServerContext& context,
                                  const google::protobuf::Message& answer) {
  const std::size_t above = gate_.options().compress_above;
  if (above == 0 || answer.ByteSizeLong() <= above || !detail::HasConnection(context.peer())) {
    return;
  }
  compressed_.Increment();
  context.set_compression_level(GRPC_COMPRESS_LEVEL_LOW);
}

}  // namespace citylayers::runtime
