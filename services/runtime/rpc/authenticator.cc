#include "services/runtime/rpc/authenticator.h"

#include <string_view>

#include "base/status_macros.h"
#include "services/access/credentials.h"
#include "services/runtime/rpc/error_details.h"

namespace citylayers::runtime {
namespace {

// The value of a metadata key; empty when it was not sent. Of several values the first counts: they
// can only be different keys by mistake.
std::string_view ValueOf(const CallMetadata& metadata, grpc::string_ref key) {
  const auto found = metadata.find(key);
  if (found == metadata.end()) return {};
  return {found->second.data(), found->second.size()};
}

}  // namespace

absl::StatusOr<std::shared_ptr<const access::Principal>> KeyAuthenticator::Authenticate(
    const CallMetadata& metadata) const {
  absl::StatusOr<std::string_view> credential =
      access::CredentialOf(ValueOf(metadata, "authorization"), ValueOf(metadata, "x-api-key"));
  if (!credential.ok()) return WithReason(credential.status(), kReasonBadKey);
  auto caller = control_.Identify(*credential);
  if (!caller.ok()) {
    return absl::IsUnauthenticated(caller.status()) ? WithReason(caller.status(), kReasonBadKey)
                                                    : caller.status();
  }
  return caller;
}

}  // namespace citylayers::runtime
