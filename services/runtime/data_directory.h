// The directories of a process for durable files.
#ifndef CITYLAYERS_SERVICES_RUNTIME_DATA_DIRECTORY_H_
#define CITYLAYERS_SERVICES_RUNTIME_DATA_DIRECTORY_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

#include "services/runtime/config/config.h"

namespace citylayers::runtime {

/// The umask for files in the data directory, from server.data_access.
unsigned FileMask(const Config& config);

/// Path of a module's directory, `<server.data>/<module>`.
std::string DataPath(const Config& config, std::string_view module);

/// Creates DataPath when it is missing, closes it to users that server.data_access excludes, and
/// returns it. FAILED_PRECONDITION: it cannot be created.
absl::StatusOr<std::string> OpenDataDirectory(const Config& config, std::string_view module);

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_DATA_DIRECTORY_H_
