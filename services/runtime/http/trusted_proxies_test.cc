#include "services/runtime/http/trusted_proxies.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "base/strings.h"

namespace citylayers::runtime {
namespace {

const TrustedProxies kProxies = *TrustedProxies::Parse("10.0.0.0/8, 2001:db8::/32", "x");

std::string Client(std::string_view peer, std::string_view x_forwarded_for) {
  return kProxies.ClientOf(peer, x_forwarded_for, "");
}

TEST(TrustedProxies, TheLastAddressThatIsNotAProxyIsTheClient) {
  EXPECT_EQ(Client("10.0.0.1", "203.0.113.7"), "203.0.113.7");
  EXPECT_EQ(Client("10.0.0.1", "203.0.113.7, 10.0.0.2"), "203.0.113.7");
  EXPECT_EQ(Client("10.0.0.1", "192.0.2.1, 203.0.113.7,10.0.0.2"), "203.0.113.7")
      << "the client invented the first one";
  EXPECT_EQ(Client("127.0.0.1", "2400:cb00::1"), "2400:cb00::1") << "this machine is trusted";
}

TEST(TrustedProxies, HeadersOfAClientThatIsNotAProxyDoNotCount) {
  EXPECT_EQ(Client("203.0.113.7", "192.0.2.1"), "203.0.113.7");
  EXPECT_EQ(kProxies.ClientOf("203.0.113.7", "", "for=192.0.2.1"), "203.0.113.7");
}

TEST(TrustedProxies, WhenAllAreProxiesTheFirstIsTheClient) {
  EXPECT_EQ(Client("10.0.0.1", "10.0.0.3, 10.0.0.2"), "10.0.0.3");
  EXPECT_EQ(Client("10.0.0.1", ""), "10.0.0.1");
}

TEST(TrustedProxies, PortsAndBracketsAreTakenOff) {
  EXPECT_EQ(Client("10.0.0.1", "203.0.113.7:4711"), "203.0.113.7");
  EXPECT_EQ(Client("10.0.0.1", "[2400:cb00::1]:4711"), "2400:cb00::1");
  EXPECT_EQ(Client("2001:db8::9", "[2400:cb00::1]"), "2400:cb00::1");
}

TEST(TrustedProxies, TheStandardHeaderCountsWithoutTheOther) {
  EXPECT_EQ(
      kProxies.ClientOf("10.0.0.1", "", R"(for=192.0.2.1, for="[2400:cb00::1]:80";proto=https)"),
      "2400:cb00::1");
  EXPECT_EQ(kProxies.ClientOf("10.0.0.1", "", "proto=http; For=203.0.113.7"), "203.0.113.7");
  EXPECT_EQ(kProxies.ClientOf("10.0.0.1", "203.0.113.7", "for=192.0.2.1"), "203.0.113.7");
}

TEST(TrustedProxies, WhatIsNotAnAddressEndsTheSearch) {
  for (const std::string_view text :
       {"unknown", "192.0.2.1, _hidden", "192.0.2.1, ", ",", "[", "[]:"}) {
    EXPECT_EQ(Client("10.0.0.1", text), "10.0.0.1") << text;
  }
}

TEST(TrustedProxies, ALongListCostsAFewSteps) {
  std::string list = "203.0.113.7";
  for (int i = 0; i < 1000; ++i) list += ",10.0.0.2";
  EXPECT_EQ(Client("10.0.0.1", list), "10.0.0.2");
}

TEST(TrustedProxies, AnErrorNamesTheOption) {
  const auto proxies = TrustedProxies::Parse("proxy.local", "gateway.trusted_proxies");
  EXPECT_THAT(ToStd(proxies.status().message()), ::testing::HasSubstr("gateway.trusted_proxies"));
}

}  // namespace
}  // namespace citylayers::runtime
