#include "services/runtime/core_dumps.h"

#include <cerrno>
#include <cstring>

#include <sys/prctl.h>
#include <sys/resource.h>

#include "base/strings.h"

namespace citylayers::runtime {

absl::Status DisableCoreDumps() {
  // The limit does not apply to a dump that goes to a pipe; the attribute does.
  rlimit limit{};
  if (::getrlimit(RLIMIT_CORE, &limit) == 0) {
    limit.rlim_cur = 0;
    if (::setrlimit(RLIMIT_CORE, &limit) == 0 && ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0) {
      return absl::OkStatus();
    }
  }
  return absl::InternalError(StrCat("cannot disable core dumps: ", std::strerror(errno),
                                    "; server.core_dumps = true starts the server with them"));
}

}  // namespace citylayers::runtime
