#include "services/access/key_ring.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/strings.h"
#include "services/access/api_key.h"

namespace citylayers::access {
namespace {

using ::testing::HasSubstr;

constexpr char kPepper[] = "pepper";
const absl::Time kNow = absl::FromUnixSeconds(1'700'000'000);

ApiKey Key(char id, char secret) { return {std::string(12, id), std::string(32, secret)}; }

KeyRecord RecordOf(const ApiKey& key) {
  return {.id = key.id,
          .principal = "gateway 7",
          .scopes = {*ParseScope("readings:write")},
          .secrets = {{.hash = HashOf(key, kPepper)}}};
}

std::string ErrorOf(const KeyRing& ring, const ApiKey& key, absl::Time now = kNow) {
  const absl::Status status = ring.Identify(key.ToText(), now).status();
  EXPECT_TRUE(absl::IsUnauthenticated(status)) << status;
  return std::string(ToStd(status.message()));
}

TEST(KeyRing, AKeyIdentifiesItsHolder) {
  const KeyRing ring({RecordOf(Key('a', 'x')), RecordOf(Key('b', 'y'))}, kPepper);
  const auto principal = ring.Identify(Key('b', 'y').ToText(), kNow);
  ASSERT_TRUE(principal.ok()) << principal.status();
  EXPECT_EQ((*principal)->name, "gateway 7");
  EXPECT_EQ((*principal)->key_id, std::string(12, 'b'));
  EXPECT_TRUE((*principal)->scopes.AllowsAll(Permission::kReadingsWrite));
}

TEST(KeyRing, AWrongSecretIsAsUnknownAsAWrongId) {
  const KeyRing ring({RecordOf(Key('a', 'x'))}, kPepper);
  EXPECT_EQ(ErrorOf(ring, Key('a', 'y')), ErrorOf(ring, Key('c', 'x')));
  EXPECT_EQ(ring.Identify("clk_", kNow).status().code(), absl::StatusCode::kUnauthenticated);
  const KeyRing other({RecordOf(Key('a', 'x'))}, "another");
  EXPECT_THAT(ErrorOf(other, Key('a', 'x')), HasSubstr("not known"));
}

TEST(KeyRing, OnlyTheHolderLearnsThatAKeyIsRevokedOrExpired) {
  KeyRecord revoked = RecordOf(Key('a', 'x'));
  revoked.revoke_time = kNow;
  KeyRecord expired = RecordOf(Key('b', 'x'));
  expired.expire_time = kNow;
  const KeyRing ring({revoked, expired}, kPepper);
  EXPECT_THAT(ErrorOf(ring, Key('a', 'x')), HasSubstr("was revoked"));
  EXPECT_THAT(ErrorOf(ring, Key('a', 'y')), HasSubstr("not known"));
  EXPECT_THAT(ErrorOf(ring, Key('b', 'x')), HasSubstr("expired at 2023-11-14T22:13:20.000Z"));
  EXPECT_TRUE(ring.Identify(Key('b', 'x').ToText(), kNow - absl::Seconds(1)).ok());
}

//   before          overlap           after
//   old             old new           new
TEST(KeyRing, ARotationAcceptsBothSecretsForAWhile) {
  const ApiKey old_key = Key('a', 'x'), new_key = Key('a', 'y');
  KeyRecord record = RecordOf(new_key);
  record.secrets.push_back({.hash = HashOf(old_key, kPepper), .until = kNow});
  const KeyRing ring({record}, kPepper);
  EXPECT_TRUE(ring.Identify(old_key.ToText(), kNow - absl::Seconds(1)).ok());
  EXPECT_THAT(ErrorOf(ring, old_key), HasSubstr("not known"));
  EXPECT_TRUE(ring.Identify(new_key.ToText(), kNow).ok());
}

}  // namespace
}  // namespace citylayers::access
