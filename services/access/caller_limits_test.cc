#include "services/access/caller_limits.h"

#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/strings.h"

namespace citylayers::access {
namespace {

const absl::Time kStart = absl::FromUnixSeconds(1000);

Principal Holder(const std::string& id, const KeyLimits& limits = {}) {
  return {.name = "holder", .key_id = id, .secret_hash = {}, .scopes = {}, .limits = limits};
}
Principal Anonymous() { return {.name = {}, .key_id = {}, .secret_hash = {}, .scopes = {}}; }
std::string Address(int i) { return StrCat("10.", i / 65536, ".", i / 256 % 256, ".", i % 256); }

TEST(CallerLimits, EachKeyHasItsOwnBucketWhateverItsAddress) {
  CallerLimits limits({.keys = {.calls_per_s = 2}});
  for (const char* address : {"10.0.0.1", "10.0.0.2"}) {
    EXPECT_EQ(limits.AccountOf(Holder("a"), address)->TakeCall(kStart), std::nullopt);
  }
  const auto refused = limits.AccountOf(Holder("a"), "10.0.0.3")->TakeCall(kStart);
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->kind, LimitKind::kCalls);
  EXPECT_EQ(refused->limit, 2);
  EXPECT_EQ(refused->wait, absl::Milliseconds(500));
  EXPECT_EQ(limits.AccountOf(Holder("b"), "10.0.0.1")->TakeCall(kStart), std::nullopt);
  EXPECT_EQ(limits.GetStats().keys, 2u);
  EXPECT_EQ(limits.GetStats().refused[static_cast<std::size_t>(LimitKind::kCalls)], 1u);
}

TEST(CallerLimits, AKeysOwnLimitsReplaceTheServersOneByOne) {
  CallerLimits limits({.keys = {.calls_per_s = 2, .streams_max = 1}});
  const auto account = limits.AccountOf(Holder("a", {.calls_per_s = 5}), "10.0.0.1");
  EXPECT_EQ(account->limits(), (Limits{.calls_per_s = 5, .streams_max = 1}));
  const KeyLimits none = {.calls_per_s = 0, .streams_max = 0};
  EXPECT_EQ(limits.AccountOf(Holder("b", none), "10.0.0.1"), nullptr);
}

TEST(CallerLimits, ProcessesOfTheCityHaveNone) {
  CallerLimits limits({.keys = {.calls_per_s = 1}, .anonymous = {.calls_per_s = 1}});
  Principal process = Holder("");
  process.is_process = true;
  EXPECT_EQ(limits.AccountOf(process, "10.0.0.1"), nullptr);
}

TEST(CallerLimits, CallersWithoutAKeyShareTheLimitOfTheirAddress) {
  CallerLimits limits({.anonymous = {.calls_per_s = 1}});
  const Principal caller = Anonymous();
  EXPECT_EQ(limits.AccountOf(caller, "2001:db8::1")->TakeCall(kStart), std::nullopt);
  EXPECT_TRUE(limits.AccountOf(caller, "2001:db8::2")->TakeCall(kStart)) << "the same /64";
  EXPECT_EQ(limits.AccountOf(caller, "2001:db8:0:1::1")->TakeCall(kStart), std::nullopt);
  EXPECT_EQ(limits.AccountOf(caller, "unix:/run/x"), nullptr) << "not an address";
}

TEST(CallerLimits, ARevokedKeysAccountIsFreedAndARotatedKeyKeepsIts) {
  CallerLimits limits({.keys = {.calls_per_s = 1}});
  (void)limits.AccountOf(Holder("gone"), "")->TakeCall(kStart);
  Principal rotated = Holder("kept");
  (void)limits.AccountOf(rotated, "")->TakeCall(kStart);
  limits.KeepKeys([](std::string_view id) { return id == "kept"; });
  EXPECT_EQ(limits.GetStats().keys, 1u);
  rotated.secret_hash = "another";
  EXPECT_TRUE(limits.AccountOf(rotated, "")->TakeCall(kStart))
      << "a new secret is not a new bucket";
}

TEST(CallerLimits, AFloodOfAddressesTakesNoMoreThanTheTable) {
  CallerLimits limits({.anonymous = {.calls_per_s = 1}, .addresses_max = 160});
  for (int i = 0; i < 10'000; ++i) (void)limits.AccountOf(Anonymous(), Address(i));
  const CallerLimits::Stats stats = limits.GetStats();
  EXPECT_LE(stats.addresses, 160u);
  EXPECT_GE(stats.addresses, 150u);
  EXPECT_EQ(stats.addresses_replaced + stats.addresses, 10'000u);
}

TEST(CallerLimits, AFloodDoesNotFreeAnAddressOfItsOpenStreams) {
  CallerLimits limits({.anonymous = {.streams_max = 1}, .addresses_max = 16});
  const auto open = limits.AccountOf(Anonymous(), "192.0.2.1");
  ASSERT_EQ(open->OpenStream(), std::nullopt);
  const StreamPlace place(open);
  for (int i = 0; i < 1'000; ++i) (void)limits.AccountOf(Anonymous(), Address(i));
  EXPECT_EQ(limits.AccountOf(Anonymous(), "192.0.2.1"), open);
  EXPECT_TRUE(open->OpenStream());
}

TEST(CallerLimits, AddressesWithoutAPlaceShareAnAccount) {
  CallerLimits limits({.anonymous = {.calls_per_s = 1}, .addresses_max = 16});
  std::vector<std::shared_ptr<CallerAccount>> held;  // one place per shard, all in use
  for (int i = 0; i < 1'000; ++i) held.push_back(limits.AccountOf(Anonymous(), Address(i)));
  EXPECT_LE(limits.GetStats().addresses, 16u);
  int admitted = 0;
  for (const auto& account : held) admitted += account->TakeCall(kStart) ? 0 : 1;
  EXPECT_LE(admitted, 32) << "a place and a shared account per shard";
}

TEST(CallerLimits, InvalidCredentialsAreCountedByAddress) {
  CallerLimits limits({.failures_per_s = 2});
  EXPECT_EQ(limits.TakeFailure("10.0.0.1", kStart), std::nullopt);
  EXPECT_EQ(limits.TakeFailure("10.0.0.1", kStart), std::nullopt);
  const auto refused = limits.TakeFailure("10.0.0.1", kStart);
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->kind, LimitKind::kFailures);
  EXPECT_EQ(limits.TakeFailure("10.0.0.2", kStart), std::nullopt);
  EXPECT_EQ(limits.TakeFailure("10.0.0.1", kStart + absl::Seconds(1)), std::nullopt);
}

TEST(CallerAccount, BytesOfAnAnswerAreOwedByTheNextCall) {
  CallerAccount account({.bytes_per_s = 1000}, 0, std::make_shared<LimitCounts>());
  EXPECT_EQ(account.TakeCall(kStart), std::nullopt);
  account.ChargeBytes(3000, kStart);
  EXPECT_EQ(account.BytesWait(kStart), absl::Seconds(2));
  const auto refused = account.TakeCall(kStart);
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->kind, LimitKind::kBytes);
  EXPECT_EQ(refused->wait, absl::Seconds(2));
  EXPECT_EQ(account.TakeCall(kStart + absl::Seconds(2)), std::nullopt);
}

TEST(CallerAccount, ReadingsOfAStreamMakeItPauseAndThoseOfACallAreRefused) {
  CallerAccount account({.readings_per_s = 100}, 0, std::make_shared<LimitCounts>());
  account.ChargeReadings(350, kStart);
  EXPECT_EQ(account.ReadingsWait(kStart), absl::Milliseconds(2500));
  EXPECT_EQ(account.BytesWait(kStart), absl::ZeroDuration());
  const auto refused = account.TakeReadings(50, kStart);
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->kind, LimitKind::kReadings);
  EXPECT_EQ(refused->wait, absl::Seconds(3));
  EXPECT_EQ(account.TakeReadings(50, kStart + absl::Seconds(3)), std::nullopt);
}

TEST(CallerAccount, AStreamThatEndsMakesRoom) {
  const auto account =
      std::make_shared<CallerAccount>(Limits{.streams_max = 1}, 0, std::make_shared<LimitCounts>());
  ASSERT_EQ(account->OpenStream(), std::nullopt);
  {
    StreamPlace place(account);
    EXPECT_EQ(account->OpenStream()->kind, LimitKind::kStreams);
    const StreamPlace moved = std::move(place);
    EXPECT_TRUE(account->OpenStream());
  }
  EXPECT_EQ(account->OpenStream(), std::nullopt);
}

}  // namespace
}  // namespace citylayers::access
