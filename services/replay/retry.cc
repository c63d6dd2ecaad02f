#include "services/replay/retry.h"

#include "services/replay/error_reason.h"
#include "services/runtime/error_details.h"

namespace citylayers::replay {

bool IsPassing(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kAborted:
    case absl::StatusCode::kCancelled:  // the server is shutting down
      return true;
    case absl::StatusCode::kResourceExhausted:
      return ErrorReason(status) != runtime::kReasonBatchTooLarge;
    default:
      return false;
  }
}

}  // namespace citylayers::replay
