#include "services/runtime/rpc/call_entrance.h"

#include <optional>

#include "base/status_macros.h"
#include "services/runtime/monotonic_clock.h"
#include "services/runtime/rpc/call.h"
#include "services/runtime/rpc/limit_error.h"

namespace citylayers::runtime {
namespace {

absl::Status TakeFromLimits(AdmittedCaller& admitted, bool is_stream) {
  const std::string& key_id = admitted.caller->key_id;
  if (const auto refusal = admitted.account->TakeCall(MonotonicClock().Now())) {
    return LimitError(*refusal, key_id);
  }
  if (!is_stream) return absl::OkStatus();
  if (const auto refusal = admitted.account->OpenStream()) return LimitError(*refusal, key_id);
  admitted.place = access::StreamPlace(admitted.account);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<AdmittedCaller> CallEntrance::Admit(const CallMetadata& metadata,
                                                   const grpc::AuthContext* transport,
                                                   std::string peer, const access::Need* need,
                                                   bool is_stream) const {
  AdmittedCaller admitted;
  std::optional<std::string> forwarded = authenticator_.ForwardedAddress(metadata);
  const bool is_forwarded = forwarded.has_value();
  const std::string own_address = AddressOfGrpcPeer(peer);
  if (is_forwarded) {
    admitted.address = *std::move(forwarded);
  } else {
    admitted.address = address_of_ == nullptr ? own_address : address_of_(own_address, metadata);
  }
  const bool is_behind = !admitted.address.empty() && admitted.address != own_address;
  admitted.from = is_behind ? admitted.address : std::move(peer);
  auto caller = authenticator_.Authenticate(metadata, transport);
  if (!caller.ok()) return Unidentified(caller.status(), admitted, is_forwarded);
  if (need != nullptr) RETURN_IF_ERROR(CheckAccess(**caller, *need));
  admitted.caller = *std::move(caller);
  if (access::CallerLimits* const limits = authenticator_.limits()) {
    admitted.account = limits->AccountOf(*admitted.caller, admitted.address);
  }
  admitted.is_metered = admitted.account != nullptr && !is_forwarded;
  if (admitted.is_metered) RETURN_IF_ERROR(TakeFromLimits(admitted, is_stream));
  return admitted;
}

absl::Status CallEntrance::Unidentified(const absl::Status& why, const AdmittedCaller& admitted,
                                        bool is_forwarded) const {
  access::CallerLimits* const limits = authenticator_.limits();
  if (limits == nullptr || is_forwarded || !absl::IsUnauthenticated(why)) return why;
  const auto refusal = limits->TakeFailure(admitted.address, MonotonicClock().Now());
  return refusal ? LimitError(*refusal, {}) : why;
}

}  // namespace citylayers::runtime
