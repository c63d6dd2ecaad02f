#include "services/alerts/page_token.h"

#include <gtest/gtest.h>

namespace citylayers::alerts {
namespace {

TEST(PageTokenTest, ATokenIsGoodForItsOwnRequestOnly) {
  const std::string token = MakePageToken("secret", "ListAlerts state=OPEN", 4711);
  EXPECT_EQ(*ReadPageToken("secret", "ListAlerts state=OPEN", token), 4711u);
  EXPECT_EQ(ReadPageToken("secret", "ListAlerts ", token).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ReadPageToken("other", "ListAlerts state=OPEN", token).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(PageTokenTest, EveryChangedCharacterIsRefused) {
  const std::string token = MakePageToken("secret", "r", 1);
  for (size_t i = 0; i < token.size(); ++i) {
    std::string other = token;
    other[i] = other[i] == 'A' ? 'B' : 'A';
    const auto id = ReadPageToken("secret", "r", other);
    // The last character carries unused bits: what reads as the same bytes is the same token.
    EXPECT_TRUE(!id.ok() || (i + 1 == token.size() && *id == 1)) << i;
  }
  for (const char* nonsense : {"x", "1", "!!", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}) {
    EXPECT_FALSE(ReadPageToken("secret", "r", nonsense).ok()) << nonsense;
  }
}

TEST(PageTokenTest, PageSizes) {
  EXPECT_EQ(*EffectivePageSize(0, 50, 1000), 50);
  EXPECT_EQ(*EffectivePageSize(7, 50, 1000), 7);
  EXPECT_EQ(*EffectivePageSize(5000, 50, 1000), 1000);
  EXPECT_EQ(EffectivePageSize(-1, 50, 1000).status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace citylayers::alerts
