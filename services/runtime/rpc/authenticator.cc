#include "services/runtime/rpc/authenticator.h"

#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "base/status_macros.h"
#include "base/strings.h"
#include "services/access/credentials.h"
#include "services/runtime/rpc/error_details.h"

namespace citylayers::runtime {
namespace {

// The value of a metadata key; empty when it was not sent. UNAUTHENTICATED: it was sent twice, and
// a proxy in front may have checked the other value.
absl::StatusOr<std::string_view> ValueOf(const CallMetadata& metadata,
                                         const grpc::string_ref& key) {
  const auto [begin, end] = metadata.equal_range(key);
  if (begin == end) return std::string_view();
  if (std::next(begin) != end) {
    return absl::UnauthenticatedError(
        StrCat("the call has ", std::string_view(key.data(), key.size()), " more than once"));
  }
  return std::string_view(begin->second.data(), begin->second.size());
}

absl::StatusOr<std::string_view> CredentialIn(const CallMetadata& metadata) {
  ASSIGN_OR_RETURN(const std::string_view authorization, ValueOf(metadata, "authorization"));
  ASSIGN_OR_RETURN(const std::string_view api_key, ValueOf(metadata, "x-api-key"));
  return access::CredentialOf(authorization, api_key);
}

// As NamesOf (services/runtime/tls/certificate.h) writes them. gRPC has properties only of
// certificates that it has verified, and writes the subject by the same function.
std::vector<std::string> CertificateNames(const grpc::AuthContext* peer) {
  std::vector<std::string> names;
  if (peer == nullptr) return names;
  const auto append = [&](const char* property, std::string_view prefix) {
    for (const grpc::string_ref& value : peer->FindPropertyValues(property)) {
      names.push_back(StrCat(prefix, std::string_view(value.data(), value.size())));
    }
  };
  append("x509_subject", "");
  append("peer_dns", "DNS:");
  append("peer_uri", "URI:");
  return names;
}

}  // namespace

absl::StatusOr<std::shared_ptr<const access::Principal>> KeyAuthenticator::Authenticate(
    const CallMetadata& metadata, const grpc::AuthContext* peer) const {
  absl::StatusOr<std::string_view> credential = CredentialIn(metadata);
  if (!credential.ok()) return WithReason(credential.status(), kReasonBadKey);
  if (metadata.count(kPassedOnMetadata) > 0) peer = nullptr;
  auto caller = credential->empty() ? control_.IdentifyCertificate(CertificateNames(peer))
                                    : control_.Identify(*credential);
  if (!caller.ok()) {
    return absl::IsUnauthenticated(caller.status()) ? WithReason(caller.status(), kReasonBadKey)
                                                    : caller.status();
  }
  return caller;
}

}  // namespace citylayers::runtime
