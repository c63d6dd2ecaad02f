// The rule that a server does not run as root, except in a container.
#ifndef CITYLAYERS_SERVICES_RUNTIME_ROOT_USER_H_
#define CITYLAYERS_SERVICES_RUNTIME_ROOT_USER_H_

#include <map>
#include <string>

#include "absl/status/status.h"

namespace citylayers::runtime {

/// True in a container: its manager has left a file (/run/systemd/container, /run/.containerenv or
/// /.dockerenv below `root`), or a variable (`container`, KUBERNETES_SERVICE_HOST) in the
/// environment.
bool IsInContainer(const std::map<std::string, std::string>& environment,
                   const std::string& root = "");

/// OK for a user other than root, in a container, or when root is allowed (--allow-root).
/// FAILED_PRECONDITION otherwise, with the remedy.
absl::Status CheckUser(bool is_root, bool is_in_container, bool allow_root);

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_ROOT_USER_H_
