#include "services/runtime/call_context.h"

#include <utility>

#include "absl/time/clock.h"
#include <prometheus/counter.h>
#include <prometheus/histogram.h>

#include "proto/support/strings.h"
#include "services/runtime/call_deadline.h"
#include "services/runtime/error_details.h"

namespace citylayers::runtime {

CallScope::CallScope(Call call, Metrics& metrics, std::atomic<int>& running, CallKind kind)
    : call_(std::move(call)),
      metrics_(metrics),
      running_(running),
      kind_(kind),
      start_(absl::Now()) {}

CallScope::~CallScope() {
  Finish(absl::CancelledError("the caller went away"));
  running_.fetch_sub(1);
}

absl::Status CallScope::CheckDeadline() const {
  if (absl::Now() < call_.deadline) return absl::OkStatus();
  return WithReason(
      absl::DeadlineExceededError(StrCat(call_.method, ": the deadline passed before work began")),
      kReasonDeadlinePassed);
}

void CallScope::Finish(const absl::Status& status) {
  if (finished_.exchange(true)) return;
  metrics_
      .Counter(
          "grpc_server_handled_total", "Calls that ended, by method and code",
          {{"grpc_method", call_.method}, {"grpc_code", absl::StatusCodeToString(status.code())}})
      .Increment();
  if (kind_ != CallKind::kStream) {
    metrics_
        .Seconds("grpc_server_handling_seconds", "Time from a unary call's arrival to its end",
                 {{"grpc_method", call_.method}})
        .Observe(absl::ToDoubleSeconds(absl::Now() - start_));
  }
}

absl::StatusOr<std::shared_ptr<CallScope>> CallGate::Admit(
    const grpc::CallbackServerContext& context, std::string_view method, CallKind kind) {
  metrics_
      .Counter("grpc_server_started_total", "Calls that began, by method",
               {{"grpc_method", std::string(method)}})
      .Increment();
  std::atomic<int>& running = kind == CallKind::kUnary   ? unary_running_
                              : kind == CallKind::kWrite ? writes_running_
                                                         : streams_running_;
  const int limit = kind == CallKind::kUnary   ? options_.unary_max
                    : kind == CallKind::kWrite ? options_.writes_max
                                               : options_.streams_max;
  Call call{.method = std::string(method),
            .peer = context.peer(),
            .deadline = absl::InfiniteFuture(),
            .principal = {}};
  call.deadline = DeadlineOf(context.raw_deadline());
  if (call.deadline == absl::InfiniteFuture() && kind != CallKind::kStream) {
    call.deadline = absl::Now() + options_.deadline_default;
  }
  running.fetch_add(1);
  auto scope = std::make_shared<CallScope>(std::move(call), metrics_, running, kind);
  absl::StatusOr<std::string> principal = authenticator_.Authenticate(context);
  absl::Status status = principal.status();
  if (status.ok() && running.load() > limit) status = Overloaded();
  if (!status.ok()) {
    scope->Finish(status);
    return status;
  }
  return scope;
}

absl::Status CallGate::Overloaded() const {
  return WithRetryAfter(
      WithReason(absl::ResourceExhaustedError(
                     "the server has as many calls as it may; try again in a second"),
                 kReasonOverloaded),
      absl::Seconds(1));
}

}  // namespace citylayers::runtime
