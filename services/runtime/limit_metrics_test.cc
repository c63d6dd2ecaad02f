#include "services/runtime/limit_metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace citylayers::runtime {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(LimitMetrics, HaveWhatIsHeldAndRefusedButNoKeys) {
  access::CallerLimits limits({.keys = {.calls_per_s = 1}, .anonymous = {.streams_max = 1}});
  const access::Principal holder = {
      .name = "gauge", .key_id = "abcdefgh2345", .secret_hash = {}, .scopes = {}};
  const auto account = limits.AccountOf(holder, "10.0.0.1");
  (void)limits.AccountOf({}, "10.0.0.1");
  for (int i = 0; i < 4; ++i) (void)account->TakeCall(absl::UnixEpoch());
  Metrics metrics;
  ShowLimits(limits, metrics);
  ShowLimits(limits, metrics);
  const std::string text = metrics.Serialize();
  EXPECT_THAT(text, HasSubstr("citylayers_limit_accounts{of=\"keys\"} 1"));
  EXPECT_THAT(text, HasSubstr("citylayers_limit_accounts{of=\"addresses\"} 1"));
  EXPECT_THAT(text, HasSubstr("citylayers_limit_refused_total{limit=\"calls\"} 3"));
  EXPECT_THAT(text, HasSubstr("citylayers_limit_refused_total{limit=\"failures\"} 0"));
  EXPECT_THAT(text, Not(HasSubstr("abcdefgh2345")));
}

}  // namespace
}  // namespace citylayers::runtime
