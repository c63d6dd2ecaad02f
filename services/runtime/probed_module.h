// A module that listens on its own port.
#ifndef CITYLAYERS_SERVICES_RUNTIME_PROBED_MODULE_H_
#define CITYLAYERS_SERVICES_RUNTIME_PROBED_MODULE_H_

#include "absl/status/status.h"
#include "absl/time/time.h"

#include "services/runtime/module.h"

namespace citylayers::runtime {

/// A module whose port the daemon probes periodically while
/// it runs (services/runtime/self_probe.h).
class ProbedModule : public Module {
 public:
  /// Calls the module's port over the network, as a client does; blocks for at most `timeout`. An
  /// error means that clients cannot reach it.
  virtual absl::Status Probe(absl::Duration timeout) = 0;
};

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_PROBED_MODULE_H_
