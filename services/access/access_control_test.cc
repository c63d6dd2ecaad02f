#include "services/access/access_control.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/strings.h"

namespace citylayers::access {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'700'000'000);

ApiKey Key(char id, char secret) {
  return {.id = std::string(12, id), .secret = std::string(32, secret)};
}

KeyRecord RecordOf(const ApiKey& key, std::string_view scope = "readings:write") {
  return {.id = key.id,
          .principal = "gateway 7",
          .scopes = {*ParseScope(scope)},
          .secrets = {{.hash = HashOf(key, "pepper")}}};
}

std::shared_ptr<const KeyRing> RingOf(std::vector<KeyRecord> records) {
  return std::make_shared<const KeyRing>(std::move(records), "pepper");
}

class FakeClock final : public Clock {
 public:
  absl::Time Now() const override { return now_; }
  void Advance(absl::Duration by) { now_ += by; }

 private:
  absl::Time now_ = kNow;
};

class AccessControlTest : public ::testing::Test {
 protected:
  FakeClock clock_;
  AccessControl control_{ScopeSet({*ParseScope("layers:read")}), Key('p', 'p'), clock_};
};

TEST_F(AccessControlTest, WithoutAKeyACallerIsAnonymous) {
  const auto caller = control_.Identify("");
  ASSERT_TRUE(caller.ok()) << caller.status();
  EXPECT_TRUE((*caller)->is_anonymous());
  EXPECT_TRUE((*caller)->scopes.AllowsAll(Permission::kLayersRead));
  EXPECT_FALSE((*caller)->scopes.AllowsAny(Permission::kReadingsWrite));
}

TEST_F(AccessControlTest, AChangeOfAnonymousScopesEndsTheFormerCallers) {
  const auto before = control_.Identify("");
  ASSERT_TRUE(before.ok());
  EXPECT_TRUE(control_.IsCurrent(**before));
  control_.SetAnonymous(ScopeSet({{Permission::kAdmin, {}}}));
  EXPECT_FALSE(control_.IsCurrent(**before));
  const auto after = control_.Identify("");
  EXPECT_TRUE((*after)->scopes.AllowsAll(Permission::kAdmin));
  EXPECT_TRUE(control_.IsCurrent(**after));
}

TEST_F(AccessControlTest, TheProcessMayDoEverythingFromTheStart) {
  const auto caller = control_.Identify(control_.process_key());
  ASSERT_TRUE(caller.ok()) << caller.status();
  EXPECT_EQ((*caller)->name, "citylayersd");
  EXPECT_TRUE((*caller)->scopes.AllowsAll(Permission::kClockDrive));
}

TEST_F(AccessControlTest, BeforeTheKeysAreKnownAKeyIsNeitherGoodNorBad) {
  EXPECT_FALSE(control_.has_ring());
  const absl::Status status = control_.Identify(Key('a', 'x').ToText()).status();
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  EXPECT_TRUE(absl::IsUnauthenticated(control_.Identify("Nguy\u1ec5n").status()))
      << "no key at all";
  control_.SetRing(RingOf({}));
  EXPECT_TRUE(absl::IsUnauthenticated(control_.Identify(Key('a', 'x').ToText()).status()));
}

TEST_F(AccessControlTest, ACertificateActsAsItsKey) {
  EXPECT_TRUE(absl::IsUnavailable(control_.IdentifyCertificate({"CN=gw"}).status()));
  EXPECT_TRUE((*control_.IdentifyCertificate({}))->is_anonymous());
  KeyRecord record = RecordOf(Key('a', 'x'));
  record.certificate_name = "CN=gw";
  control_.SetRing(RingOf({record}));
  const auto caller = control_.IdentifyCertificate({"CN=gw", "DNS:gw.city"});
  ASSERT_TRUE(caller.ok()) << caller.status();
  EXPECT_EQ((*caller)->key_id, record.id);
  EXPECT_TRUE((*caller)->scopes.AllowsAll(Permission::kReadingsWrite));
  EXPECT_TRUE(control_.IsCurrent(**caller));
  EXPECT_TRUE((*control_.IdentifyCertificate({"CN=other"}))->is_anonymous());
  KeyRecord renamed = record;
  renamed.certificate_name = "CN=other";
  control_.SetRing(RingOf({renamed}));
  EXPECT_FALSE(control_.IsCurrent(**caller)) << "the key has another certificate";
  KeyRecord expired = record;
  expired.expire_time = kNow;
  control_.SetRing(RingOf({expired}));
  EXPECT_FALSE(control_.IsCurrent(**caller));
  EXPECT_TRUE(absl::IsUnauthenticated(control_.IdentifyCertificate({"CN=gw"}).status()));
}

TEST_F(AccessControlTest, ACallerWithACertificateIsPassedOnByTheProcessKey) {
  KeyRecord record = RecordOf(Key('a', 'x'));
  record.certificate_name = "CN=gw";
  control_.SetRing(RingOf({record}));
  const auto caller = control_.IdentifyCertificate({"CN=gw"});
  ASSERT_TRUE(caller.ok()) << caller.status();
  const std::string delegation = control_.DelegationOf(**caller);
  AccessControl backend(ScopeSet(), Key('p', 'p'), clock_);
  backend.SetRing(RingOf({record}));
  const auto passed_on = backend.Identify(delegation);
  ASSERT_TRUE(passed_on.ok()) << passed_on.status();
  EXPECT_EQ((*passed_on)->key_id, record.id);
  EXPECT_TRUE(backend.IsCurrent(**passed_on));
  AccessControl foreign(ScopeSet(), Key('q', 'q'), clock_);
  foreign.SetRing(RingOf({record}));
  EXPECT_TRUE(absl::IsUnauthenticated(foreign.Identify(delegation).status()));
  KeyRecord revoked = record;
  revoked.revoke_time = kNow;
  backend.SetRing(RingOf({revoked}));
  EXPECT_TRUE(absl::IsUnauthenticated(backend.Identify(delegation).status()));
  EXPECT_EQ(control_.DelegationOf(**control_.Identify(Key('a', 'x').ToText())), "")
      << "a key that was sent is passed on itself";
}

TEST_F(AccessControlTest, ACallerIsCurrentUntilItsKeyChanges) {
  KeyRecord record = RecordOf(Key('a', 'x'));
  record.expire_time = kNow + absl::Hours(1);
  control_.SetRing(RingOf({record}));
  const auto caller = control_.Identify(Key('a', 'x').ToText());
  ASSERT_TRUE(caller.ok()) << caller.status();
  EXPECT_TRUE(control_.IsCurrent(**caller));
  control_.SetRing(RingOf({record, RecordOf(Key('b', 'x'))}));
  EXPECT_TRUE(control_.IsCurrent(**caller)) << "another key came";
  clock_.Advance(absl::Hours(1));
  EXPECT_FALSE(control_.IsCurrent(**caller)) << "expired";
  clock_.Advance(-absl::Hours(1));
  KeyRecord revoked = record;
  revoked.revoke_time = kNow;
  control_.SetRing(RingOf({revoked}));
  EXPECT_FALSE(control_.IsCurrent(**caller)) << "revoked";
  KeyRecord rotated = RecordOf(Key('a', 'y'));
  rotated.secrets.push_back({.hash = HashOf(Key('a', 'x'), "pepper"), .until = kNow});
  control_.SetRing(RingOf({rotated}));
  EXPECT_FALSE(control_.IsCurrent(**caller)) << "its secret was replaced";
  KeyRecord narrowed = RecordOf(Key('a', 'x'), "readings:read");
  control_.SetRing(RingOf({narrowed}));
  EXPECT_FALSE(control_.IsCurrent(**caller)) << "its scopes changed";
  control_.SetRing(RingOf({}));
  EXPECT_FALSE(control_.IsCurrent(**caller)) << "gone";
}

}  // namespace
}  // namespace citylayers::access
