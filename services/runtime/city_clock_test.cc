#include "services/runtime/city_clock.h"

#include <gtest/gtest.h>

#include "proto/support/proto_time.h"

namespace citylayers::runtime {
namespace {

class FakeClock final : public Clock {
 public:
  absl::Time Now() const override { return now; }
  absl::Time now = absl::FromUnixSeconds(1'000'000);
};

common::v1::CityClock Replay(std::int64_t city_s, double speed, std::int64_t hold_s) {
  common::v1::CityClock state;
  state.set_mode(common::v1::CLOCK_MODE_REPLAY);
  *state.mutable_city_time() = ToProtoTime(absl::FromUnixSeconds(city_s));
  *state.mutable_hold_time() = ToProtoTime(absl::FromUnixSeconds(hold_s));
  state.set_speed(speed);
  return state;
}

TEST(CityClock, IsTheMachinesClockUntilItIsTold) {
  FakeClock machine;
  const CityClock clock(machine);
  EXPECT_EQ(clock.Now(), machine.now);
  EXPECT_FALSE(clock.IsReplay());
}

TEST(CityClock, RunsAtTheReplaysSpeedAndHoldsWhenTheDriverIsSilent) {
  FakeClock machine;
  CityClock clock(machine);
  clock.Set(Replay(5000, 60, 5300));
  EXPECT_EQ(clock.Now(), absl::FromUnixSeconds(5000));
  machine.now += absl::Seconds(2);
  EXPECT_EQ(clock.Now(), absl::FromUnixSeconds(5120));
  machine.now += absl::Seconds(60);
  EXPECT_EQ(clock.Now(), absl::FromUnixSeconds(5300)) << "five wall seconds' worth and not more";
  EXPECT_TRUE(clock.IsReplay());
  clock.Set(Replay(5300, 60, 5600));
  machine.now += absl::Seconds(1);
  EXPECT_EQ(clock.Now(), absl::FromUnixSeconds(5360));
}

TEST(CityClock, FollowsAWallClockThatDiffersFromTheMachines) {
  FakeClock machine;
  CityClock clock(machine);
  common::v1::CityClock state;
  state.set_mode(common::v1::CLOCK_MODE_WALL);
  *state.mutable_city_time() = ToProtoTime(machine.now + absl::Seconds(30));
  clock.Set(state);
  machine.now += absl::Seconds(10);
  EXPECT_EQ(clock.Now(), machine.now + absl::Seconds(30));
}

TEST(ProtoTime, KeepsNanosecondsOnBothSidesOf1970) {
  for (const absl::Time time :
       {absl::FromUnixNanos(1'700'000'000'123'456'789), absl::FromUnixNanos(-1),
        absl::FromUnixNanos(-1'500'000'000), absl::UnixEpoch()}) {
    EXPECT_EQ(FromProtoTime(ToProtoTime(time)), time);
    EXPECT_GE(ToProtoTime(time).nanos(), 0);
  }
}

}  // namespace
}  // namespace citylayers::runtime
