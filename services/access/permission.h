// Permissions: what a caller may do.
#ifndef CITYLAYERS_SERVICES_ACCESS_PERMISSION_H_
#define CITYLAYERS_SERVICES_ACCESS_PERMISSION_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace citylayers::access {

/// The numbers are those of access.v1.Permission: do not change them.
enum class Permission : std::uint8_t {
  kLayersRead = 1,
  kReadingsRead = 2,
  kReadingsWrite = 3,
  kAlertsRead = 4,
  kAlertsOperate = 5,  // acknowledge, resolve, comment; includes kAlertsRead
  kAlertsAdmin = 6,    // rules, subscriptions; includes kAlertsOperate
  kClockDrive = 7,
  kAdmin = 8,  // keys, audit; includes all others
};

struct PermissionInfo {
  Permission permission;
  std::string_view word;  // in scopes, configuration and messages
  bool has_resources;     // a scope may limit it to some resources
};

inline constexpr std::array<PermissionInfo, 8> kPermissions = {{
    {Permission::kLayersRead, "layers:read", true},
    {Permission::kReadingsRead, "readings:read", true},
    {Permission::kReadingsWrite, "readings:write", true},
    {Permission::kAlertsRead, "alerts:read", false},
    {Permission::kAlertsOperate, "alerts:operate", false},
    {Permission::kAlertsAdmin, "alerts:admin", false},
    {Permission::kClockDrive, "clock:drive", false},
    {Permission::kAdmin, "admin", false},
}};

constexpr const PermissionInfo& InfoOf(Permission permission) {
  return kPermissions[static_cast<std::size_t>(permission) - 1];
}

/// nullopt: not the word of a permission.
std::optional<Permission> ParsePermission(std::string_view word);

/// Whether a caller with `granted` has `needed` as well.
bool Includes(Permission granted, Permission needed);

}  // namespace citylayers::access

#endif  // CITYLAYERS_SERVICES_ACCESS_PERMISSION_H_
