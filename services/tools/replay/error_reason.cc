#include "services/tools/replay/error_reason.h"

#include "absl/strings/cord.h"
#include "absl/strings/match.h"
#include <google/rpc/error_details.pb.h>

namespace citylayers::replay {

std::string ErrorReason(const absl::Status& status) {
  std::string reason;
  status.ForEachPayload([&reason](absl::string_view url, const absl::Cord& payload) {
    google::rpc::ErrorInfo info;
    if (absl::EndsWith(url, "/google.rpc.ErrorInfo") && info.ParseFromString(std::string(payload)))
      reason = info.reason();
  });
  return reason;
}

}  // namespace citylayers::replay
