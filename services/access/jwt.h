// Tokens of an identity provider (JWT, RFC 7519).
#ifndef CITYLAYERS_SERVICES_ACCESS_JWT_H_
#define CITYLAYERS_SERVICES_ACCESS_JWT_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "services/access/jwt_keys.h"
#include "services/access/scope.h"

namespace citylayers::access {

/// What a token must have besides a good signature.
struct JwtRules {
  std::string issuer;                       // equal to `iss`
  std::string audience;                     // equal to `aud`, or one of it
  absl::Duration skew = absl::Seconds(30);  // by which the provider's clock may differ
};

/// The holder that a token names.
struct JwtHolder {
  std::string subject;        // `sub`, 1 to 100 bytes without control characters
  std::vector<Scope> scopes;  // of `scope`, without those that are not of this program
  absl::Time expire_time;     // `exp`
};

inline constexpr std::size_t kJwtBytesMax = 8 * 1024;
inline constexpr std::size_t kJwtScopesMax = 100;

/// Verifies a token in the compact form. UNAUTHENTICATED: anything else than a signed token of the
/// issuer for this audience within its time; the message states the reason, and never has a part of
/// the token. Nothing of a token is used before its signature is verified, except the algorithm
/// and the key's id. `now`: the wall clock.
absl::StatusOr<JwtHolder> VerifyJwt(std::string_view token, const JwtKeys& keys,
                                    const JwtRules& rules, absl::Time now);

}  // namespace citylayers::access

#endif  // CITYLAYERS_SERVICES_ACCESS_JWT_H_
