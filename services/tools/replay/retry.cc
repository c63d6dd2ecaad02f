#include "services/tools/replay/retry.h"

#include "services/runtime/rpc/error_details.h"
#include "services/tools/replay/error_reason.h"

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
