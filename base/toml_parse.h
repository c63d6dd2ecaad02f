// TOML text as a document of toml++.
#ifndef CITYLAYERS_BASE_TOML_PARSE_H_
#define CITYLAYERS_BASE_TOML_PARSE_H_

#include <string_view>

#include "absl/status/statusor.h"
#include <toml++/toml.h>

namespace citylayers {

/// Safe for any bytes, because it refuses what toml++ does not withstand (toml_text.h).
/// INVALID_ARGUMENT: not TOML; the message begins with "what:line: ".
absl::StatusOr<toml::table> ParseToml(std::string_view text, std::string_view what);

}  // namespace citylayers

#endif  // CITYLAYERS_BASE_TOML_PARSE_H_
