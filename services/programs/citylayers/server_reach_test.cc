#include "services/programs/citylayers/server_reach.h"

#include <gtest/gtest.h>

namespace citylayers::cli {
namespace {

TEST(IsOnThisMachine, LoopbackAndSocketsAre) {
  for (const char* server :
       {"localhost:50051", "LOCALHOST:1", "127.0.0.1:50051", "127.1.2.3:50051", "[::1]:50051",
        "localhost", "127.0.0.1", "::1", "dns:localhost:50051", "dns:///127.0.0.1:50051",
        "dns://8.8.8.8/localhost:50051", "ipv4:127.0.0.1:1,127.0.0.2:1", "ipv6:[::1]:50051",
        "unix:/run/citylayers.sock", "unix:///run/citylayers.sock", "unix-abstract:citylayers"}) {
    EXPECT_TRUE(IsOnThisMachine(server)) << server;
  }
}

TEST(IsOnThisMachine, OtherAddressesAreNot) {
  for (const char* server :
       {"10.0.0.7:50051", "city.example:50051", "127.evil.example:50051", "localhost.example:1",
        "0.0.0.0:50051", "[::]:50051", "[2001:db8::1]:50051", "city.example", "10.0.0.7", "",
        "dns:///city.example:50051", "dns://localhost:53/city.example:1", "dns://localhost",
        "ipv4:127.0.0.1:1,10.0.0.7:1", "ipv6:[2001:db8::1]:1", "xds:///localhost:1"}) {
    EXPECT_FALSE(IsOnThisMachine(server)) << server;
  }
}

}  // namespace
}  // namespace citylayers::cli
