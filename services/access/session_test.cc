#include "services/access/session.h"

#include <string>

#include <gtest/gtest.h>

namespace citylayers::access {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'700'000'000);
const std::string kPepper(32, 'p');
const std::string kHash(32, 'h');

class SessionTest : public ::testing::Test {
 protected:
  const SessionSigner signer_{kPepper};
  const Session made_ = signer_.Make("abcdefgh2345", kHash, kNow, kNow + absl::Hours(12)).value();
};

TEST_F(SessionTest, ReadsBackAndIsGenuine) {
  const auto read = SessionSigner::Parse(made_.cookie_text);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->id, made_.id);
  EXPECT_EQ(read->key_id, "abcdefgh2345");
  EXPECT_EQ(read->issue_time, kNow);
  EXPECT_EQ(read->expire_time, kNow + absl::Hours(12));
  EXPECT_TRUE(signer_.IsGenuine(*read, kHash));
  EXPECT_TRUE(SessionSigner(kPepper).IsGenuine(*read, kHash)) << "after a restart";
}

TEST_F(SessionTest, EndsWithItsSecretAndIsOfItsCity) {
  EXPECT_FALSE(signer_.IsGenuine(made_, std::string(32, 'x')));
  EXPECT_FALSE(SessionSigner(std::string(32, 'q')).IsGenuine(made_, kHash));
}

TEST_F(SessionTest, NoChangedCharacterIsAccepted) {
  const std::string& text = made_.cookie_text;
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string changed = text;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    const auto read = SessionSigner::Parse(changed);
    EXPECT_FALSE(read && signer_.IsGenuine(*read, kHash)) << i;
  }
}

TEST_F(SessionTest, OtherTextIsNone) {
  const std::string& text = made_.cookie_text;
  for (const std::string& other :
       {std::string(), std::string("."), std::string("x"), text.substr(0, text.find('.')),
        text.substr(text.find('.')), std::string(10'000, 'A') + ".A", std::string("AAAA.AAAA"),
        "=" + text}) {
    const auto read = SessionSigner::Parse(other);
    EXPECT_FALSE(read && signer_.IsGenuine(*read, kHash)) << other.substr(0, 100);
  }
}

TEST_F(SessionTest, EachHasItsIdAndItsToken) {
  const Session other = signer_.Make("abcdefgh2345", kHash, kNow, kNow + absl::Hours(12)).value();
  EXPECT_NE(other.id, made_.id);
  EXPECT_NE(signer_.CsrfTokenOf(other), signer_.CsrfTokenOf(made_));
  EXPECT_EQ(signer_.CsrfTokenOf(made_), SessionSigner(kPepper).CsrfTokenOf(made_));
}

}  // namespace
}  // namespace citylayers::access
