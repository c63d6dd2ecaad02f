// Identification of the callers of gRPC methods.
#ifndef CITYLAYERS_SERVICES_RUNTIME_RPC_AUTHENTICATOR_H_
#define CITYLAYERS_SERVICES_RUNTIME_RPC_AUTHENTICATOR_H_

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include <grpcpp/security/auth_context.h>
#include <grpcpp/support/string_ref.h>

#include "services/access/access_control.h"
#include "services/access/principal.h"

namespace citylayers::runtime {

/// The metadata of a call, as gRPC's server contexts have it.
using CallMetadata = std::multimap<grpc::string_ref, grpc::string_ref>;

/// Metadata key of every call that a gateway passes on. The connection of such a call, and so its
/// certificate, is that of the gateway.
inline constexpr char kPassedOnMetadata[] = "citylayers-passed-on";

/// Identifies the caller of a method. Thread-safe.
class Authenticator {
 public:
  virtual ~Authenticator() = default;
  /// `peer`: what the transport knows of the client; may be nullptr. UNAUTHENTICATED: the call
  /// carries invalid credentials. Never null.
  virtual absl::StatusOr<std::shared_ptr<const access::Principal>> Authenticate(
      const CallMetadata& metadata, const grpc::AuthContext* peer) const = 0;
  /// Whether a caller that was identified may go on with a stream: its key has not ended since.
  virtual bool IsCurrent(const access::Principal& caller) const = 0;
  /// The client's address, when a process of the city forwards the call (forwarded_call.h);
  /// nullopt: the call comes from the client itself.
  virtual std::optional<std::string> ForwardedAddress(const CallMetadata& /*metadata*/) const {
    return std::nullopt;
  }
  /// The limits of callers; nullptr: there are none.
  virtual access::CallerLimits* limits() const { return nullptr; }
};

/// Of a peer as gRPC names it: "10.1.2.3" of "ipv4:10.1.2.3:5000", "::1" of "ipv6:%5B::1%5D:5000";
/// empty: a peer without an IP address.
std::string AddressOfGrpcPeer(std::string_view peer);

/// Takes keys from the metadata `authorization` and `x-api-key`; without one, from a process of the
/// city, the session of the client for which it calls; else the key that the client's verified
/// certificate acts as. In a call that was passed on the certificate does not count: otherwise
/// every client of a gateway could do what the gateway's certificate permits.
class KeyAuthenticator final : public Authenticator {
 public:
  /// `control` must outlive it.
  explicit KeyAuthenticator(const access::AccessControl& control) : control_(control) {}

  absl::StatusOr<std::shared_ptr<const access::Principal>> Authenticate(
      const CallMetadata& metadata, const grpc::AuthContext* peer) const override;
  bool IsCurrent(const access::Principal& caller) const override {
    return control_.IsCurrent(caller);
  }
  std::optional<std::string> ForwardedAddress(const CallMetadata& metadata) const override;
  access::CallerLimits* limits() const override { return &control_.limits(); }

 private:
  const access::AccessControl& control_;
};

/// Permits everything to every caller. For tests of other things.
class AnonymousAuthenticator final : public Authenticator {
 public:
  absl::StatusOr<std::shared_ptr<const access::Principal>> Authenticate(
      const CallMetadata&, const grpc::AuthContext*) const override {
    return everybody_;
  }
  bool IsCurrent(const access::Principal&) const override { return true; }

 private:
  const std::shared_ptr<const access::Principal> everybody_ =
      std::make_shared<const access::Principal>(
          access::Principal{.name = {},
                            .key_id = {},
                            .secret_hash = {},
                            .scopes = access::ScopeSet({{access::Permission::kAdmin, {}}})});
};

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_RPC_AUTHENTICATOR_H_
