#include "citylayers/client/call_error.h"

#include <algorithm>

#include "absl/strings/cord.h"
#include <google/protobuf/any.pb.h>
#include <google/protobuf/duration.pb.h>
#include <google/protobuf/unknown_field_set.h>

namespace citylayers::client {
namespace {

// google.rpc messages are read by field number. Generated code of google/rpc would collide with the
// copy of another library in the same program, because protobuf accepts a file once per process.
constexpr char kErrorInfo[] = "type.googleapis.com/google.rpc.ErrorInfo";
constexpr char kRetryInfo[] = "type.googleapis.com/google.rpc.RetryInfo";
constexpr int kStatusDetails = 3;    // google.rpc.Status.details
constexpr int kErrorInfoReason = 1;  // google.rpc.ErrorInfo.reason
constexpr int kRetryInfoDelay = 1;   // google.rpc.RetryInfo.retry_delay

/// Calls on_field(bytes) for each field `number` of an encoded message.
template <typename OnField>
void ForEachField(const std::string& message, int number, OnField on_field) {
  google::protobuf::UnknownFieldSet fields;
  if (!fields.ParseFromString(message)) return;
  for (int i = 0; i < fields.field_count(); ++i) {
    const google::protobuf::UnknownField& field = fields.field(i);
    if (field.number() == number &&
        field.type() == google::protobuf::UnknownField::TYPE_LENGTH_DELIMITED) {
      on_field(field.length_delimited());
    }
  }
}

}  // namespace

absl::Status ToStatus(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  absl::Status result(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
  ForEachField(status.error_details(), kStatusDetails, [&result](const std::string& bytes) {
    google::protobuf::Any detail;
    if (detail.ParseFromString(bytes)) {
      result.SetPayload(detail.type_url(), absl::Cord(detail.value()));
    }
  });
  return result;
}

std::string ErrorReason(const absl::Status& status) {
  std::string reason;
  if (const auto payload = status.GetPayload(kErrorInfo); payload.has_value()) {
    ForEachField(std::string(*payload), kErrorInfoReason,
                 [&reason](const std::string& bytes) { reason = bytes; });
  }
  return reason;
}

absl::Duration RetryDelay(const absl::Status& status) {
  absl::Duration delay = absl::ZeroDuration();
  if (const auto payload = status.GetPayload(kRetryInfo); payload.has_value()) {
    ForEachField(std::string(*payload), kRetryInfoDelay, [&delay](const std::string& bytes) {
      google::protobuf::Duration duration;
      if (!duration.ParseFromString(bytes)) return;
      delay = absl::Seconds(duration.seconds()) + absl::Nanoseconds(duration.nanos());
    });
  }
  return std::max(delay, absl::ZeroDuration());
}

bool IsTransient(const absl::Status& status) {
  return absl::IsUnavailable(status) ||
         (absl::IsResourceExhausted(status) && status.GetPayload(kRetryInfo).has_value());
}

}  // namespace citylayers::client
