// The parts of a URL that a server has to take apart: percent-encoding, paths, queries.
#ifndef CITYLAYERS_SERVICES_RUNTIME_HTTP_HTTP_URL_H_
#define CITYLAYERS_SERVICES_RUNTIME_HTTP_HTTP_URL_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace citylayers::runtime {

/// Decodes %XX; with `plus_is_space` "+", too (queries). nullopt: a % without two hex digits.
std::optional<std::string> PercentDecode(std::string_view text, bool plus_is_space);

/// Encodes everything but the unreserved characters of RFC 3986.
std::string PercentEncode(std::string_view text);

/// The first value of `name` in "a=1&b=2", decoded; nullopt when absent or badly encoded. "" for a
/// name without "=".
std::optional<std::string> QueryValue(std::string_view query, std::string_view name);

/// Splits a path at "/" into decoded segments, "." and ".." resolved as RFC 3986 5.2.4 does; the
/// path "/" has one empty segment. INVALID_ARGUMENT: no leading "/", a bad escape, a ".." above the
/// root, or a segment that decodes to one with "/", "\" or NUL in it.
absl::StatusOr<std::vector<std::string>> SplitPath(std::string_view path);

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_HTTP_HTTP_URL_H_
