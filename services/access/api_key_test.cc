#include "services/access/api_key.h"

#include <set>

#include "absl/strings/escaping.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/strings.h"

namespace citylayers::access {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;

constexpr char kText[] = "clk_abcdefgh2345_abcdefghijklmnopqrstuvwxyz234567";

TEST(ApiKey, ItsTextReadsBack) {
  const auto key = ApiKey::Parse(kText);
  ASSERT_TRUE(key.ok()) << key.status();
  EXPECT_EQ(key->id, "abcdefgh2345");
  EXPECT_EQ(key->ToText(), kText);
}

TEST(ApiKey, AnErrorNeverShowsTheText) {
  for (std::string text : {"", "clk_", "clk_abcdefgh2345", "secret-of-another-service",
                           "CLK_abcdefgh2345_abcdefghijklmnopqrstuvwxyz234567",
                           "clk_abcdefgh2345-abcdefghijklmnopqrstuvwxyz234567",
                           "clk_abcdefgh234_5abcdefghijklmnopqrstuvwxyz234567",
                           "clk_abcdefgh2345_abcdefghijklmnopqrstuvwxyz23456\n",
                           "clk_abcdefgh2345_abcdefghijklmnopqrstuvwxyz2345678"}) {
    const absl::Status status = ApiKey::Parse(text).status();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << text;
    EXPECT_THAT(ToStd(status.message()), Not(HasSubstr("secret-of"))) << text;
    EXPECT_THAT(ToStd(status.message()), Not(HasSubstr("abcdefgh"))) << text;
  }
}

TEST(ApiKey, GeneratedOnesDiffer) {
  std::set<std::string> ids, secrets;
  for (int i = 0; i < 1000; ++i) {
    const auto key = ApiKey::Generate();
    ASSERT_TRUE(key.ok()) << key.status();
    EXPECT_THAT(key->ToText(), MatchesRegex("clk_[a-z2-7]{12}_[a-z2-7]{32}"));
    ids.insert(key->id);
    secrets.insert(key->secret);
  }
  EXPECT_EQ(ids.size(), 1000U);
  EXPECT_EQ(secrets.size(), 1000U);
}

// Oracle: printf %s abcdefghijklmnopqrstuvwxyz234567 | openssl dgst -sha256 -hmac pepper
TEST(ApiKey, TheHashIsAnHmac) {
  const auto key = ApiKey::Parse(kText);
  ASSERT_TRUE(key.ok());
  EXPECT_EQ(absl::BytesToHexString(HashOf(*key, "pepper")),
            "7b57fc2ccee9c1df507e9b26b72f5906ce28edaa90bb53d3e68d036ac93f8ab4");
  EXPECT_NE(HashOf(*key, "pepper"), HashOf(*key, "another"));
}

TEST(ApiKey, EqualityNeedsEqualLengths) {
  EXPECT_TRUE(IsEqual("abc", "abc"));
  EXPECT_FALSE(IsEqual("abc", "abd"));
  EXPECT_FALSE(IsEqual("abc", "abcd"));
  EXPECT_TRUE(IsEqual("", ""));
}

}  // namespace
}  // namespace citylayers::access
