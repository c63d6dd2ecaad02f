#include "services/access/principal.h"

#include "base/strings.h"

namespace citylayers::access {

absl::Status Require(const Principal& caller, const Need& need) {
  const ScopeSet& scopes = caller.scopes;
  const bool is_allowed = need.takes_limited ? scopes.AllowsAny(need.permission)
                                             : scopes.Allows(need.permission, need.resource);
  if (is_allowed) return absl::OkStatus();
  const std::string scope = ToText({need.permission, need.resource});
  if (caller.is_anonymous()) {
    return absl::UnauthenticatedError(
        StrCat("this needs an API key with the scope ", scope,
               ": send it as \"authorization: Bearer KEY\" or \"x-api-key: KEY\""));
  }
  return absl::PermissionDeniedError(StrCat("this needs the scope ", scope, ", which the key of \"",
                                            caller.name, "\" does not have"));
}

}  // namespace citylayers::access
