// Core dumps of the process: copies of its memory, which contains keys.
#ifndef CITYLAYERS_SERVICES_RUNTIME_CORE_DUMPS_H_
#define CITYLAYERS_SERVICES_RUNTIME_CORE_DUMPS_H_

#include "absl/status/status.h"

namespace citylayers::runtime {

/// Ends core dumps of this process, also those that a program receives by a pipe
/// (kernel.core_pattern). Other processes of the same user can then no longer read its memory, so
/// a debugger needs root. INTERNAL: the system refused.
absl::Status DisableCoreDumps();

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_CORE_DUMPS_H_
