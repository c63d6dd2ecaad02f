// A check of TOML text before it is parsed by toml++.
#ifndef CITYLAYERS_BASE_TOML_TEXT_H_
#define CITYLAYERS_BASE_TOML_TEXT_H_

#include <string_view>

#include "absl/status/status.h"

namespace citylayers {

/// toml++ 3.3 has undefined behaviour for some invalid texts, where it should report an error:
/// after a "[" that no key follows, at a "}" where a list expects a value, in dates and times
/// that end early, in a bare word with a quote and a letter such as "đ", and where it expects white
/// space and finds a letter such as "đ". Therefore this function refuses texts with a non-ASCII
/// character outside quotes and comments, closing brackets that do not match, dates and times,
/// quotes within a word, and lines that begin with "[" and no name. An accepted text may still be
/// invalid TOML. A line in a ''' string that begins with "[" is refused as well; no file of this
/// project needs one. INVALID_ARGUMENT: "file:line: ...". Linear time, pure.
absl::Status CheckTomlText(std::string_view text, std::string_view file);

}  // namespace citylayers

#endif  // CITYLAYERS_BASE_TOML_TEXT_H_
