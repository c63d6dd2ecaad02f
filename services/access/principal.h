// The caller of a method, and the check of what it may do.
#ifndef CITYLAYERS_SERVICES_ACCESS_PRINCIPAL_H_
#define CITYLAYERS_SERVICES_ACCESS_PRINCIPAL_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"

#include "services/access/limits.h"
#include "services/access/permission.h"
#include "services/access/scope.h"
#include "services/access/session.h"

namespace citylayers::access {

/// A caller that has been identified. Immutable.
struct Principal {
  std::string name;         // of the key's holder; empty: anonymous
  std::string key_id;       // of the API key; empty: without one
  std::string secret_hash;  // of the key's secret that the caller sent
  // Name of the certificate that acts as the key; empty: the caller sent the secret.
  std::string certificate_name = {};
  ScopeSet scopes;
  bool is_process = false;  // a process of the city, by the process key
  KeyLimits limits = {};    // of the key
  /// Set: identified by it, and not by the key itself.
  std::optional<Session> session = std::nullopt;

  bool is_anonymous() const { return name.empty(); }
};

/// What a call needs.
struct Need {
  Permission permission = Permission::kAdmin;
  /// Empty: all resources.
  std::string resource;
  /// A permission that is limited to some resources suffices (and `resource` is empty): the callee
  /// checks each resource that the request names.
  bool takes_limited = false;
};

/// OK, or an error that names the scope that is missing: UNAUTHENTICATED for an anonymous caller,
/// who can send a key, PERMISSION_DENIED for others.
absl::Status Require(const Principal& caller, const Need& need);

}  // namespace citylayers::access

#endif  // CITYLAYERS_SERVICES_ACCESS_PRINCIPAL_H_
