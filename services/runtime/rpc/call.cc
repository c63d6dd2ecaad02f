#include "services/runtime/rpc/call.h"

#include "base/status_macros.h"
#include "services/runtime/monotonic_clock.h"
#include "services/runtime/rpc/error_details.h"
#include "services/runtime/rpc/limit_error.h"

namespace citylayers::runtime {

absl::Status CheckAccess(const access::Principal& caller, const access::Need& need) {
  const absl::Status status = access::Require(caller, need);
  if (status.ok()) return status;
  return WithReason(status,
                    absl::IsUnauthenticated(status) ? kReasonKeyNeeded : kReasonScopeNeeded);
}

absl::Status Call::TakeReadings(int count) const {
  if (account == nullptr) return absl::OkStatus();
  const auto refusal = account->TakeReadings(count, MonotonicClock().Now());
  return refusal ? LimitError(*refusal, caller->key_id) : absl::OkStatus();
}

void Call::ChargeReadings(int count) const {
  if (account == nullptr) return;
  account->ChargeReadings(count, MonotonicClock().Now());
}

absl::Status Call::CheckResource(std::string_view resource) const {
  if (caller->scopes.Allows(permission, resource)) return absl::OkStatus();
  return CheckAccess(*caller, {.permission = permission, .resource = std::string(resource)});
}

absl::Status Call::CheckResources(
    const google::protobuf::RepeatedPtrField<std::string>& names) const {
  if (caller->scopes.AllowsAll(permission)) return absl::OkStatus();
  for (const std::string& name : names) RETURN_IF_ERROR(CheckResource(name));
  return absl::OkStatus();
}

}  // namespace citylayers::runtime
