#include <cmath>
#include <limits>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "base/strings.h"
#include "proto/support/proto_time.h"
#include "services/readings/city_clock_state.h"

namespace citylayers::readings {
namespace {

using common::v1::SetClockRequest;

const absl::Time kWall = absl::FromUnixSeconds(1'800'000'000);
const absl::Time kTide = absl::FromUnixSeconds(1'665'000'000);  // October 2022
constexpr absl::Time kNothing = absl::InfinitePast();

SetClockRequest Replay(absl::Time city_time, double speed, const std::string& driver = "a") {
  SetClockRequest request;
  request.set_mode(common::v1::CLOCK_MODE_REPLAY);
  *request.mutable_city_time() = ToProtoTime(city_time);
  request.set_speed(speed);
  request.set_scenario("tide");
  request.set_driver_id(driver);
  return request;
}

SetClockRequest Wall(const std::string& driver = "") {
  SetClockRequest request;
  request.set_mode(common::v1::CLOCK_MODE_WALL);
  request.set_driver_id(driver);
  return request;
}

TEST(CityClockTest, TheWallClockIsTheMachines) {
  const CityClockState clock;
  EXPECT_EQ(clock.Now(kWall), kWall);
  EXPECT_EQ(clock.ToProto(kWall).mode(), common::v1::CLOCK_MODE_WALL);
  EXPECT_EQ(clock.ToProto(kWall).speed(), 1);
}

// wall   0 s  1 s  2 s  3 s  4 s  5 s  6 s ...      city seconds at speed 60
// city     0   60  120  180  240  300  300 ...      held from 5 s on
TEST(CityClockTest, AReplayRunsAndHoldsWhenItsDriverIsSilent) {
  CityClockState clock;
  ASSERT_TRUE(clock.Set(Replay(kTide, 60), kWall, kNothing).ok());
  EXPECT_EQ(clock.Now(kWall), kTide);
  EXPECT_EQ(clock.Now(kWall + absl::Seconds(3)), kTide + absl::Seconds(180));
  EXPECT_FALSE(clock.ToProto(kWall + absl::Seconds(3)).held());
  EXPECT_EQ(clock.Now(kWall + absl::Seconds(5)), kTide + absl::Seconds(300));
  EXPECT_EQ(clock.Now(kWall + absl::Hours(5)), kTide + absl::Seconds(300));
  const common::v1::CityClock held = clock.ToProto(kWall + absl::Hours(5));
  EXPECT_TRUE(held.held());
  EXPECT_EQ(FromProtoTime(held.hold_time()), kTide + absl::Seconds(300));
  ASSERT_TRUE(
      clock.Set(Replay(kTide + absl::Seconds(301), 60), kWall + absl::Hours(5), kNothing).ok());
  EXPECT_EQ(clock.Now(kWall + absl::Hours(5) + absl::Seconds(1)), kTide + absl::Seconds(361));
}

TEST(CityClockTest, ADriverThatIsALittleBehindDoesNotTurnTheClockBack) {
  CityClockState clock;
  ASSERT_TRUE(clock.Set(Replay(kTide, 60), kWall, kNothing).ok());
  // Its call took 20 ms longer than the one before: 1.2 city seconds.
  const absl::Time arrival = kWall + absl::Milliseconds(1020);
  ASSERT_TRUE(clock.Set(Replay(kTide + absl::Seconds(60), 60), arrival, kNothing).ok());
  EXPECT_EQ(clock.Now(arrival), kTide + absl::Milliseconds(61200));
  // The driver was stopped for an hour and continues from its own time.
  ASSERT_TRUE(
      clock.Set(Replay(kTide + absl::Seconds(120), 60), arrival + absl::Hours(1), kNothing).ok());
  EXPECT_EQ(clock.Now(arrival + absl::Hours(1)), kTide + absl::Milliseconds(361200));
}

TEST(CityClockTest, CityTimeNeverRunsBackwards) {
  CityClockState clock;
  ASSERT_TRUE(clock.Set(Replay(kTide, 60), kWall, kNothing).ok());
  const absl::Time later = kWall + absl::Minutes(1);
  const absl::Status over = clock.Set(Replay(kTide - absl::Hours(1), 60), later, kNothing);
  EXPECT_EQ(over.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(over.ToString(), testing::HasSubstr("advance the scenario's date"));
  EXPECT_EQ(clock.Now(later), kTide + absl::Seconds(300)) << "nothing changed";
  // On the wall clock city time has reached at least that of the readings.
  CityClockState wall;
  EXPECT_EQ(wall.Set(Replay(kTide, 60), kWall, kTide + absl::Seconds(1)).code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(wall.Set(Replay(kTide, 60), kWall, kTide).ok());
}

//   readings      wall   + 31 days          2222
//   ....|..........|........|.................|      ok up to + 31 days
TEST(CityClockTest, AMistypedYearIsRefusedInACityWithReadings) {
  const absl::Time typo = kWall + absl::Hours(24 * 365 * 200);
  CityClockState clock;
  const absl::Status far = clock.Set(Replay(typo, 60), kWall, kTide);
  EXPECT_EQ(far.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(far.ToString(), testing::HasSubstr("check the year"));
  EXPECT_FALSE(clock.IsReplay()) << "nothing changed";
  const absl::Duration ahead_max = ClockLimits().ahead_max;
  EXPECT_FALSE(clock.Set(Replay(kWall + ahead_max + absl::Seconds(1), 60), kWall, kTide).ok());
  EXPECT_TRUE(clock.Set(Replay(kWall + ahead_max, 60), kWall, kTide).ok());
  CityClockState empty;
  EXPECT_TRUE(empty.Set(Replay(typo, 60), kWall, kNothing).ok()) << "nothing to lose";
}

// Ten hours of each day at speed 3600: it runs for 10 s and jumps by 14 hours, any number of times.
TEST(CityClockTest, AReplayThatLoopsGoesOnAsFarAsItLikes) {
  CityClockState clock;
  absl::Time machine = kWall;
  absl::Time day = kWall + absl::Hours(24);
  for (int loop = 0; loop < 200; ++loop, day += absl::Hours(24)) {
    for (int hour = 0; hour < 10; ++hour, machine += absl::Seconds(1)) {
      const absl::Status set = clock.Set(Replay(day + absl::Hours(hour), 3600), machine, kTide);
      ASSERT_TRUE(set.ok()) << "loop " << loop << ": " << set;
    }
  }
}

TEST(CityClockTest, CallsDoNotWalkTheClockAwayStepByStep) {
  for (const bool new_drivers : {false, true}) {
    CityClockState clock;
    absl::Time city = kWall;
    absl::Time machine = kWall;
    absl::Time latest = kTide;
    for (int call = 0; call < 10'000; ++call, machine += absl::Milliseconds(1)) {
      SetClockRequest request =
          Replay(city + absl::Hours(24 * 30), 3600, new_drivers ? StrCat("d", call) : "d");
      request.mutable_hold_after()->set_nanos(1'000'000);
      if (!clock.Set(request, machine, latest).ok()) continue;
      city = clock.Now(machine);
      latest = city + absl::Minutes(5);  // And a reading as far ahead as is accepted.
    }
    // 10 s at speed 3600 run ten hours, which allow ten days of jumps, in addition
    // to the first 31 days.
    EXPECT_LT(city - kWall, absl::Hours(24 * 45)) << new_drivers;
  }
}

TEST(CityClockTest, NeitherARestartNorTheWallGivesJumpsBack) {
  CityClockState clock;
  const absl::Time ahead = kWall + absl::Hours(24 * 31);
  ASSERT_TRUE(clock.Set(Replay(ahead, 1), kWall, kTide).ok());
  auto restored = CityClockState::Restore(clock.Encode(), kWall + absl::Seconds(1));
  ASSERT_TRUE(restored.ok());
  const absl::Status further =
      restored->Set(Replay(ahead + absl::Hours(1), 1), kWall + absl::Seconds(1), ahead);
  EXPECT_EQ(further.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(further.ToString(), testing::HasSubstr("after the jumps of earlier calls"));
  SetClockRequest back = Wall();
  back.set_force(true);
  ASSERT_TRUE(restored->Set(back, kWall + absl::Seconds(2), ahead).ok());
  EXPECT_FALSE(
      restored->Set(Replay(ahead + absl::Hours(1), 1), kWall + absl::Seconds(3), ahead).ok());
  EXPECT_TRUE(restored->Set(Replay(ahead + absl::Hours(1), 1), kWall + absl::Hours(2), ahead).ok())
      << "two hours on the wall clock allow two days";
}

TEST(CityClockTest, OnlyItsDriverOrForceTakesTheClockFromARunningReplay) {
  CityClockState clock;
  ASSERT_TRUE(clock.Set(Replay(kTide, 60, "first"), kWall, kNothing).ok());
  const absl::Time soon = kWall + absl::Seconds(1);
  SetClockRequest stranger = Wall();
  for (const char* id : {"", "second"}) {
    stranger.set_driver_id(id);
    const absl::Status refused = clock.Set(stranger, soon, kNothing);
    EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition) << id;
    EXPECT_THAT(refused.ToString(), testing::HasSubstr("driven by another replay"));
    EXPECT_THAT(refused.ToString(), testing::HasSubstr("LOCK_DRIVEN"));
  }
  EXPECT_TRUE(clock.IsReplay());
  CityClockState forced = clock;
  stranger.set_force(true);
  EXPECT_TRUE(forced.Set(stranger, soon, kNothing).ok());
  EXPECT_FALSE(forced.IsReplay());
  CityClockState released = clock;
  stranger.set_force(false);
  stranger.set_driver_id("first");
  EXPECT_TRUE(released.Set(stranger, soon, kNothing).ok());
  CityClockState silent = clock;
  EXPECT_TRUE(silent.Set(Wall(), kWall + absl::Seconds(5), kNothing).ok()) << "it has no driver";
}

TEST(CityClockTest, ForceComesBackToTheWallFromAnyTime) {
  CityClockState clock;
  const absl::Time far = absl::FromUnixSeconds(39'600'000'000);  // the year 3224
  ASSERT_TRUE(clock.Set(Replay(far, 3600), kWall, kNothing).ok());
  const absl::Time later = kWall + absl::Hours(1);
  EXPECT_FALSE(clock.Set(Wall(), later, far).ok());
  SetClockRequest back = Wall();
  back.set_force(true);
  ASSERT_TRUE(clock.Set(back, later, far).ok());
  EXPECT_EQ(clock.Now(later), later);
  EXPECT_EQ(clock.Now(later + absl::Hours(1)), later + absl::Hours(1)) << "and it runs";
  auto restored = CityClockState::Restore(clock.Encode(), later);
  ASSERT_TRUE(restored.ok());
  EXPECT_EQ(restored->Now(later), later);
}

// A stored state from before jumps were counted.
TEST(CityClockTest, AStateOfTheFormatBeforeIsRead) {
  CityClockState clock;
  ASSERT_TRUE(clock.Set(Replay(kTide, 60), kWall, kNothing).ok());
  std::string kept = clock.Encode();
  kept[0] = 1;
  kept.pop_back();  // no jumps: one byte
  const auto restored = CityClockState::Restore(kept, kWall);
  ASSERT_TRUE(restored.ok()) << restored.status();
  EXPECT_EQ(restored->Now(kWall), kTide);
}

TEST(CityClockTest, TheWallIsTakenWhenItIsNotBehindTheCity) {
  CityClockState past;
  ASSERT_TRUE(past.Set(Replay(kTide, 60), kWall, kNothing).ok());
  EXPECT_TRUE(past.Set(Wall("a"), kWall + absl::Seconds(1), kNothing).ok());
  EXPECT_FALSE(past.IsReplay());
  // The time that the replay reached still counts.
  EXPECT_EQ(past.Set(Replay(kTide, 60), kWall + absl::Seconds(2), kNothing).code(),
            absl::StatusCode::kFailedPrecondition);

  CityClockState future;
  ASSERT_TRUE(future.Set(Replay(kWall + absl::Hours(24), 60), kWall, kNothing).ok());
  const absl::Status back = future.Set(Wall("a"), kWall + absl::Seconds(1), kNothing);
  EXPECT_EQ(back.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(back.ToString(), testing::HasSubstr("another data directory"));
  EXPECT_TRUE(future.Set(Wall(), kWall + absl::Hours(25), kNothing).ok());
}

TEST(CityClockTest, ASecondDriverIsRefusedWhileTheFirstIsHeardOf) {
  CityClockState clock;
  ASSERT_TRUE(clock.Set(Replay(kTide, 60, "first"), kWall, kNothing).ok());
  const SetClockRequest second = Replay(kTide + absl::Hours(1), 60, "second");
  EXPECT_EQ(clock.Set(second, kWall + absl::Seconds(4), kNothing).code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(clock.Set(second, kWall + absl::Seconds(5), kNothing).ok());
}

TEST(CityClockTest, BadRequestsAreNamedByField) {
  CityClockState clock;
  std::vector<std::pair<SetClockRequest, std::string>> bad;
  bad.emplace_back(SetClockRequest(), "mode");
  bad.emplace_back(Replay(kTide, 60), "city_time");
  bad.back().first.clear_city_time();
  bad.emplace_back(Replay(kTide, 60), "city_time");
  bad.back().first.mutable_city_time()->set_seconds(std::numeric_limits<std::int64_t>::max());
  for (const double speed : {0.0, -1.0, 3601.0, std::nan(""), 1e308}) {
    bad.emplace_back(Replay(kTide, speed), "speed");
  }
  for (const std::int64_t seconds :
       {std::int64_t{0}, std::int64_t{-1}, std::int64_t{61}, INT64_MAX}) {
    bad.emplace_back(Replay(kTide, 60), "hold_after");
    bad.back().first.mutable_hold_after()->set_seconds(seconds);
  }
  for (const auto& [request, field] : bad) {
    const absl::Status status = clock.Set(request, kWall, kNothing);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << request.ShortDebugString();
    EXPECT_THAT(status.ToString(), testing::HasSubstr(field));
  }
  EXPECT_FALSE(clock.IsReplay());
}

TEST(CityClockTest, AfterARestartItHoldsWhereItCanHaveBeenAtMost) {
  CityClockState clock;
  ASSERT_TRUE(clock.Set(Replay(kTide, 60), kWall, kNothing).ok());
  const std::string kept = clock.Encode();
  const auto soon = CityClockState::Restore(kept, kWall + absl::Seconds(2));
  ASSERT_TRUE(soon.ok());
  EXPECT_EQ(soon->Now(kWall + absl::Seconds(2)), kTide + absl::Seconds(120));
  EXPECT_EQ(soon->Now(kWall + absl::Hours(1)), kTide + absl::Seconds(120)) << "held";
  const auto late = CityClockState::Restore(kept, kWall + absl::Hours(2));
  ASSERT_TRUE(late.ok());
  EXPECT_EQ(late->Now(kWall + absl::Hours(3)), kTide + absl::Seconds(300));
  EXPECT_TRUE(late->ToProto(kWall + absl::Hours(3)).held());
  EXPECT_EQ(late->ToProto(kWall + absl::Hours(3)).scenario(), "tide");

  CityClockState back = *late;
  ASSERT_TRUE(
      back.Set(Replay(kTide + absl::Seconds(330), 60, "b"), kWall + absl::Hours(3), kNothing).ok());
  EXPECT_TRUE(CityClockState::Restore(CityClockState().Encode(), kWall).ok());
}

// driver: sets kTide, is killed and restarted at most 300 city seconds later, sets kTide again.
TEST(CityClockTest, AfterARestartItsOwnDriverGoesOnFromWhereItWas) {
  CityClockState clock;
  ASSERT_TRUE(clock.Set(Replay(kTide, 60), kWall, kNothing).ok());
  const absl::Time later = kWall + absl::Seconds(20);
  for (const absl::Duration behind : {absl::ZeroDuration(), absl::Seconds(300)}) {
    auto restored = CityClockState::Restore(clock.Encode(), later);
    ASSERT_TRUE(restored.ok());
    const absl::Status set =
        restored->Set(Replay(kTide + absl::Seconds(300) - behind, 60), later, kNothing);
    EXPECT_TRUE(set.ok()) << set;
    EXPECT_EQ(restored->Now(later), kTide + absl::Seconds(300)) << "it waits for its driver";
  }
  auto restored = CityClockState::Restore(clock.Encode(), later);
  ASSERT_TRUE(restored.ok());
  EXPECT_FALSE(restored->Set(Replay(kTide - absl::Seconds(1), 60), later, kNothing).ok());
  EXPECT_FALSE(restored->Set(Replay(kTide, 60, "b"), later, kNothing).ok()) << "another driver";
}

TEST(CityClockTest, TheWallRemembersOverARestartHowFarAReplayGot) {
  CityClockState clock;
  ASSERT_TRUE(clock.Set(Replay(kTide, 60), kWall, kNothing).ok());
  ASSERT_TRUE(clock.Set(Wall("a"), kWall, kNothing).ok());
  auto restored = CityClockState::Restore(clock.Encode(), kWall);
  ASSERT_TRUE(restored.ok());
  EXPECT_FALSE(restored->Set(Replay(kTide - absl::Seconds(1), 60), kWall, kNothing).ok());
  EXPECT_TRUE(restored->Set(Replay(kTide, 60), kWall, kNothing).ok());
}

TEST(CityClockTest, DamagedBytesAreRefused) {
  CityClockState clock;
  ASSERT_TRUE(clock.Set(Replay(kTide, 60), kWall, kNothing).ok());
  const std::string kept = clock.Encode();
  for (std::size_t cut = 0; cut < kept.size(); ++cut) {
    EXPECT_EQ(CityClockState::Restore(kept.substr(0, cut), kWall).status().code(),
              absl::StatusCode::kDataLoss);
  }
}

}  // namespace
}  // namespace citylayers::readings
