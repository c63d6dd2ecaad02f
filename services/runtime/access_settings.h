// The options `security.*` and `limits.*`: what callers may do without a key, the key of the
// processes, the limits of callers.
#ifndef CITYLAYERS_SERVICES_RUNTIME_ACCESS_SETTINGS_H_
#define CITYLAYERS_SERVICES_RUNTIME_ACCESS_SETTINGS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "services/access/api_key.h"
#include "services/access/caller_limits.h"
#include "services/access/scope.h"
#include "services/runtime/config/address.h"
#include "services/runtime/config/config.h"

namespace citylayers::runtime {

std::vector<Option> AccessOptions();

struct AccessSettings {
  access::ScopeSet anonymous;  // of callers without a key
  /// By which the processes of a city call each other. A city of one process makes a new one at
  /// each start.
  access::ApiKey process_key;
  bool has_process_key_file = false;
  /// Of callers without a key: none where they may do everything, because processes of the city may
  /// be among them.
  access::CallerLimits::Options limits;
};

/// Reads the options and the file of the process key. INVALID_ARGUMENT: a scope that is not one; a
/// file that does not hold a key. FAILED_PRECONDITION: the file cannot be read, is not a regular
/// file, has more than 4 KiB, or other users can read it.
absl::StatusOr<AccessSettings> ReadAccessSettings(const Config& config);

/// How the ports of this process are protected, for CheckReach. Errors as ReadAccessSettings.
absl::StatusOr<Protection> ProtectionOf(const Config& config);

/// OK when a city of several processes can call each other: they need a common key unless every
/// client may do everything.
absl::Status CheckProcessKey(const AccessSettings& settings, bool has_other_processes);

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_ACCESS_SETTINGS_H_
