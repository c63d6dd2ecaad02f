#include "services/runtime/http/host_allow_list.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "base/strings.h"

namespace citylayers::runtime {
namespace {

using ::testing::HasSubstr;

HostAllowList Make(std::string_view bound, std::string_view names = "") {
  auto list = HostAllowList::Make(bound, names, "gateway.hosts");
  EXPECT_TRUE(list.ok()) << list.status();
  return *std::move(list);
}

TEST(HostAllowList, LoopbackIsAlwaysAllowed) {
  const HostAllowList list = Make("127.0.0.1");
  for (const std::string_view host :
       {"localhost", "LOCALHOST:8080", "localhost.", "127.0.0.1", "127.0.0.1:8080", "127.8.9.1:1",
        "[::1]", "[::1]:8080", "[::ffff:127.0.0.1]:80", ""}) {
    EXPECT_TRUE(list.Allows(host)) << host;
  }
}

TEST(HostAllowList, NamesOfOthersAreRefused) {
  for (const HostAllowList& list : {Make("127.0.0.1"), Make("0.0.0.0"), Make("::")}) {
    for (const std::string_view host :
         {"evil.example", "evil.example:8080", "127.evil", "127.0.0.1.evil.example",
          "localhost.evil.example", "evil-localhost", "[evil]", "[::1", "a b", "0x7f.1", "127.1",
          "localhost:80:90", "evil.example#localhost", "localhost@evil.example"}) {
      EXPECT_FALSE(list.Allows(host)) << host;
    }
  }
}

TEST(HostAllowList, AddressesAreAllowedWhenTheServerIsBoundToThem) {
  EXPECT_FALSE(Make("127.0.0.1").Allows("192.168.1.7:8080"));
  EXPECT_TRUE(Make("192.168.1.7").Allows("192.168.1.7:8080"));
  EXPECT_FALSE(Make("192.168.1.7").Allows("192.168.1.8:8080"));
  EXPECT_TRUE(Make("0.0.0.0").Allows("192.168.1.7:8080")) << "a phone in the local network";
  EXPECT_TRUE(Make("::").Allows("[fe80::1]:8080"));
  EXPECT_TRUE(Make("fe80::1").Allows("[FE80::1]"));
}

TEST(HostAllowList, ConfiguredNamesAreAllowed) {
  const HostAllowList list = Make("127.0.0.1", "Maps.Example.org, *.city.example 10.0.0.7");
  for (const std::string_view host :
       {"maps.example.org", "MAPS.EXAMPLE.ORG:443", "maps.example.org.", "a.city.example",
        "a.b.city.example:1", "10.0.0.7:80"}) {
    EXPECT_TRUE(list.Allows(host)) << host;
  }
  for (const std::string_view host :
       {"city.example", "x.maps.example.org", "example.org", "evilcity.example", ".city.example"}) {
    EXPECT_FALSE(list.Allows(host)) << host;
  }
  EXPECT_TRUE(Make("127.0.0.1", "*").Allows("anything"));
}

TEST(HostAllowList, WhatIsNoNameIsRefusedAtStart) {
  for (const std::string_view names :
       {"https://maps.example.org", "a/b", "ex ample.org*", "a..b", "*", "ä.example"}) {
    const auto list = HostAllowList::Make("127.0.0.1", names, "gateway.hosts");
    EXPECT_EQ(list.ok(), names == "*") << names;
    if (list.ok()) continue;
    EXPECT_THAT(ToStd(list.status().message()), HasSubstr("gateway.hosts"));
  }
}

TEST(HostAllowList, ARefusalTellsWhatToDo) {
  const std::string text = Make("127.0.0.1").Refusal("evil.example\n");
  EXPECT_THAT(text, HasSubstr("evil.example\\n"));
  EXPECT_THAT(text, HasSubstr("gateway.hosts"));
  EXPECT_LT(Make("127.0.0.1").Refusal(std::string(10'000, 'x')).size(), 400u);
}

}  // namespace
}  // namespace citylayers::runtime
