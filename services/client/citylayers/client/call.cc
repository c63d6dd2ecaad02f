#include "citylayers/client/call.h"

#include <algorithm>

#include "absl/time/clock.h"

#include "citylayers/client/call_error.h"

namespace citylayers::client {
namespace {

absl::Status TryOnce(const CallOptions& options,
                     const std::function<grpc::Status(grpc::ClientContext&)>& attempt) {
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + options.timeout));
  if (options.stop != nullptr) options.stop->OnStop([&context] { context.TryCancel(); });
  const grpc::Status status = attempt(context);
  if (options.stop != nullptr) options.stop->OnStop(nullptr);
  return ToStatus(status);
}

/// False when stopped.
bool Pause(Stop* stop, absl::Duration duration) {
  if (stop != nullptr) return stop->Sleep(duration);
  absl::SleepFor(duration);
  return true;
}

}  // namespace

absl::Status RunTries(const CallOptions& options,
                      const std::function<grpc::Status(grpc::ClientContext&)>& attempt) {
  absl::Duration pause = options.pause_min;
  for (int tries = 1;; ++tries) {
    const absl::Status status = TryOnce(options, attempt);
    if (status.ok() || !IsTransient(status) || tries >= options.tries_max) return status;
    if (!Pause(options.stop, std::max(pause, RetryDelay(status)))) {
      return absl::CancelledError("stopped");
    }
    pause = std::min(pause * 2, options.pause_max);
  }
}

}  // namespace citylayers::client
