#include "services/runtime/rpc/stream_ends.h"

#include <algorithm>
#include <vector>

#include <gmock/gmock.h>
#include <google/rpc/error_details.pb.h>
#include <gtest/gtest.h>

#include "services/runtime/rpc/error_details.h"
#include "services/runtime/rpc/grpc_status.h"

namespace citylayers::runtime {
namespace {

using ::testing::HasSubstr;

absl::Duration RetryOf(const absl::Status& status) {
  google::rpc::RetryInfo info;
  const auto payload = status.GetPayload("type.googleapis.com/google.rpc.RetryInfo");
  EXPECT_TRUE(payload.has_value() && info.ParseFromString(std::string(*payload)));
  return absl::Seconds(info.retry_delay().seconds()) +
         absl::Nanoseconds(info.retry_delay().nanos());
}

TEST(StreamEnds, TenThousandPhonesDoNotReturnAtOnce) {
  Metrics metrics;
  StreamEnds ends({.age_max = absl::Minutes(30)}, metrics);
  const absl::Time now = absl::FromUnixSeconds(1'000'000);
  std::vector<int> per_second(6 * 60);
  for (int phone = 0; phone < 10'000; ++phone) {
    const absl::Duration age = ends.EndOf(now) - now;
    ASSERT_GE(age, absl::Minutes(33)) << "after the GOAWAY of its connection";
    ASSERT_LT(age, absl::Minutes(39));
    ++per_second[static_cast<std::size_t>(absl::ToInt64Seconds(age - absl::Minutes(33)))];
  }
  EXPECT_LE(*std::max_element(per_second.begin(), per_second.end()), 33) << "28 on average";
  EXPECT_GE(*std::min_element(per_second.begin(), per_second.end()), 23);
}

TEST(StreamEnds, WithoutAnAgeStreamsLast) {
  Metrics metrics;
  StreamEnds ends({}, metrics);
  EXPECT_EQ(ends.EndOf(absl::FromUnixSeconds(1)), absl::InfiniteFuture());
}

TEST(StreamEnds, ClientsOfAServerThatStopsReturnOverTheSpread) {
  Metrics metrics;
  StreamEnds ends({.return_spread = absl::Seconds(10)}, metrics);
  absl::Duration least = absl::InfiniteDuration(), most;
  for (int i = 0; i < 1000; ++i) {
    const absl::Status status = ends.Stopping();
    EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
    EXPECT_EQ(ReasonOf(status), kReasonStopping);
    least = std::min(least, RetryOf(status));
    most = std::max(most, RetryOf(status));
  }
  EXPECT_LT(least, absl::Milliseconds(100));
  EXPECT_GT(most, absl::Milliseconds(9'900));
  EXPECT_LE(most, absl::Seconds(10));
}

TEST(StreamEnds, AgedStreamsReturnSoonAndAreCounted) {
  Metrics metrics;
  StreamEnds ends({.age_max = absl::Minutes(30)}, metrics);
  for (int i = 0; i < 100; ++i) EXPECT_LE(RetryOf(ends.Aged()), absl::Seconds(1));
  EXPECT_THAT(metrics.Serialize(), HasSubstr("citylayers_rpc_streams_aged_total 100"));
  EXPECT_TRUE(IsStreamAge(ToGrpcStatus(ends.Aged())));
  EXPECT_FALSE(IsStreamAge(ToGrpcStatus(ends.Stopping())));
  EXPECT_FALSE(IsStreamAge(grpc::Status(grpc::StatusCode::UNAVAILABLE, "STREAM_AGE")));
}

}  // namespace
}  // namespace citylayers::runtime
