#include "services/runtime/rpc/authenticator.h"

#include <string>

#include <gtest/gtest.h>

#include "base/clock.h"
#include "services/access/api_key.h"
#include "services/runtime/rpc/call_entrance.h"
#include "services/runtime/rpc/forwarded_call.h"

namespace citylayers::runtime {
namespace {

using access::AccessControl;
using access::ApiKey;
using access::Permission;

constexpr char kPeer[] = "ipv4:192.0.2.1:4711";

class EntranceTest : public testing::Test {
 protected:
  EntranceTest() {
    key_ = ApiKey::Generate().value();
    const std::string pepper(32, 'p');
    control_.SetRing(std::make_shared<const access::KeyRing>(
        std::vector<access::KeyRecord>{{.id = key_.id,
                                        .principal = "gauge",
                                        .scopes = {{Permission::kLayersRead, {}}},
                                        .secrets = {{.hash = access::HashOf(key_, pepper)}}}},
        pepper));
    text_ = key_.ToText();
  }

  absl::StatusOr<AdmittedCaller> Admit(const CallMetadata& metadata, bool is_stream = false,
                                       std::string peer = kPeer) {
    const access::Need need = {.permission = Permission::kLayersRead};
    return entrance_.Admit(metadata, nullptr, std::move(peer), &need, is_stream);
  }
  absl::StatusCode CodeOf(const CallMetadata& metadata, bool is_stream = false) {
    return Admit(metadata, is_stream).status().code();
  }

  const WallClock clock_;
  ApiKey key_;
  std::string text_;
  const std::string process_text_ = "clk_aaaaaaaaaaaa_bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";
  AccessControl control_{
      access::ScopeSet({{Permission::kLayersRead, {}}}),
      ApiKey::Parse(process_text_).value(),
      clock_,
      {.keys = {.calls_per_s = 0.001}, .anonymous = {.streams_max = 1}, .failures_per_s = 0.001}};
  const KeyAuthenticator authenticator_{control_};
  const CallEntrance entrance_{authenticator_};
};

TEST(AddressOfGrpcPeer, IsWithoutSchemeAndPort) {
  EXPECT_EQ(AddressOfGrpcPeer("ipv4:10.1.2.3:5000"), "10.1.2.3");
  EXPECT_EQ(AddressOfGrpcPeer("ipv6:[2001:db8::1]:5000"), "2001:db8::1");
  EXPECT_EQ(AddressOfGrpcPeer("ipv6:%5B::1%5D:5000"), "::1");
  for (const char* peer : {"", "unix:/run/x", "unknown", "inproc"}) {
    EXPECT_EQ(AddressOfGrpcPeer(peer), "") << peer;
  }
}

TEST_F(EntranceTest, AKeyThatExceedsItsCallsIsRefused) {
  const CallMetadata metadata = {{"x-api-key", text_}};
  const auto first = Admit(metadata);
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(first->caller->name, "gauge");
  EXPECT_EQ(first->from, kPeer);
  EXPECT_EQ(first->address, "192.0.2.1");
  EXPECT_EQ(CodeOf(metadata), absl::StatusCode::kResourceExhausted);
}

TEST_F(EntranceTest, AForwardedCallIsNotCountedAgain) {
  const CallMetadata metadata = {
      {"x-api-key", text_}, {kForwardedBy, process_text_}, {kForwardedFor, "203.0.113.7"}};
  for (int i = 0; i < 3; ++i) {
    const auto admitted = Admit(metadata);
    ASSERT_TRUE(admitted.ok()) << admitted.status();
    EXPECT_FALSE(admitted->is_metered);
    EXPECT_EQ(admitted->from, "203.0.113.7");
    EXPECT_NE(admitted->account, nullptr) << "for the readings that it writes";
  }
}

TEST_F(EntranceTest, OnlyAProcessMaySayWhomItCallsFor) {
  for (const std::string& by : {text_, std::string("x"), std::string()}) {
    const auto admitted = Admit({{kForwardedBy, by}, {kForwardedFor, "203.0.113.7"}});
    ASSERT_TRUE(admitted.ok()) << admitted.status();
    EXPECT_EQ(admitted->address, "192.0.2.1");
    EXPECT_TRUE(admitted->is_metered);
  }
}

TEST_F(EntranceTest, OnlyAProcessMayCallForASession) {
  const auto holder = control_.Identify(text_);
  const std::string session = control_.NewSession(**holder, absl::Hours(1))->cookie_text;
  const auto admitted = Admit({{kForwardedBy, process_text_}, {kForwardedSession, session}});
  ASSERT_TRUE(admitted.ok()) << admitted.status();
  EXPECT_EQ(admitted->caller->name, "gauge");
  EXPECT_EQ(CodeOf({{kForwardedBy, process_text_}, {kForwardedSession, "x"}}),
            absl::StatusCode::kUnauthenticated);
  const auto direct = Admit({{kForwardedSession, session}});
  ASSERT_TRUE(direct.ok()) << direct.status();
  EXPECT_TRUE(direct->caller->is_anonymous());
}

TEST_F(EntranceTest, AnAddressHasAFewStreams) {
  const auto first = Admit({}, /*is_stream=*/true);
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(CodeOf({}, true), absl::StatusCode::kResourceExhausted);
  EXPECT_TRUE(Admit({}, true, "ipv4:192.0.2.2:1").ok()) << "another address";
  EXPECT_TRUE(Admit({}).ok()) << "not a stream";
}

TEST_F(EntranceTest, InvalidKeysAreLimitedByAddressAndValidOnesAreStillAccepted) {
  const CallMetadata wrong = {{"x-api-key", "clk_aaaaaaaaaaaa_cccccccccccccccccccccccccccccccc"}};
  EXPECT_EQ(CodeOf(wrong), absl::StatusCode::kUnauthenticated);
  EXPECT_EQ(CodeOf(wrong), absl::StatusCode::kResourceExhausted);
  EXPECT_TRUE(Admit({{"x-api-key", text_}}).ok()) << "neighbours of one address keep their access";
}

TEST_F(EntranceTest, ProcessesHaveNoLimits) {
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(Admit({{"x-api-key", process_text_}}, true).ok());
}

}  // namespace
}  // namespace citylayers::runtime
