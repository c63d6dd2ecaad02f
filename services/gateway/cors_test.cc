#include "services/gateway/cors.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "base/strings.h"

namespace citylayers::gateway {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

runtime::HttpRequest Request(const std::vector<std::pair<std::string, std::string>>& headers) {
  runtime::HttpRequest request;
  request.SetRequestLine("POST", "/a.B/C", 11);
  for (const auto& [name, value] : headers) request.AddHeader(name, value);
  request.SetPeer("127.0.0.1:5000");
  return request;
}

TEST(CorsPolicy, OriginsAreNormalisedToWhatBrowsersSend) {
  for (const auto& [written, sent] : std::vector<std::pair<std::string, std::string>>{
           {"https://maps.example/", "https://maps.example"},
           {"https://Maps.Example", "https://maps.example"},
           {"HTTPS://maps.example:443", "https://maps.example"},
           {"http://maps.example:80/", "http://maps.example"},
           {"http://maps.example:443", "http://maps.example:443"},
           {"https://maps.example:08443", "https://maps.example:8443"},
           {"http://[::1]:3000", "http://[::1]:3000"},
           {"http://10.0.0.7:3000", "http://10.0.0.7:3000"},
           {"*", "https://anything.example"}}) {
    const auto policy = CorsPolicy::Parse(written);
    ASSERT_TRUE(policy.ok()) << policy.status();
    EXPECT_TRUE(policy->Allows(sent)) << written;
  }
}

TEST(CorsPolicy, WhatIsNoOriginIsRefusedAtStart) {
  for (const auto& [written, why] : std::vector<std::pair<std::string, std::string>>{
           {"maps.example", "has no https://"},
           {"https://*.example", "wildcard"},
           {"https://maps.example/app", "has a path"},
           {"ftp://maps.example", "not of https or http"},
           {"https://", "no host name"},
           {"https://maps.example:0", "port"},
           {"https://maps.example:99999", "port"},
           {"https://maps.example:", "port"},
           {"https://ma ps", "has no https://"},
           {"null", "has no https://"},
           {"https://a@b", "no host name"},
           {"https://ok.example,maps.example", "maps.example"}}) {
    const auto policy = CorsPolicy::Parse(written);
    ASSERT_FALSE(policy.ok()) << written;
    EXPECT_THAT(ToStd(policy.status().message()), HasSubstr(why)) << written;
    EXPECT_THAT(ToStd(policy.status().message()), HasSubstr("gateway.cors_origins"));
  }
}

TEST(CorsPolicy, PreflightsAllowTheHeadersThatAreAskedFor) {
  const CorsPolicy policy = *CorsPolicy::Parse("https://maps.example");
  const auto open = policy.Preflight(
      Request({{"Origin", "https://any.example"},
               {"Access-Control-Request-Headers", "traceparent,cache-control,x-requested-with"}}),
      false);
  EXPECT_THAT(
      open.headers,
      HasSubstr("Access-Control-Allow-Headers: traceparent,cache-control,x-requested-with\r\n"));
  EXPECT_THAT(open.headers, HasSubstr("Access-Control-Allow-Origin: *\r\n"));
  const auto rpc = policy.Preflight(Request({{"Origin", "https://maps.example"},
                                             {"Access-Control-Request-Headers", "traceparent"}}),
                                    true);
  EXPECT_THAT(rpc.headers, HasSubstr("Access-Control-Allow-Headers: traceparent\r\n"));
  const auto foreign = policy.Preflight(Request({{"Origin", "https://any.example"}}), true);
  EXPECT_THAT(foreign.headers, Not(HasSubstr("Access-Control-Allow")));
  EXPECT_THAT(foreign.headers, HasSubstr("Vary: Origin\r\n"));
}

TEST(CorsPolicy, APreflightsListThatIsNoneIsNotRepeated) {
  const CorsPolicy policy;
  for (const std::string& names :
       {std::string("a\r\nX: y"), std::string("a;b"), std::string("é"), std::string(5000, 'a')}) {
    EXPECT_THAT(
        policy.Preflight(Request({{"Access-Control-Request-Headers", names}}), false).headers,
        HasSubstr("Access-Control-Allow-Headers: If-None-Match, Last-Event-ID\r\n"));
  }
}

TEST(CorsPolicy, AnswersAlwaysVaryByOrigin) {
  const CorsPolicy policy = *CorsPolicy::Parse("https://maps.example");
  EXPECT_THAT(policy.AnswerHeaders(Request({})), HasSubstr("Vary: Origin\r\n"));
  EXPECT_THAT(policy.AnswerHeaders(Request({{"Origin", "https://maps.example"}})),
              HasSubstr("Retry-After"));
}

TEST(CorsPolicy, WritesComeFromOurOwnPagesProgramsAndListedOrigins) {
  const CorsPolicy policy = *CorsPolicy::Parse("https://maps.example");
  const PublicUrl own;
  const auto allows = [&](const std::vector<std::pair<std::string, std::string>>& headers) {
    return policy.AllowsWrite(Request(headers), own);
  };
  EXPECT_TRUE(allows({{"Host", "localhost:8080"}})) << "curl";
  EXPECT_TRUE(allows({{"Host", "localhost:8080"}, {"Origin", "http://localhost:8080"}}));
  EXPECT_TRUE(allows({{"Host", "localhost:8080"},
                      {"Origin", "https://maps.example"},
                      {"Sec-Fetch-Site", "cross-site"}}));
  EXPECT_TRUE(allows({{"Host", "localhost:8080"}, {"Sec-Fetch-Site", "same-origin"}}));
  EXPECT_FALSE(allows({{"Host", "localhost:8080"}, {"Sec-Fetch-Site", "cross-site"}}));
  EXPECT_FALSE(allows({{"Host", "localhost:8080"}, {"Origin", "null"}}));
  EXPECT_FALSE(allows({{"Host", "localhost:8080"}, {"Origin", "http://localhost:9090"}}));
  EXPECT_FALSE(allows({{"Host", "localhost:8080"},
                       {"Origin", "http://evil.example"},
                       {"Sec-Fetch-Site", "same-origin"}}));
}

}  // namespace
}  // namespace citylayers::gateway
