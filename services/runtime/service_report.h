// The reports of a process to its service manager about its readiness.
#ifndef CITYLAYERS_SERVICES_RUNTIME_SERVICE_REPORT_H_
#define CITYLAYERS_SERVICES_RUNTIME_SERVICE_REPORT_H_

#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"

#include "services/runtime/service_manager.h"

namespace citylayers::runtime {

/// Reports the start once: when the process is ready for the first time, or `patience` after its
/// start, because a process of a split city may wait for others that are started after it. Then
/// each change of the reason why it is not ready. Not thread-safe.
class ServiceReport {
 public:
  /// `manager` must outlive this.
  ServiceReport(const ServiceManager& manager, absl::Duration patience)
      : manager_(manager), patience_(patience) {}

  /// `ready`: as Daemon::Ready. `since_start`: monotonic time since the process began.
  void Update(const absl::Status& ready, absl::Duration since_start);

 private:
  const ServiceManager& manager_;
  const absl::Duration patience_;
  bool has_started_ = false;
  std::string status_;  // the last one sent
};

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_SERVICE_REPORT_H_
