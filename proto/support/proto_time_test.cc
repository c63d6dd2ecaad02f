#include "proto/support/proto_time.h"

#include <gtest/gtest.h>

namespace citylayers {
namespace {

TEST(ProtoTime, GoesThereAndBack) {
  for (const absl::Time time :
       {absl::UnixEpoch(), absl::FromUnixSeconds(1'700'000'000) + absl::Nanoseconds(999'999'999),
        absl::UnixEpoch() - absl::Nanoseconds(1),
        absl::FromUnixSeconds(39'636'000'000) + absl::Nanoseconds(1)}) {
    EXPECT_EQ(FromProtoTime(ToProtoTime(time)), time) << time;
  }
}

TEST(ProtoTime, NanosCountForwardAlsoBeforeTheEpoch) {
  const google::protobuf::Timestamp proto = ToProtoTime(absl::UnixEpoch() - absl::Nanoseconds(1));
  EXPECT_EQ(proto.seconds(), -1);
  EXPECT_EQ(proto.nanos(), 999'999'999);
}

TEST(ProtoTime, InfiniteTimesAreLeftOut) {
  google::protobuf::Timestamp proto;
  SetTime(absl::InfiniteFuture(), [&] { return &proto; });
  EXPECT_EQ(proto.seconds(), 0);
  SetTime(absl::FromUnixSeconds(5), [&] { return &proto; });
  EXPECT_EQ(proto.seconds(), 5);
}

}  // namespace
}  // namespace citylayers
