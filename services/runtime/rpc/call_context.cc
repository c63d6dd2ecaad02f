#include "services/runtime/rpc/call_context.h"

#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include <prometheus/counter.h>
#include <prometheus/histogram.h>

#include "base/strings.h"
#include "services/runtime/monotonic_clock.h"
#include "services/runtime/rpc/call_deadline.h"
#include "services/runtime/rpc/error_details.h"
#include "services/runtime/rpc/method_rules.h"

namespace citylayers::runtime {
namespace {

void CountEnd(Metrics& metrics, const std::string& method, const absl::Status& status) {
  metrics
      .Counter("grpc_server_handled_total", "Calls that ended, by method and code",
               {{"grpc_method", method}, {"grpc_code", absl::StatusCodeToString(status.code())}})
      .Increment();
}

}  // namespace

std::size_t MemoryOf(const google::protobuf::Message& message) {
  // An empty text takes 2 bytes encoded and 50 decoded: the encoded size is a good enough estimate
  // for small messages only.
  constexpr std::size_t kExactAbove = 4096;
  const std::size_t encoded = message.ByteSizeLong();
  return encoded < kExactAbove ? encoded : message.SpaceUsedLong();
}

absl::StatusOr<std::map<std::string, int, std::less<>>> ParseMethodLimits(std::string_view text) {
  std::map<std::string, int, std::less<>> limits;
  for (const absl::string_view part : absl::StrSplit(ToAbsl(text), ',', absl::SkipEmpty())) {
    const std::pair<std::string, std::string> entry = absl::StrSplit(part, absl::MaxSplits('=', 1));
    int count = 0;
    if (entry.first.find('/') == std::string::npos || !absl::SimpleAtoi(entry.second, &count) ||
        count < 1) {
      return absl::InvalidArgumentError(
          StrCat("grpc.method_limits: \"", ToStd(part),
                 "\" is not Service/Method=COUNT, such as FloodService/ExportDepth=2"));
    }
    limits[entry.first] = count;
  }
  return limits;
}

CallScope::CallScope(Call call, const Authenticator& authenticator, Metrics& metrics,
                     std::atomic<int>& running, std::atomic<int>* method_running, CallKind kind)
    : call_(std::move(call)),
      authenticator_(authenticator),
      metrics_(metrics),
      running_(running),
      method_running_(method_running),
      kind_(kind),
      start_(MonotonicClock().Now()) {}

CallScope::~CallScope() {
  Finish(absl::CancelledError("the caller went away"));
  running_.fetch_sub(1);
  if (method_running_ != nullptr) method_running_->fetch_sub(1);
}

absl::Status CallScope::HoldRequest(const std::shared_ptr<MemoryShare>& share, std::size_t bytes) {
  request_hold_ = MemoryHold(share);
  if (request_hold_.Resize(bytes)) return absl::OkStatus();
  return share->ExhaustedError();
}

CallGate::CallGate(CallOptions options, Metrics& metrics, const Authenticator& authenticator)
    : options_(std::move(options)),
      metrics_(metrics),
      authenticator_(authenticator),
      entrance_(authenticator, options_.address_of) {
  for (const auto& [method, limit] : options_.method_limits) methods_[method].limit = limit;
}

void CallScope::ChargeMessage(const google::protobuf::Message& message) const {
  if (!is_metered_ || !call_.account->limits_bytes()) return;
  call_.account->ChargeBytes(static_cast<double>(message.ByteSizeLong()), MonotonicClock().Now());
}

absl::Duration CallScope::PauseOfAnswers() const {
  if (!is_metered_) return absl::ZeroDuration();
  return call_.account->BytesWait(MonotonicClock().Now());
}

absl::Duration CallScope::PauseOfRequests() const {
  if (call_.account == nullptr) return absl::ZeroDuration();
  return std::max(PauseOfAnswers(), call_.account->ReadingsWait(MonotonicClock().Now()));
}

absl::Status CallScope::CheckCaller() const {
  if (authenticator_.IsCurrent(*call_.caller)) return absl::OkStatus();
  return WithReason(absl::UnauthenticatedError(StrCat("the API key ", call_.caller->key_id,
                                                      " was revoked or changed, or has expired")),
                    kReasonBadKey);
}

absl::Status CallScope::CheckDeadline() const {
  if (absl::Now() < call_.deadline) return absl::OkStatus();
  return WithReason(
      absl::DeadlineExceededError(StrCat(call_.method, ": the deadline passed before work began")),
      kReasonDeadlinePassed);
}

void CallScope::Finish(const absl::Status& status) {
  if (finished_.exchange(true)) return;
  CountEnd(metrics_, call_.method, status);
  if (kind_ != CallKind::kStream) {
    metrics_
        .Seconds("grpc_server_handling_seconds", "Time from a unary call's arrival to its end",
                 {{"grpc_method", call_.method}})
        .Observe(absl::ToDoubleSeconds(MonotonicClock().Now() - start_));
  }
}

absl::StatusOr<std::shared_ptr<CallScope>> CallGate::Admit(
    const grpc::CallbackServerContext& context, std::string_view method, CallKind kind,
    const google::protobuf::Message* request) {
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
  const access::Need need = MethodRules::OfApi().Find(method);
  absl::StatusOr<AdmittedCaller> admitted =
      entrance_.Admit(context.client_metadata(), context.auth_context().get(), context.peer(),
                      &need, kind == CallKind::kStream);
  if (!admitted.ok()) {  // it takes no place from those who may call
    CountEnd(metrics_, std::string(method), admitted.status());
    return admitted.status();
  }
  Call call{.method = std::string(method),
            .peer = std::move(admitted->from),
            .deadline = absl::InfiniteFuture(),
            .caller = std::move(admitted->caller),
            .permission = need.permission,
            .account = std::move(admitted->account)};
  call.deadline = DeadlineOf(context.raw_deadline());
  if (call.deadline == absl::InfiniteFuture() && kind != CallKind::kStream) {
    call.deadline = absl::Now() + options_.deadline_default;
  }
  running.fetch_add(1);
  const auto limited = methods_.find(method);
  MethodCount* const count = limited == methods_.end() ? nullptr : &limited->second;
  const bool too_many_of_it = count != nullptr && count->running.fetch_add(1) >= count->limit;
  auto scope = std::make_shared<CallScope>(std::move(call), authenticator_, metrics_, running,
                                           count == nullptr ? nullptr : &count->running, kind);
  if (admitted->is_metered) scope->SetMetered(std::move(admitted->place));
  if (request != nullptr) scope->ChargeMessage(*request);
  absl::Status status;
  if (running.load() > limit) status = Overloaded();
  if (status.ok() && too_many_of_it) {
    status = WithRetryAfter(
        WithReason(absl::ResourceExhaustedError(
                       StrCat(count->limit, " calls of ", method,
                              " are running, which is its limit (grpc.method_limits); try again "
                              "in a second")),
                   kReasonOverloaded),
        absl::Seconds(1));
  }
  if (status.ok() && request != nullptr && options_.requests != nullptr) {
    status = scope->HoldRequest(options_.requests, MemoryOf(*request));
  }
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
