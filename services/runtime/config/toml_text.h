// Whether a text may be given to toml++.
#ifndef CITYLAYERS_SERVICES_RUNTIME_CONFIG_TOML_TEXT_H_
#define CITYLAYERS_SERVICES_RUNTIME_CONFIG_TOML_TEXT_H_

#include <string_view>

#include "absl/status/status.h"

namespace citylayers::runtime {

/// toml++ 3.3 has undefined behaviour for some texts that are not TOML, where it ought to report an
/// error: after a "[" that no key follows, and where it expects white space and meets a letter such
/// as "đ". So texts with a character that is not ASCII outside of quotes and comments, and lines
/// that begin with "[" and no name, are refused here; what passes is still to be parsed. A line of
/// a text in ''' that begins with "[" is refused as well; no option has use for one.
/// INVALID_ARGUMENT: "file:line: ...". Linear, pure.
absl::Status CheckTomlText(std::string_view text, std::string_view file);

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_CONFIG_TOML_TEXT_H_
