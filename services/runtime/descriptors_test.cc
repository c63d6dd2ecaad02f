#include "services/runtime/descriptors.h"

#include "gtest/gtest.h"
#include <sys/resource.h>

namespace citylayers::runtime {
namespace {

TEST(Descriptors, TheSoftLimitIsRaisedAndNeverLowered) {
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit low = before;
  low.rlim_cur = 64;
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &low), 0);
  const auto hard = static_cast<std::int64_t>(before.rlim_max);
  EXPECT_EQ(RaiseDescriptorLimit(128), std::min<std::int64_t>(128, hard));
  EXPECT_EQ(RaiseDescriptorLimit(32), std::min<std::int64_t>(128, hard)) << "it is not lowered";
  rlimit now{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &now), 0);
  EXPECT_EQ(now.rlim_cur, static_cast<rlim_t>(std::min<std::int64_t>(128, hard)));
  setrlimit(RLIMIT_NOFILE, &before);
}

TEST(Descriptors, AReserveIsKeptFromConnections) {
  EXPECT_EQ(ConnectionDescriptorsEnd(65536, 256), 65280);
  EXPECT_EQ(ConnectionDescriptorsEnd(1024, 256), 768);
  EXPECT_EQ(ConnectionDescriptorsEnd(256, 256), 128) << "half is for connections";
}

}  // namespace
}  // namespace citylayers::runtime
