// Scopes: permissions, each for all resources or for some.
#ifndef CITYLAYERS_SERVICES_ACCESS_SCOPE_H_
#define CITYLAYERS_SERVICES_ACCESS_SCOPE_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

#include "services/access/permission.h"

namespace citylayers::access {

/// "layers:read" or, for some resources, "layers:read:traffic",
/// "readings:write:stations/-/measures/water_level", "readings:read:stations/phu-an".
struct Scope {
  Permission permission = Permission::kLayersRead;
  /// Parts of a name, of which "-" matches any one; a name matches that begins with them. Empty:
  /// all resources.
  std::string pattern;

  friend bool operator==(const Scope&, const Scope&) = default;
};

/// INVALID_ARGUMENT: an unknown permission (the message lists them), a pattern for a permission
/// that has no resources, or a pattern with an empty part.
absl::StatusOr<Scope> ParseScope(std::string_view text);
std::string ToText(const Scope& scope);

/// What one caller may do. Immutable; a check is linear in the number of scopes.
class ScopeSet {
 public:
  ScopeSet() = default;
  explicit ScopeSet(std::vector<Scope> scopes) : scopes_(std::move(scopes)) {}

  /// Whether the permission is granted for the resource, such as "traffic" or
  /// "stations/phu-an/measures/water_level".
  bool Allows(Permission permission, std::string_view resource) const;
  /// Whether it is granted for all resources.
  bool AllowsAll(Permission permission) const { return Allows(permission, {}); }
  /// Whether it is granted for at least one: then the method must check each resource.
  bool AllowsAny(Permission permission) const;

  const std::vector<Scope>& scopes() const { return scopes_; }

 private:
  std::vector<Scope> scopes_;
};

}  // namespace citylayers::access

#endif  // CITYLAYERS_SERVICES_ACCESS_SCOPE_H_
