// Credentials by which a process of the city passes on a caller that it identified by certificate.
#ifndef CITYLAYERS_SERVICES_ACCESS_DELEGATION_H_
#define CITYLAYERS_SERVICES_ACCESS_DELEGATION_H_

#include <optional>
#include <string>
#include <string_view>

#include "services/access/api_key.h"

namespace citylayers::access {

/// A certificate belongs to one connection. A gateway that forwards a call over its own connection
/// sends a delegation instead: the id of the key that the certificate acts as, signed with the
/// process key (HMAC-SHA-256). Only processes can make one, and the callee looks the key up as
/// usual: a revoked key ends here as well. Thread-safe.
class Delegation {
 public:
  explicit Delegation(const ApiKey& process_key);

  /// "clp_<id>_<signature>".
  std::string TextOf(std::string_view key_id) const;
  /// The key id of a text that has this form and a valid signature; nullopt otherwise. A part of
  /// `text`. The time depends only on the length of the text.
  std::optional<std::string_view> KeyIdOf(std::string_view text) const;

 private:
  const SecretHasher hasher_;
};

}  // namespace citylayers::access

#endif  // CITYLAYERS_SERVICES_ACCESS_DELEGATION_H_
