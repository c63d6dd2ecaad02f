// The version of this build: what --version prints and the metric citylayers_build_info shows.
#ifndef CITYLAYERS_BASE_BUILD_INFO_H_
#define CITYLAYERS_BASE_BUILD_INFO_H_

#include <string>
#include <string_view>

namespace citylayers {

/// The texts are constants of the program.
struct BuildInfo {
  std::string_view version;     // "0.2.0-dev", the content of the file VERSION
  std::string_view commit;      // "1a2b3c4d"; "1a2b3c4d-dirty" with changes; "unknown" without git
  std::string_view build_type;  // "RelWithDebInfo"
};

/// The build of the running program. cmake/BuildInfo.cmake generates its source.
BuildInfo GetBuildInfo();

/// "citylayersd 0.2.0-dev (commit 1a2b3c4d, RelWithDebInfo)", without a line end.
std::string VersionText(std::string_view program, const BuildInfo& info);

}  // namespace citylayers

#endif  // CITYLAYERS_BASE_BUILD_INFO_H_
