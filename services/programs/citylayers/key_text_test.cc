#include "services/programs/citylayers/key_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/strings.h"
#include "proto/support/proto_time.h"

namespace citylayers::cli {
namespace {

using access::v1::Key;
using ::testing::HasSubstr;
using ::testing::Not;

const absl::Time kEvening = absl::FromUnixSeconds(1762426800);  // 2025-11-06 18:00 in the city
constexpr absl::Duration kDay = absl::Hours(24);

Key MakeKey() {
  Key key;
  key.set_name("keys/aaaaaaaaaaaa");
  key.set_principal("sensor gateway 7");
  key.add_scopes("readings:write");
  key.add_scopes("layers:read:traffic");
  *key.mutable_create_time() = ToProtoTime(kEvening - kDay);
  return key;
}

std::vector<std::string> TextsOf(const std::vector<Cell>& cells) {
  std::vector<std::string> texts;
  for (const Cell& cell : cells) texts.push_back(cell.text);
  return texts;
}

TEST(ParseKeyName, TakesAnIdAndAName) {
  EXPECT_EQ(*ParseKeyName("aaaaaaaa2345"), "keys/aaaaaaaa2345");
  EXPECT_EQ(*ParseKeyName("keys/aaaaaaaa2345"), "keys/aaaaaaaa2345");
  for (const char* text : {"", "keys/", "keys/a/b", "alerts/aaaaaaaaaaaa", "AAAA", "a b", "-"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(ParseKeyName(text).status())) << text;
  }
}

TEST(ParseKeyName, AKeyWithItsSecretIsNotRepeated) {
  const std::string message(
      ParseKeyName("clk_aaaaaaaaaaaa_bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb").status().message());
  EXPECT_THAT(message, HasSubstr("the id is aaaaaaaaaaaa"));
  EXPECT_THAT(message, Not(HasSubstr("bbb")));
  EXPECT_THAT(std::string(ParseKeyName("keys/clk_bbb").status().message()), Not(HasSubstr("bbb")));
}

TEST(ParseLongDuration, HasDays) {
  EXPECT_EQ(*ParseLongDuration("90d"), 90 * kDay);
  EXPECT_EQ(*ParseLongDuration("24h"), kDay);
  EXPECT_EQ(*ParseLongDuration("1d12h"), 1.5 * kDay);
  EXPECT_EQ(*ParseLongDuration("1h30m"), absl::Minutes(90));
  EXPECT_EQ(*ParseLongDuration("0"), absl::ZeroDuration());
  EXPECT_EQ(*ParseLongDuration("0d"), absl::ZeroDuration());
  EXPECT_EQ(*ParseLongDuration("36500d"), 36'500 * kDay);
}

TEST(ParseLongDuration, RefusesOtherTexts) {
  for (const char* text : {"", "d", "90", "-1d", "-1h", "1d-1h", "1.5d", "+1d", "1d1d", "36501d",
                           "99999999999999999999d", "900000h", "inf", "soon"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(ParseLongDuration(text).status())) << text;
  }
}

TEST(ParseExpiry, IsADurationOrATime) {
  EXPECT_EQ(*ParseExpiry("90d", kEvening), kEvening + 90 * kDay);
  EXPECT_EQ(*ParseExpiry("2025-11-06T18:00:01+07:00", kEvening), kEvening + absl::Seconds(1));
  EXPECT_EQ(*ParseExpiry("2025-11-07T11:00:00Z", kEvening), kEvening + kDay);
}

TEST(ParseExpiry, RefusesThePast) {
  for (const char* text : {"0", "0d", "2025-11-06T18:00:00+07:00", "2024-01-01T00:00:00Z"}) {
    const absl::Status status = ParseExpiry(text, kEvening).status();
    EXPECT_THAT(std::string(status.message()), HasSubstr("has passed")) << text;
  }
  for (const char* text : {"", "tomorrow", "18:00", "2027-12-31", "-1d", "infinite-future"}) {
    const absl::Status status = ParseExpiry(text, kEvening).status();
    EXPECT_THAT(std::string(status.message()), HasSubstr("is not a time of expiry")) << text;
  }
}

TEST(KeyState, FollowsTheTimes) {
  Key key = MakeKey();
  EXPECT_EQ(KeyState(key, kEvening), "active");
  *key.mutable_overlap_end_time() = ToProtoTime(kEvening + kDay);
  EXPECT_EQ(KeyState(key, kEvening), "rotating");
  EXPECT_EQ(KeyState(key, kEvening + kDay), "active");
  *key.mutable_expire_time() = ToProtoTime(kEvening + absl::Hours(1));
  EXPECT_EQ(KeyState(key, kEvening), "rotating");
  EXPECT_EQ(KeyState(key, kEvening + absl::Hours(1)), "expired");
  *key.mutable_revoke_time() = ToProtoTime(kEvening);
  EXPECT_EQ(KeyState(key, kEvening), "revoked");
  EXPECT_EQ(KeyState(key, kEvening + kDay), "revoked");
}

TEST(KeyCells, AreOneRow) {
  Key key = MakeKey();
  EXPECT_THAT(TextsOf(KeyCells(key, kEvening)),
              testing::ElementsAre("aaaaaaaaaaaa", "sensor gateway 7",
                                   "readings:write, layers:read:traffic", "2025-11-05 18:00:00",
                                   "never", "active"));
  EXPECT_EQ(KeyCells(key, kEvening).size(), KeyColumns().size());
  *key.mutable_expire_time() = ToProtoTime(kEvening);
  key.set_principal("two\nlines");
  const std::vector<std::string> texts = TextsOf(KeyCells(key, kEvening));
  EXPECT_EQ(texts[1], "two lines");
  EXPECT_EQ(texts[4], "2025-11-06 18:00:00");
  EXPECT_EQ(texts[5], "expired");
}

TEST(KeySummary, IsOneLine) {
  Key key = MakeKey();
  EXPECT_EQ(KeySummary(key),
            "keys/aaaaaaaaaaaa of sensor gateway 7 (readings:write, layers:read:traffic; never "
            "expires)");
  *key.mutable_expire_time() = ToProtoTime(kEvening);
  EXPECT_THAT(KeySummary(key), HasSubstr("; expires 2025-11-06 18:00:00)"));
}

TEST(KeyLines, HaveTheCreatorAndTheOverlap) {
  Key key = MakeKey();
  key.set_creator("lan");
  *key.mutable_overlap_end_time() = ToProtoTime(kEvening + kDay);
  const auto lines = KeyLines(key, kEvening);
  EXPECT_THAT(lines, testing::Contains(testing::Pair(std::string("created"),
                                                     std::string("2025-11-05 18:00:00 by lan"))));
  EXPECT_THAT(lines, testing::Contains(testing::Pair(std::string("state"),
                                                     HasSubstr("until 2025-11-07 18:00:00"))));
}

TEST(KeyLines, HaveTheLimitsThatDifferFromTheServers) {
  Key key = MakeKey();
  EXPECT_THAT(KeyLines(key, kEvening), testing::Contains(testing::Pair(std::string("limits"), "")));
  key.mutable_limits()->set_calls_per_second(50);
  key.mutable_limits()->set_streams_max(0);
  EXPECT_THAT(KeyLines(key, kEvening),
              testing::Contains(testing::Pair(std::string("limits"), "50 calls/s, any streams")));
}

}  // namespace
}  // namespace citylayers::cli
