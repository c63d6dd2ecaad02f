#include "services/access/network.h"

#include <gtest/gtest.h>

namespace citylayers::access {
namespace {

TEST(NetworkOf, EachIpv4AddressIsItsOwn) {
  EXPECT_EQ(NetworkOf("10.0.0.1")->prefix, 0x0a000001u);
  EXPECT_NE(NetworkOf("10.0.0.1"), NetworkOf("10.0.0.2"));
}

TEST(NetworkOf, AnIpv6AddressCountsAsItsSlash64) {
  EXPECT_EQ(NetworkOf("2001:db8:1:2::1"), NetworkOf("2001:db8:1:2:ffff:ffff:ffff:ffff"));
  EXPECT_NE(NetworkOf("2001:db8:1:2::1"), NetworkOf("2001:db8:1:3::1"));
  EXPECT_EQ(NetworkOf("fe80::1%eth0"), NetworkOf("fe80::2"));
}

TEST(NetworkOf, AMappedAddressIsTheIpv4Address) {
  EXPECT_EQ(NetworkOf("::ffff:10.0.0.1"), NetworkOf("10.0.0.1"));
  EXPECT_NE(NetworkOf("::10.0.0.1"), NetworkOf("10.0.0.1"));
}

TEST(NetworkOf, NoNumbersAreTheSameInBothFamilies) {
  EXPECT_NE(NetworkOf("0.0.0.0"), NetworkOf("::"));
}

TEST(NetworkOf, OtherTextHasNone) {
  for (const char* text : {"", "unknown", "10.0.0", "10.0.0.1:80", "[::1]", "localhost"}) {
    EXPECT_EQ(NetworkOf(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace citylayers::access
