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
          })) {}

}  // namespace citylayers::runtime
