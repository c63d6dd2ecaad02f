#include "services/runtime/rpc/grpc_status.h"

#include <string>
#include <utility>

#include "absl/strings/cord.h"
#include <google/rpc/error_details.pb.h>

#include "base/strings.h"
#include "services/runtime/rpc/error_details.h"
#include "services/runtime/rpc/status_bounds.h"

namespace citylayers::runtime {

grpc::Status ToGrpcStatus(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  google::rpc::Status details;
  status.ForEachPayload([&details](absl::string_view url, const absl::Cord& payload) {
    auto* any = details.add_details();
    any->set_type_url(std::string(url));
    any->set_value(std::string(payload));
  });
  return BoundedStatus(static_cast<grpc::StatusCode>(status.code()), ToStd(status.message()),
                       std::move(details));
}

absl::Status FromGrpcStatus(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  absl::Status result(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
  google::rpc::Status details;
  if (details.ParseFromString(status.error_details())) {
    for (const auto& any : details.details())
      result.SetPayload(any.type_url(), absl::Cord(any.value()));
  }
  return result;
}

absl::Duration RetryDelayOf(const grpc::Status& status) {
  google::rpc::Status details;
  if (status.ok() || !details.ParseFromString(status.error_details())) return absl::ZeroDuration();
  for (const auto& any : details.details()) {
    google::rpc::RetryInfo info;
    if (any.Is<google::rpc::RetryInfo>() && any.UnpackTo(&info)) {
      return absl::Seconds(info.retry_delay().seconds()) +
             absl::Nanoseconds(info.retry_delay().nanos());
    }
  }
  return absl::ZeroDuration();
}

bool IsStreamAge(const grpc::Status& status) {
  return status.error_code() == grpc::StatusCode::UNAVAILABLE &&
         ReasonOf(FromGrpcStatus(status)) == kReasonStreamAge;
}

}  // namespace citylayers::runtime
