// A check of TOML text before it is parsed by toml++.
#ifndef CITYLAYERS_BASE_TOML_TEXT_H_
#define CITYLAYERS_BASE_TOML_TEXT_H_

#include <string_view>

#include "absl/status/status.h"

namespace citylayers {

/// toml++ 3.3 has undefined behaviour for some texts: after a "[" that no key follows, at a "}"
/// where a list expects a value, in dates and times that end early, and at letters such as "đ"
/// where it expects white space (also in a bare word with a quote, and in strings of several
/// lines). Therefore this function refuses non-ASCII characters outside quotes and comments,
/// closing brackets that do not match, dates and times, quotes within a word, strings of several
/// lines, and lines that begin with "[" and no name. An accepted text may still be invalid TOML.
/// INVALID_ARGUMENT: "file:line: ...". Linear time, pure.
absl::Status CheckTomlText(std::string_view text, std::string_view file);

}  // namespace citylayers

#endif  // CITYLAYERS_BASE_TOML_TEXT_H_
