#include "services/keys/key_fields.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/strings.h"

namespace citylayers::keys {
namespace {

using ::testing::HasSubstr;

const absl::Time kNow = absl::FromUnixSeconds(1'700'000'000);

std::string Message(const absl::Status& status) { return std::string(ToStd(status.message())); }

TEST(CheckPrincipal, TakesNamesOfEveryLanguage) {
  for (const char* name : {"x", "night desk 1", "trạm Phú An", "ꦗꦮ", "a\u00A0b"}) {
    EXPECT_TRUE(CheckPrincipal(name).ok()) << name << ": " << CheckPrincipal(name);
  }
}

TEST(CheckPrincipal, CountsCharactersAndNotBytes) {
  std::string name;
  for (std::size_t i = 0; i < kPrincipalCharactersMax; ++i) name += "ạ";
  EXPECT_TRUE(CheckPrincipal(name).ok());
  EXPECT_THAT(Message(CheckPrincipal(name + "x")), HasSubstr("principal: has 101 characters"));
}

TEST(CheckPrincipal, RefusesWhatLogsCannotShow) {
  EXPECT_THAT(Message(CheckPrincipal("")), HasSubstr("principal: is empty"));
  EXPECT_THAT(Message(CheckPrincipal("  ")), HasSubstr("principal: is empty"));
  EXPECT_THAT(Message(CheckPrincipal("a\xff")), HasSubstr("not UTF-8"));
  for (const std::string name :
       {"a\nb", "a\tb", "a\x7f", "a\u0085", "a\u009F", "a\u2028b", "\u2029"}) {
    EXPECT_THAT(Message(CheckPrincipal(name)), HasSubstr("control character")) << name;
  }
  EXPECT_THAT(Message(CheckPrincipal(std::string("a\0b", 3))), HasSubstr("control character"));
}

TEST(CheckPrincipal, RefusesTheNamesOfCallersWithoutAKey) {
  for (const char* name : {"anonymous", "citylayersd", "Anonymous", " citylayersd "}) {
    EXPECT_TRUE(absl::IsInvalidArgument(CheckPrincipal(name))) << name;
    EXPECT_THAT(Message(CheckPrincipal(name)), HasSubstr("is reserved")) << name;
  }
  EXPECT_TRUE(CheckPrincipal("citylayersd 2").ok());
}

TEST(ReadScopes, NamesTheOneThatIsWrong) {
  const auto scopes = ReadScopes(std::vector<std::string>{"admin", "layers:read:flood"});
  ASSERT_TRUE(scopes.ok()) << scopes.status();
  EXPECT_EQ(scopes->size(), 2U);
  const auto message = [](const std::vector<std::string>& texts) {
    return Message(ReadScopes(texts).status());
  };
  EXPECT_THAT(message({}), HasSubstr("scopes: is empty"));
  EXPECT_THAT(message({"admin", "fly"}), HasSubstr("scopes[1]: \"fly\" is not a scope"));
  EXPECT_THAT(message(std::vector<std::string>(kScopesMax + 1, "admin")), HasSubstr("101 scopes"));
  EXPECT_THAT(message({"layers:read:" + std::string(kScopeBytesMax, 'x')}), HasSubstr("bytes"));
  EXPECT_THAT(message({"layers:read:\xff"}), HasSubstr("scopes[0]: is not UTF-8"));
}

TEST(CheckCertificateName, IsASubjectOrAnAlternativeName) {
  for (const char* good : {"CN=gateway-7", "CN=gateway-7\\, a,O=Th\\C3\\A0nh ph\\E1\\BB\\91",
                           "DNS:gw7.example.org", "URI:spiffe://city/gw7"}) {
    EXPECT_TRUE(CheckCertificateName(good).ok()) << good;
  }
  EXPECT_THAT(Message(CheckCertificateName("gateway-7")),
              HasSubstr("certificate_name: is neither a subject"));
  EXPECT_THAT(Message(CheckCertificateName("DNS:")), HasSubstr("has nothing after DNS:"));
  EXPECT_THAT(Message(CheckCertificateName("CN=Thành phố")), HasSubstr("-nameopt RFC2253"));
  EXPECT_THAT(Message(CheckCertificateName("CN=a\nb")), HasSubstr("outside printable ASCII"));
  EXPECT_THAT(Message(CheckCertificateName("CN=" + std::string(298, 'a'))),
              HasSubstr("has 301 bytes"));
  EXPECT_FALSE(CheckCertificateName("").ok());
}

TEST(CheckExpireTime, LiesInTheFuture) {
  EXPECT_TRUE(CheckExpireTime(kNow + absl::Nanoseconds(1), kNow).ok());
  EXPECT_TRUE(CheckExpireTime(absl::InfiniteFuture(), kNow).ok());
  EXPECT_THAT(Message(CheckExpireTime(kNow, kNow)),
              HasSubstr("expire_time: 2023-11-14T22:13:20.000Z has passed"));
}

TEST(CheckOverlap, HasBothLimits) {
  EXPECT_TRUE(CheckOverlap(absl::ZeroDuration()).ok());
  EXPECT_TRUE(CheckOverlap(kOverlapMax).ok());
  EXPECT_THAT(Message(CheckOverlap(-absl::Seconds(1))), HasSubstr("overlap: -1s is not in"));
  EXPECT_FALSE(CheckOverlap(kOverlapMax + absl::Nanoseconds(1)).ok());
  EXPECT_FALSE(CheckOverlap(absl::InfiniteDuration()).ok());
}

TEST(CheckLimits, EachIsNoneOrANumberInRange) {
  EXPECT_TRUE(CheckLimits({}).ok());
  EXPECT_TRUE(CheckLimits({.calls_per_s = 0, .bytes_per_s = kLimitMax}).ok());
  EXPECT_EQ(ToStd(CheckLimits({.streams_max = -1}).message()),
            "limits.streams_max: -1 is not in the range of 0 (no limit) to 1000000000000");
  EXPECT_FALSE(CheckLimits({.readings_per_s = kLimitMax + 1}).ok());
}

}  // namespace
}  // namespace citylayers::keys
