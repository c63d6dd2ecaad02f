#include "citylayers/client/call_error.h"

#include <google/rpc/error_details.pb.h>
#include <gtest/gtest.h>

namespace citylayers::client {
namespace {

// A status as the server sends it, with generated messages: the client reads them by field number.
template <typename... Details>
grpc::Status Status(grpc::StatusCode code, const Details&... details) {
  google::rpc::Status status;
  status.set_code(code);
  status.set_message("why");
  (status.add_details()->PackFrom(details), ...);
  return {code, "why", status.SerializeAsString()};
}

google::rpc::ErrorInfo Info(const std::string& reason) {
  google::rpc::ErrorInfo info;
  info.set_reason(reason);
  info.set_domain("citylayers");
  (*info.mutable_metadata())["reason"] = "of another field";
  return info;
}

google::rpc::RetryInfo Retry(std::int64_t seconds, std::int32_t nanos) {
  google::rpc::RetryInfo retry;
  retry.mutable_retry_delay()->set_seconds(seconds);
  retry.mutable_retry_delay()->set_nanos(nanos);
  return retry;
}

TEST(CallError, OkStaysOk) { EXPECT_TRUE(ToStatus(grpc::Status::OK).ok()); }

TEST(CallError, HasCodeMessageAndEveryDetail) {
  const absl::Status error = ToStatus(
      Status(grpc::StatusCode::RESOURCE_EXHAUSTED, Info("OVERLOADED"), Retry(2, 500'000'000)));
  EXPECT_EQ(error.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(error.message(), "why");
  EXPECT_EQ(ErrorReason(error), "OVERLOADED");
  EXPECT_EQ(RetryDelay(error), absl::Milliseconds(2500));
}

TEST(CallError, WithoutDetailsHasNeitherReasonNorDelay) {
  const absl::Status error = ToStatus({grpc::StatusCode::NOT_FOUND, "no such layer"});
  EXPECT_EQ(ErrorReason(error), "");
  EXPECT_EQ(RetryDelay(error), absl::ZeroDuration());
}

TEST(CallError, DropsDetailsThatDoNotParse) {
  const absl::Status error = ToStatus({grpc::StatusCode::UNAVAILABLE, "why", "\xff\xff\xff"});
  EXPECT_EQ(error, absl::UnavailableError("why"));
}

TEST(CallError, ADelayInThePastIsNone) {
  EXPECT_EQ(RetryDelay(ToStatus(Status(grpc::StatusCode::UNAVAILABLE, Retry(-5, 0)))),
            absl::ZeroDuration());
}

TEST(CallError, TransientErrorsAreThoseThatMayPass) {
  const auto transient = [](const grpc::Status& status) { return IsTransient(ToStatus(status)); };
  EXPECT_TRUE(transient({grpc::StatusCode::UNAVAILABLE, ""}));
  EXPECT_TRUE(
      transient(Status(grpc::StatusCode::RESOURCE_EXHAUSTED, Info("OVERLOADED"), Retry(1, 0))));
  EXPECT_FALSE(transient(Status(grpc::StatusCode::RESOURCE_EXHAUSTED, Info("BATCH_TOO_LARGE"))));
  EXPECT_FALSE(transient({grpc::StatusCode::DEADLINE_EXCEEDED, ""}));
  EXPECT_FALSE(transient({grpc::StatusCode::INVALID_ARGUMENT, ""}));
  EXPECT_FALSE(transient(grpc::Status::OK));
}

}  // namespace
}  // namespace citylayers::client
