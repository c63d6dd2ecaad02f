#include "services/access/permission.h"

namespace citylayers::access {

std::optional<Permission> ParsePermission(std::string_view word) {
  for (const PermissionInfo& info : kPermissions) {
    if (info.word == word) return info.permission;
  }
  return std::nullopt;
}

bool Includes(Permission granted, Permission needed) {
  if (granted == needed || granted == Permission::kAdmin) return true;
  switch (granted) {
    case Permission::kAlertsAdmin:
      return needed == Permission::kAlertsOperate || needed == Permission::kAlertsRead;
    case Permission::kAlertsOperate:
      return needed == Permission::kAlertsRead;
    default:
      return false;
  }
}

}  // namespace citylayers::access
