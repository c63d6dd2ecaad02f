#include "services/runtime/rpc/status_bounds.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/status/status.h"

#include "services/runtime/rpc/header_text.h"

namespace citylayers::runtime {
namespace {

constexpr std::size_t kMessageBytesMax = 1000;     // encoded
constexpr std::size_t kDescriptionBytesMax = 300;  // of one field's violation
constexpr std::size_t kFieldBytesMax = 100;
constexpr int kViolationsMax = 2;
// Base64 encodes three bytes as four.
constexpr std::size_t kDetailsBytesMax = (kStatusBytesMax - kMessageBytesMax) / 4 * 3 - 3;

bool HasErrorInfo(const google::rpc::Status& details) {
  return std::any_of(details.details().begin(), details.details().end(),
                     [](const auto& any) { return any.template Is<google::rpc::ErrorInfo>(); });
}

// Descriptions quote the caller's input; the first few are enough.
void ShortenViolations(google::protobuf::Any& any) {
  google::rpc::BadRequest bad;
  if (!any.Is<google::rpc::BadRequest>() || !any.UnpackTo(&bad)) return;
  auto& violations = *bad.mutable_field_violations();
  if (violations.size() > kViolationsMax) {
    violations.DeleteSubrange(kViolationsMax, violations.size() - kViolationsMax);
  }
  for (auto& violation : violations) {
    violation.set_field(FitHeader(violation.field(), kFieldBytesMax));
    violation.set_description(FitHeader(violation.description(), kDescriptionBytesMax));
  }
  any.PackFrom(bad);
}

}  // namespace

grpc::Status BoundedStatus(grpc::StatusCode code, std::string_view text,
                           google::rpc::Status details) {
  const std::string message = FitHeader(text, kMessageBytesMax);
  if (!HasErrorInfo(details)) {
    google::rpc::ErrorInfo info;
    info.set_reason(absl::StatusCodeToString(static_cast<absl::StatusCode>(code)));
    info.set_domain("citylayers");
    details.add_details()->PackFrom(info);
  }
  details.set_code(static_cast<int>(code));
  details.set_message(message);
  if (details.ByteSizeLong() <= kDetailsBytesMax) {
    return grpc::Status(code, message, details.SerializeAsString());
  }
  for (auto& any : *details.mutable_details()) ShortenViolations(any);
  while (details.ByteSizeLong() > kDetailsBytesMax && details.details_size() > 0) {
    auto largest = std::max_element(
        details.mutable_details()->begin(), details.mutable_details()->end(),
        [](const auto& a, const auto& b) { return a.ByteSizeLong() < b.ByteSizeLong(); });
    details.mutable_details()->erase(largest);
  }
  return grpc::Status(code, message, details.SerializeAsString());
}

grpc::Status Normalized(const grpc::Status& status) {
  if (status.ok()) return status;
  google::rpc::Status details;
  if (!details.ParseFromString(status.error_details())) details.Clear();
  if (status.error_code() == grpc::StatusCode::UNAVAILABLE && details.details().empty()) {
    // Set by the gRPC library: the server does not answer. The client may retry.
    google::rpc::RetryInfo retry;
    retry.mutable_retry_delay()->set_seconds(1);
    details.add_details()->PackFrom(retry);
  }
  const bool known = status.error_code() >= grpc::StatusCode::OK &&
                     status.error_code() <= grpc::StatusCode::UNAUTHENTICATED;
  return BoundedStatus(known ? status.error_code() : grpc::StatusCode::UNKNOWN,
                       status.error_message(), std::move(details));
}

}  // namespace citylayers::runtime
