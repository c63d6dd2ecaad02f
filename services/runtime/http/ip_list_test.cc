#include "services/runtime/http/ip_list.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "base/strings.h"

namespace citylayers::runtime {
namespace {

TEST(IpList, HoldsAddressesAndNetworks) {
  const IpList list = *IpList::Parse("10.0.0.7, 172.16.0.0/12 fd00::/8", "x");
  for (const std::string_view in :
       {"10.0.0.7", "172.31.255.255", "172.16.0.1", "fdff::1", "::ffff:10.0.0.7"}) {
    EXPECT_TRUE(list.Contains(in)) << in;
  }
  for (const std::string_view out :
       {"10.0.0.8", "172.32.0.0", "fe00::1", "", "evil", "10.0.0.7:80"}) {
    EXPECT_FALSE(list.Contains(out)) << out;
  }
  EXPECT_FALSE(IpList::Parse("", "x")->Contains("127.0.0.1"));
  EXPECT_TRUE(IpList::Parse("0.0.0.0/0", "x")->Contains("1.2.3.4"));
}

TEST(IpList, RefusesWhatIsNotAnAddress) {
  for (const std::string_view text : {"localhost", "10.0.0.7/33", "fd00::/129", "10.0.0.0/",
                                      "10.0.0.0/-1", "10.0.0.0/8x", "127.1"}) {
    const auto list = IpList::Parse(text, "gateway.trusted_proxies");
    ASSERT_FALSE(list.ok()) << text;
    EXPECT_THAT(ToStd(list.status().message()), ::testing::HasSubstr("gateway.trusted_proxies"));
  }
}

TEST(AddressOfPeer, LeavesPortAndBracketsOut) {
  EXPECT_EQ(AddressOfPeer("10.1.2.3:5000"), "10.1.2.3");
  EXPECT_EQ(AddressOfPeer("[fd00::1]:5000"), "fd00::1");
}

}  // namespace
}  // namespace citylayers::runtime
