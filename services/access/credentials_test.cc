#include "services/access/credentials.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/strings.h"

namespace citylayers::access {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string KeyIn(std::string_view authorization, std::string_view api_key = {}) {
  const auto key = CredentialOf(authorization, api_key);
  return key.ok() ? std::string(*key) : StrCat("error: ", ToStd(key.status().message()));
}

TEST(CredentialOf, TakesEitherHeader) {
  EXPECT_EQ(KeyIn("", ""), "");
  EXPECT_EQ(KeyIn("Bearer clk_1"), "clk_1");
  EXPECT_EQ(KeyIn("bEARER   clk_1 "), "clk_1");
  EXPECT_EQ(KeyIn("", " clk_2 "), "clk_2");
  EXPECT_EQ(KeyIn("Bearer clk_1", "clk_1"), "clk_1");
  EXPECT_EQ(KeyIn("Basic dXNlcjpwYXNz"), "");
  EXPECT_EQ(KeyIn("Basic dXNlcjpwYXNz", "clk_2"), "clk_2");
}

TEST(CredentialOf, RefusesWhatIsNoKey) {
  EXPECT_THAT(KeyIn("Digest dXNlcjpwYXNz"), HasSubstr("Bearer KEY"));
  EXPECT_THAT(KeyIn("Digest dXNlcjpwYXNz"), Not(HasSubstr("dXNl")));
  EXPECT_THAT(KeyIn("clk_1"), HasSubstr("Bearer KEY"));
  EXPECT_THAT(KeyIn("Bearer"), HasSubstr("Bearer KEY"));
  EXPECT_THAT(KeyIn("Bearer clk_1", "clk_2"), HasSubstr("different keys"));
}

}  // namespace
}  // namespace citylayers::access
