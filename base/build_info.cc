#include "base/build_info.h"

#include "base/strings.h"

namespace citylayers {

std::string VersionText(std::string_view program, const BuildInfo& info) {
  return StrCat(program, " ", info.version, " (commit ", info.commit, ", ", info.build_type, ")");
}

}  // namespace citylayers
