#include "services/runtime/rpc/limit_error.h"

#include <gtest/gtest.h>

#include "base/strings.h"
#include "services/runtime/rpc/grpc_status.h"

namespace citylayers::runtime {
namespace {

TEST(LimitError, NamesTheLimitItsHolderAndTheTimeToWait) {
  const absl::Status status = LimitError(
      {.kind = access::LimitKind::kReadings, .limit = 10'000'000, .wait = absl::Milliseconds(2500)},
      "abcdefghijkl");
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(ToStd(status.message()),
            "the API key abcdefghijkl: the limit is 10000000 written readings per second; "
            "try again in 2.50 s");
}

TEST(LimitError, WithoutAKeyItNamesTheAddress) {
  const absl::Status status =
      LimitError({.kind = access::LimitKind::kCalls, .limit = 0.5, .wait = absl::Seconds(2)}, "");
  EXPECT_EQ(ToStd(status.message()),
            "callers without an API key at one address: the limit is 0.5 calls per second; "
            "try again in 2.00 s");
}

TEST(LimitError, HasAReasonAndTheTimeForPrograms) {
  const absl::Status status = LimitError(
      {.kind = access::LimitKind::kStreams, .limit = 3, .wait = absl::Milliseconds(1500)}, "a");
  const grpc::Status sent = ToGrpcStatus(status);
  EXPECT_EQ(RetryDelayOf(sent), absl::Milliseconds(1500));
  EXPECT_NE(sent.error_details().find("LIMIT_EXCEEDED"), std::string::npos);
}

TEST(LimitError, OtherErrorsHaveNoTime) {
  EXPECT_EQ(RetryDelayOf(ToGrpcStatus(absl::NotFoundError("x"))), absl::ZeroDuration());
}

}  // namespace
}  // namespace citylayers::runtime
