// Checks of the fields of keys that a request or an operator supplies.
#ifndef CITYLAYERS_SERVICES_KEYS_KEY_FIELDS_H_
#define CITYLAYERS_SERVICES_KEYS_KEY_FIELDS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"

#include "services/access/limits.h"
#include "services/access/scope.h"

namespace citylayers::keys {

// Names of callers without an API key, and of processes of the city, in logs and lists of keys.
inline constexpr std::string_view kAnonymousName = "anonymous";
inline constexpr std::string_view kProcessName = "citylayersd";
inline constexpr std::size_t kPrincipalCharactersMax = 100;
inline constexpr std::size_t kScopesMax = 100;
inline constexpr std::size_t kScopeBytesMax = 256;
inline constexpr std::size_t kCertificateNameBytesMax = 300;
inline constexpr absl::Duration kOverlapMax = absl::Hours(24 * 90);
inline constexpr std::int64_t kLimitMax = 1'000'000'000'000;

// All are pure. INVALID_ARGUMENT names the field, as runtime::BadField.

/// A principal: 1 to kPrincipalCharactersMax characters of UTF-8, not all of them spaces, without
/// control characters and line separators, and neither kAnonymousName nor kProcessName
/// (case-insensitive).
absl::Status CheckPrincipal(std::string_view principal);

/// 1 to kScopesMax scopes of at most kScopeBytesMax bytes.
absl::StatusOr<std::vector<access::Scope>> ReadScopes(absl::Span<const std::string> texts);

/// A certificate's name: "DNS:..." or "URI:..." with text after it, or a subject, which has "="; of
/// 1 to kCertificateNameBytesMax printable ASCII characters.
absl::Status CheckCertificateName(std::string_view name);

/// A time of expiry: after `now`.
absl::Status CheckExpireTime(absl::Time expire_time, absl::Time now);

/// The overlap of a rotation: 0 to kOverlapMax.
absl::Status CheckOverlap(absl::Duration overlap);

/// Limits of a key: each 0 to kLimitMax.
absl::Status CheckLimits(const access::KeyLimits& limits);

}  // namespace citylayers::keys

#endif  // CITYLAYERS_SERVICES_KEYS_KEY_FIELDS_H_
