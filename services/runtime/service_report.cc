#include "services/runtime/service_report.h"

#include <utility>

#include "base/strings.h"

namespace citylayers::runtime {

void ServiceReport::Update(const absl::Status& ready, absl::Duration since_start) {
  std::string status = ready.ok() ? "serving" : StrCat("not ready: ", ToStd(ready.message()));
  if (!has_started_ && (ready.ok() || since_start >= patience_)) {
    has_started_ = true;
    manager_.Ready(status);
  } else if (status != status_) {
    manager_.Status(status);
  }
  status_ = std::move(status);
}

}  // namespace citylayers::runtime
