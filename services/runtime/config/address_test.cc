#include "services/runtime/config/address.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace citylayers::runtime {
namespace {

using ::testing::HasSubstr;

TEST(Address, ReadsHostAndPort) {
  EXPECT_EQ(ParseAddress("127.0.0.1:8080", "--http")->ToString(), "127.0.0.1:8080");
  EXPECT_EQ(ParseAddress(":0", "--http")->ToString(), "127.0.0.1:0");
  EXPECT_EQ(ParseAddress("[::1]:80", "--http")->ToString(), "[::1]:80");
  EXPECT_EQ(ParseAddress("city.example:65535", "--http")->port, 65535);
}

TEST(Address, RefusesTheRestAndNamesTheFlag) {
  for (const char* text : {"", "8080", "host:", "host:65536", "host:-1", "::1:80", "host:http"}) {
    const auto address = ParseAddress(text, "--http");
    EXPECT_EQ(address.status().code(), absl::StatusCode::kInvalidArgument) << text;
    EXPECT_THAT(std::string(address.status().message()), HasSubstr("--http")) << text;
  }
}

TEST(Address, OnlyLoopbackIsOpenWithoutBeingAsked) {
  EXPECT_TRUE(CheckReach({"127.0.0.1", 1}, {}, "--grpc").ok());
  EXPECT_TRUE(CheckReach({"::1", 1}, {}, "--grpc").ok());
  EXPECT_TRUE(CheckReach({"localhost", 1}, {}, "--grpc").ok());
  for (const char* host :
       {"127.0.0.53", "127.255.255.254", "::ffff:127.0.0.1", "0:0:0:0:0:0:0:1", "LocalHost"}) {
    EXPECT_TRUE(CheckReach({host, 1}, {}, "--grpc").ok()) << host;
  }
  for (const char* host : {"127.evil",
                           "127.0.0.1.evil.example",
                           "127.",
                           "127",
                           "127.1",
                           "127.0.0.256",
                           "0x7f.1",
                           "0177.0.0.1",
                           "2130706433",
                           "127.0.0.1 ",
                           " 127.0.0.1",
                           "localhost.evil",
                           "localhost.",
                           "evil.localhost",
                           "::ffff:128.0.0.1",
                           "::2",
                           "::",
                           "::127.0.0.1",
                           "1::1",
                           "0"}) {
    EXPECT_FALSE(CheckReach({host, 1}, {}, "--grpc").ok()) << host;
  }
  EXPECT_FALSE(CheckReach({"0.0.0.0", 1}, {}, "--grpc").ok());
  EXPECT_FALSE(CheckReach({"192.168.1.4", 1}, {}, "--grpc").ok());
  EXPECT_THAT(std::string(CheckReach({"0.0.0.0", 1}, {}, "--grpc").message()),
              HasSubstr("--allow-insecure"));
  EXPECT_TRUE(CheckReach({"0.0.0.0", 1}, {.allow_insecure = true}, "--grpc").ok());
}

TEST(CheckReach, TlsAndKeysOpenAPortToOtherMachines) {
  const Address address{"0.0.0.0", 1};
  EXPECT_TRUE(CheckReach(address, {.has_tls = true, .is_closed = true}, "--grpc").ok());
  EXPECT_THAT(std::string(CheckReach(address, {.is_closed = true}, "--grpc").message()),
              HasSubstr("has no encryption: set tls.certificate_file"));
  EXPECT_THAT(std::string(CheckReach(address, {.has_tls = true}, "--grpc").message()),
              HasSubstr("every caller may do everything: remove admin"));
}

}  // namespace
}  // namespace citylayers::runtime
