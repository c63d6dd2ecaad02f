#include "services/runtime/rpc/error_details.h"

#include <string>

#include "absl/strings/cord.h"
#include <google/rpc/error_details.pb.h>

#include "base/strings.h"
#include "services/runtime/rpc/header_text.h"

namespace citylayers::runtime {
namespace {

constexpr std::size_t kFieldBytesMax = 100;
constexpr std::size_t kDescriptionBytesMax = 1100;

template <typename Message>
void Attach(absl::Status& status, const Message& message) {
  status.SetPayload(StrCat("type.googleapis.com/", message.GetTypeName()),
                    absl::Cord(message.SerializeAsString()));
}

// A description quotes input and appears both in the message and in the details. A long one is
// shortened between characters, so that the size of an answer does not grow with a bad request.
std::string Shortened(std::string_view text) {
  constexpr std::size_t kKeptBytes = 500;
  if (text.size() <= 2 * kKeptBytes) return std::string(text);
  std::size_t head = kKeptBytes;
  while (head > 0 && (static_cast<unsigned char>(text[head]) & 0xC0) == 0x80) --head;
  std::size_t tail = text.size() - kKeptBytes;
  while (tail < text.size() && (static_cast<unsigned char>(text[tail]) & 0xC0) == 0x80) ++tail;
  return StrCat(text.substr(0, head), " … ", tail - head, " bytes … ", text.substr(tail));
}

}  // namespace

absl::Status WithReason(absl::Status status, std::string_view reason) {
  google::rpc::ErrorInfo info;
  info.set_reason(std::string(reason));
  info.set_domain("citylayers");
  Attach(status, info);
  return status;
}

std::string ReasonOf(const absl::Status& status) {
  google::rpc::ErrorInfo info;
  const auto payload = status.GetPayload(StrCat("type.googleapis.com/", info.GetTypeName()));
  if (!payload.has_value() || !info.ParseFromString(std::string(*payload))) return "";
  return info.reason();
}

absl::Status BadField(std::string_view field, std::string_view long_description) {
  const std::string description = Shortened(long_description);
  absl::Status status = absl::InvalidArgumentError(StrCat(field, ": ", description));
  google::rpc::BadRequest bad;
  auto* violation = bad.add_field_violations();
  // They may quote bytes sent by the caller, of any value and length.
  violation->set_field(FitHeader(field, kFieldBytesMax));
  violation->set_description(FitHeader(description, kDescriptionBytesMax));
  Attach(status, bad);
  return WithReason(std::move(status), kReasonBadField);
}

absl::Status WithRetryAfter(absl::Status status, absl::Duration delay) {
  google::rpc::RetryInfo info;
  const std::int64_t seconds = absl::IDivDuration(delay, absl::Seconds(1), &delay);
  info.mutable_retry_delay()->set_seconds(seconds);
  info.mutable_retry_delay()->set_nanos(static_cast<std::int32_t>(absl::ToInt64Nanoseconds(delay)));
  Attach(status, info);
  return status;
}

}  // namespace citylayers::runtime
