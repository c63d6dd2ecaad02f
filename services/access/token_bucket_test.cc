#include "services/access/token_bucket.h"

#include <gtest/gtest.h>

namespace citylayers::access {
namespace {

const absl::Time kStart = absl::FromUnixSeconds(1000);

TEST(TokenBucket, WithoutALimitEverythingIsAdmitted) {
  TokenBucket bucket;
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(bucket.Take(1e9, kStart), absl::ZeroDuration());
}

//   s    0   0.5   1
//   10  ▇▇▇ ▁▁▁▁ ▅▅▅    ten at once, then one each 100 ms
TEST(TokenBucket, AnIdleCallerMaySendOneSecondsWorthAtOnce) {
  TokenBucket bucket(10);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(bucket.Take(1, kStart), absl::ZeroDuration()) << i;
  EXPECT_EQ(bucket.Take(1, kStart), absl::Milliseconds(100));
  EXPECT_EQ(bucket.Take(1, kStart + absl::Milliseconds(50)), absl::Milliseconds(50));
  EXPECT_EQ(bucket.Take(1, kStart + absl::Milliseconds(100)), absl::ZeroDuration());
  EXPECT_GT(bucket.Take(1, kStart + absl::Milliseconds(100)), absl::ZeroDuration());
}

TEST(TokenBucket, OverALongTimeTheRateHolds) {
  TokenBucket bucket(10);
  int admitted = 0;
  for (int ms = 0; ms < 60'000; ms += 7) {
    if (bucket.Take(1, kStart + absl::Milliseconds(ms)) == absl::ZeroDuration()) ++admitted;
  }
  EXPECT_GE(admitted, 600);
  EXPECT_LE(admitted, 610);
}

TEST(TokenBucket, ABatchLargerThanTheRateIsAdmittedAndFollowedByAPause) {
  TokenBucket bucket(1000);
  EXPECT_EQ(bucket.Take(5000, kStart), absl::ZeroDuration());
  EXPECT_EQ(bucket.Take(1000, kStart), absl::Seconds(5));
  EXPECT_EQ(bucket.Take(1000, kStart + absl::Seconds(5)), absl::ZeroDuration());
}

TEST(TokenBucket, AClockThatGoesBackGivesNothing) {
  TokenBucket bucket(1);
  EXPECT_EQ(bucket.Take(1, kStart), absl::ZeroDuration());
  EXPECT_GT(bucket.Take(1, kStart - absl::Hours(1)), absl::ZeroDuration());
  EXPECT_GT(bucket.Take(1, kStart), absl::ZeroDuration());
}

}  // namespace
}  // namespace citylayers::access
