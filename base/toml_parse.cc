#include "base/toml_parse.h"

#include <string>

#include "base/status_macros.h"
#include "base/strings.h"
#include "base/toml_text.h"

namespace citylayers {

absl::StatusOr<toml::table> ParseToml(std::string_view text, std::string_view what) {
  RETURN_IF_ERROR(CheckTomlText(text, what));
  try {
    return toml::parse(text, what);
  } catch (const toml::parse_error& e) {
    return absl::InvalidArgumentError(StrCat(what, ":", static_cast<int>(e.source().begin.line),
                                             ": ", std::string(e.description())));
  }
}

}  // namespace citylayers
