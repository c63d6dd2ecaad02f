#include "services/runtime/rpc/authenticator.h"

#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_replace.h"

#include "base/status_macros.h"
#include "base/strings.h"
#include "services/access/api_key.h"
#include "services/access/credentials.h"
#include "services/runtime/rpc/error_details.h"
#include "services/runtime/rpc/forwarded_call.h"

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
  if (credential->empty() && metadata.count(kForwardedSession) > 0 && ForwardedAddress(metadata)) {
    const auto session = ValueOf(metadata, kForwardedSession);
    auto holder = session.ok() ? control_.IdentifySession(*session) : session.status();
    if (!absl::IsUnauthenticated(holder.status())) return holder;
    return WithReason(holder.status(), kReasonBadSession);
  }
  if (metadata.count(kPassedOnMetadata) > 0) peer = nullptr;
  auto caller = credential->empty() ? control_.IdentifyCertificate(CertificateNames(peer))
                                    : control_.Identify(*credential);
  if (!caller.ok()) {
    return absl::IsUnauthenticated(caller.status()) ? WithReason(caller.status(), kReasonBadKey)
                                                    : caller.status();
  }
  return caller;
}

std::optional<std::string> KeyAuthenticator::ForwardedAddress(const CallMetadata& metadata) const {
  const auto by = ValueOf(metadata, kForwardedBy);
  if (!by.ok() || by->empty() || !access::IsEqual(*by, control_.process_key())) return std::nullopt;
  return std::string(ValueOf(metadata, kForwardedFor).value_or(std::string_view()));
}

std::string AddressOfGrpcPeer(std::string_view peer) {
  const std::size_t scheme_end = peer.find(':');
  if (scheme_end == std::string_view::npos || !peer.starts_with("ipv")) return {};
  peer.remove_prefix(scheme_end + 1);
  peer = peer.substr(0, peer.rfind(':'));
  return absl::StrReplaceAll(ToAbsl(peer),
                             {{"%5B", ""}, {"%5D", ""}, {"[", ""}, {"]", ""}, {"%25", "%"}});
}

}  // namespace citylayers::runtime
