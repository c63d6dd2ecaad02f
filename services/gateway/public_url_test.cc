#include "services/gateway/public_url.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "base/strings.h"

namespace citylayers::gateway {
namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;

runtime::HttpRequest Request(const Headers& headers, std::string peer = "127.0.0.1:5000") {
  runtime::HttpRequest request;
  request.SetRequestLine("GET", "/tiles/traffic.json", 11);
  for (const auto& [name, value] : headers) request.AddHeader(name, value);
  request.SetPeer(std::move(peer));
  return request;
}

std::string Base(const Headers& headers, std::string peer = "127.0.0.1:5000") {
  return PublicUrl::Make("", "10.0.0.0/8")->BaseOf(Request(headers, std::move(peer)));
}

TEST(PublicUrl, IsTheHostThatTheClientCalled) {
  EXPECT_EQ(Base({{"Host", "maps.example.org:8080"}}), "http://maps.example.org:8080");
  EXPECT_EQ(Base({{"Host", "[::1]:8080"}}), "http://[::1]:8080");
  EXPECT_EQ(Base({{"Host", "a\"b"}}), "");
  EXPECT_EQ(Base({}), "");
}

TEST(PublicUrl, ReadsTheFirstItemOfWhatProxiesSendInAnyCase) {
  const std::pair<std::string, std::string> host = {"Host", "maps.example.org"};
  EXPECT_EQ(Base({host, {"X-Forwarded-Proto", "https"}}), "https://maps.example.org");
  EXPECT_EQ(Base({host, {"X-Forwarded-Proto", "https,http"}}), "https://maps.example.org");
  EXPECT_EQ(Base({host, {"x-forwarded-proto", " HTTPS , http"}}), "https://maps.example.org");
  EXPECT_EQ(Base({host, {"X-Forwarded-Proto", "javascript"}}), "http://maps.example.org");
  EXPECT_EQ(Base({{"Host", "127.0.0.1:8080"},
                  {"X-Forwarded-Host", "maps.example.org, inner"},
                  {"X-Forwarded-Proto", "https"}}),
            "https://maps.example.org");
  EXPECT_EQ(Base({host, {"X-Forwarded-Proto", "https"}, {"X-Forwarded-Prefix", "/city/"}}),
            "https://maps.example.org/city");
  EXPECT_EQ(Base({host, {"X-Forwarded-Prefix", "/a/b, /c"}}), "http://maps.example.org/a/b");
}

TEST(PublicUrl, HasTheSchemeOfTheConnectionWithoutAProxy) {
  runtime::HttpRequest request;
  request.SetRequestLine("GET", "/", 11);
  request.SetPeer("203.0.113.7:4711");
  request.AddHeader("Host", "maps.example.org");
  EXPECT_EQ(PublicUrl().BaseOf(request), "http://maps.example.org");
  request.SetSecure({});
  EXPECT_EQ(PublicUrl().BaseOf(request), "https://maps.example.org");
  EXPECT_TRUE(PublicUrl().IsOwnOrigin(request, "https://maps.example.org"));
  request.SetPeer("127.0.0.1:4711");
  EXPECT_EQ(PublicUrl().BaseOf(request), "https://maps.example.org");
  request.AddHeader("X-Forwarded-Proto", "http");
  EXPECT_EQ(PublicUrl().BaseOf(request), "http://maps.example.org") << "the proxy's clients use it";
}

TEST(PublicUrl, ReadsForwardedAndThePort) {
  EXPECT_EQ(Base({{"Host", "inner"}, {"Forwarded", "proto=https;host=maps.example"}}),
            "https://maps.example");
  EXPECT_EQ(
      Base({{"Host", "inner"},
            {"Forwarded", "for=1.2.3.4;Proto=HTTPS; host=\"maps.example:8443\", host=other"}}),
      "https://maps.example:8443");
  EXPECT_EQ(Base({{"Host", "inner"},
                  {"X-Forwarded-Host", "maps.example"},
                  {"X-Forwarded-Proto", "https"},
                  {"X-Forwarded-Port", "8443"}}),
            "https://maps.example:8443");
  EXPECT_EQ(Base({{"Host", "inner"},
                  {"X-Forwarded-Host", "maps.example"},
                  {"X-Forwarded-Proto", "https"},
                  {"X-Forwarded-Port", "443"}}),
            "https://maps.example");
}

TEST(PublicUrl, TextThatIsNoHostOrPathIsLeftOut) {
  for (const std::string prefix :
       {"city", "//evil.example", "/a b", "/a\"b", "/a?b", "https://evil.example", "/%2e"}) {
    EXPECT_EQ(Base({{"Host", "a"}, {"X-Forwarded-Prefix", prefix}}), "http://a") << prefix;
  }
  EXPECT_EQ(Base({{"Host", "a"}, {"X-Forwarded-Host", "evil/x"}}), "");
}

TEST(PublicUrl, BelievesOnlyThisMachineAndTrustedProxies) {
  const Headers headers = {
      {"Host", "a"}, {"X-Forwarded-Host", "b"}, {"X-Forwarded-Proto", "https"}};
  EXPECT_EQ(Base(headers, "10.9.8.7:1"), "https://b");
  EXPECT_EQ(Base(headers, "[::1]:1"), "https://b");
  EXPECT_EQ(Base(headers, "192.168.1.7:1"), "http://a");
  EXPECT_EQ(Base(headers, "[2001:db8::1]:1"), "http://a");
}

TEST(PublicUrl, TheConfiguredAddressWins) {
  const PublicUrl url = *PublicUrl::Make("HTTPS://Maps.Example.org/city/", "");
  EXPECT_EQ(url.BaseOf(Request({{"Host", "a"}, {"X-Forwarded-Host", "b"}})),
            "https://maps.example.org/city");
  EXPECT_EQ(url.configured_host(), "maps.example.org");
  EXPECT_TRUE(url.IsOwnOrigin(Request({{"Host", "a"}}), "https://maps.example.org"));
  EXPECT_FALSE(url.IsOwnOrigin(Request({{"Host", "a"}}), "https://maps.example.org.evil.example"));
  for (const std::string_view wrong : {"maps.example.org", "ftp://a", "https://", "https://a/b c",
                                       "https://a//b", "https://a/?b"}) {
    EXPECT_FALSE(PublicUrl::Make(wrong, "").ok()) << wrong;
  }
}

TEST(PublicUrl, KnowsItsOwnPages) {
  const PublicUrl url;
  EXPECT_TRUE(url.IsOwnOrigin(Request({{"Host", "a:8080"}}), "http://a:8080"));
  EXPECT_TRUE(url.IsOwnOrigin(Request({{"Host", "a:8080"}}), "https://A:8080")) << "TLS in front";
  EXPECT_TRUE(url.IsOwnOrigin(
      Request({{"Host", "a"}, {"X-Forwarded-Host", "b"}, {"X-Forwarded-Proto", "https"}}),
      "https://b"));
  EXPECT_FALSE(url.IsOwnOrigin(Request({{"Host", "a"}}), "http://evil.example"));
  EXPECT_FALSE(url.IsOwnOrigin(Request({{"Host", "a"}}), "null"));
  EXPECT_FALSE(url.IsOwnOrigin(Request({}), "http://"));
}

}  // namespace
}  // namespace citylayers::gateway
