#include "services/runtime/rpc/call.h"

#include "base/status_macros.h"
#include "services/runtime/rpc/error_details.h"

namespace citylayers::runtime {

absl::Status CheckAccess(const access::Principal& caller, const access::Need& need) {
  const absl::Status status = access::Require(caller, need);
  if (status.ok()) return status;
  return WithReason(status,
                    absl::IsUnauthenticated(status) ? kReasonKeyNeeded : kReasonScopeNeeded);
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
