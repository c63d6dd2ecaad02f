#include "services/access/scope.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_join.h"

#include "base/strings.h"

namespace citylayers::access {
namespace {

// The text before the next '/', which is removed with it.
std::string_view TakePart(std::string_view* name) {
  const std::size_t end = std::min(name->find('/'), name->size());
  const std::string_view part = name->substr(0, end);
  name->remove_prefix(std::min(end + 1, name->size()));
  return part;
}

bool Matches(std::string_view pattern, std::string_view resource) {
  while (!pattern.empty()) {
    if (resource.empty()) return false;
    const std::string_view wanted = TakePart(&pattern);
    const std::string_view part = TakePart(&resource);
    if (wanted != "-" && wanted != part) return false;
  }
  return true;
}

std::string PermissionWords() {
  return absl::StrJoin(kPermissions, ", ", [](std::string* out, const PermissionInfo& info) {
    out->append(info.word.data(), info.word.size());
  });
}

}  // namespace

absl::StatusOr<Scope> ParseScope(std::string_view text) {
  // "readings:write:stations/-": the permission has one colon, except for "admin".
  std::size_t end = text.find(':');
  if (end != std::string_view::npos) end = text.find(':', end + 1);
  const std::string_view word = text.substr(0, end);
  const std::optional<Permission> permission = ParsePermission(word);
  if (!permission.has_value()) {
    return absl::InvalidArgumentError(
        StrCat("\"", text, "\" is not a scope; the permissions are ", PermissionWords()));
  }
  if (end == std::string_view::npos) return Scope{*permission, {}};
  const std::string_view pattern = text.substr(end + 1);
  if (!InfoOf(*permission).has_resources) {
    return absl::InvalidArgumentError(
        StrCat("\"", text, "\": ", word, " is for everything and takes no pattern"));
  }
  if (*permission == Permission::kLayersRead && pattern.find('/') != std::string_view::npos) {
    return absl::InvalidArgumentError(
        StrCat("\"", text, "\": a layer is named by its id, as in layers:read:traffic"));
  }
  for (std::string_view rest = pattern;;) {
    const bool is_last = rest.find('/') == std::string_view::npos;
    if (TakePart(&rest).empty()) {
      return absl::InvalidArgumentError(
          StrCat("\"", text, "\": a part of the pattern is empty; \"-\" matches any part"));
    }
    if (is_last) break;
  }
  return Scope{*permission, std::string(pattern)};
}

std::string ToText(const Scope& scope) {
  const std::string_view word = InfoOf(scope.permission).word;
  return scope.pattern.empty() ? std::string(word) : StrCat(word, ":", scope.pattern);
}

bool ScopeSet::Allows(Permission permission, std::string_view resource) const {
  return std::any_of(scopes_.begin(), scopes_.end(), [&](const Scope& scope) {
    return Includes(scope.permission, permission) && Matches(scope.pattern, resource);
  });
}

bool ScopeSet::AllowsAny(Permission permission) const {
  return std::any_of(scopes_.begin(), scopes_.end(),
                     [&](const Scope& scope) { return Includes(scope.permission, permission); });
}

}  // namespace citylayers::access
