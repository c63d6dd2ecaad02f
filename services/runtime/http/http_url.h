// Parsing of URLs: percent-encoding, paths and queries.
#ifndef CITYLAYERS_SERVICES_RUNTIME_HTTP_HTTP_URL_H_
#define CITYLAYERS_SERVICES_RUNTIME_HTTP_HTTP_URL_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace citylayers::runtime {

/// Decodes %XX, and "+" as a space when `plus_is_space` (queries). nullopt: a %
/// without two hex digits.
std::optional<std::string> PercentDecode(std::string_view text, bool plus_is_space);

/// The first value of `name` in "a=1&b=2", decoded; nullopt when absent or badly encoded. "" for a
/// name without "=".
std::optional<std::string> QueryValue(std::string_view query, std::string_view name);

/// Splits a path at "/" into decoded segments and resolves "." and ".." as in RFC 3986 5.2.4. The
/// path "/" has one empty segment. INVALID_ARGUMENT: no leading "/", a bad escape, a ".." above the
/// root, or a segment that contains "/", "\" or NUL after decoding.
absl::StatusOr<std::vector<std::string>> SplitPath(std::string_view path);

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_HTTP_HTTP_URL_H_
