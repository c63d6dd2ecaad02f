// People sign in at the gateway; signing out needs the module of keys (tests/security/abuse).
#include "services/gateway/session_handler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/strings.h"
#include "tests/support/error_reason.h"
#include "tests/support/fake_city.h"
#include "tests/support/http_test_client.h"

namespace citylayers::gateway {
namespace {

using runtime::TestClient;
using runtime::TestResponse;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using Json = nlohmann::json;

constexpr std::string_view kTile = "/tiles/traffic/12/3263/1923.mvt";
constexpr std::string_view kGetAlert = "/citylayers.alerts.v1.AlertService/GetAlert";
constexpr std::string_view kJson = "Content-Type: application/json\r\n";
// RFC 9112, section 7.1: the end of a chunked body.
constexpr std::string_view kLastChunk = "0\r\n\r\n";
constexpr std::string_view kOwn = "Origin: http://test\r\n";

access::ApiKey Key() { return {.id = std::string(12, 'a'), .secret = std::string(32, 'a')}; }

class SessionHandlerTest : public ::testing::Test {
 protected:
  SessionHandlerTest() { SetKey({}); }

  void SetKey(const std::vector<access::EndedSession>& ended) {
    access::KeyRecord record{.id = Key().id,
                             .principal = "night desk",
                             .scopes = {access::ParseScope("layers:read").value(),
                                        access::ParseScope("alerts:read").value()},
                             .secrets = {{.hash = access::HashOf(Key(), "pepper")}},
                             .ended_sessions = ended};
    city_.access().SetRing(
        std::make_shared<const access::KeyRing>(std::vector<access::KeyRecord>{record}, "pepper"));
  }
  TestResponse Request(std::string_view method, std::string_view target, std::string_view headers,
                       std::string_view body = "") {
    return TestClient(city_.http_port()).Request(method, target, headers, body);
  }
  TestResponse SignIn(std::string_view headers = "") {
    return Request("POST", "/session", StrCat(kJson, headers),
                   StrCat(R"({"key":")", Key().ToText(), R"("})"));
  }
  // Signs in; sets cookie_ and token_, as header lines.
  void Begin() {
    const TestResponse in = SignIn();
    ASSERT_EQ(in.status, 200) << in.body;
    const std::string line = in.Header("set-cookie");
    cookie_ = StrCat("Cookie: ", line.substr(0, line.find(';')), "\r\n");
    token_ =
        StrCat("X-Csrf-Token: ", Json::parse(in.body).at("csrf_token").get<std::string>(), "\r\n");
  }

  FakeCity city_{FakeCity::SmallOptions(), nullptr, true, /*anonymous=*/""};
  std::string cookie_, token_;
};

TEST_F(SessionHandlerTest, AKeyIsExchangedForACookie) {
  const TestResponse in = SignIn();
  EXPECT_EQ(in.status, 200);
  EXPECT_THAT(in.Header("set-cookie"), StartsWith("citylayers_session="));
  EXPECT_THAT(in.Header("set-cookie"), HasSubstr("; HttpOnly; SameSite=Strict"));
  EXPECT_EQ(in.Header("access-control-allow-origin"), "") << "no other page reads it";
  EXPECT_EQ(in.Header("cache-control"), "no-store");
  const Json content = Json::parse(in.body);
  EXPECT_EQ(content.at("principal"), "night desk");
  EXPECT_EQ(content.at("scopes"), Json({"layers:read", "alerts:read"}));
  EXPECT_THAT(in.body, Not(HasSubstr("aaaaaaaaaaaaa"))) << "nothing of the secret";
  EXPECT_THAT(SignIn("X-Forwarded-Proto: https\r\n").Header("set-cookie"),
              StartsWith("__Host-citylayers_session="));
}

TEST_F(SessionHandlerTest, ACookieServesRoutesAndStreams) {
  Begin();
  EXPECT_EQ(Request("GET", kTile, "").status, 401);
  EXPECT_EQ(Request("GET", kTile, cookie_).status, 204) << "an empty tile";
  TestClient live(city_.http_port());
  live.Send(StrCat("GET /live/traffic HTTP/1.1\r\nHost: localhost\r\n", cookie_, "\r\n"));
  EXPECT_THAT(live.ReadUntil("\r\n\r\n"), HasSubstr("200 OK"));
  const Json content = Json::parse(Request("GET", "/session", cookie_).body);
  EXPECT_TRUE(content.at("signed_in"));
  EXPECT_EQ(StrCat("X-Csrf-Token: ", content.at("csrf_token").get<std::string>(), "\r\n"), token_);
}

TEST_F(SessionHandlerTest, WhatIsNotAGetNeedsTokenAndOrigin) {
  Begin();
  const auto post = [&](std::string_view headers) {
    return Request("POST", kGetAlert, StrCat(kJson, headers), R"({"name":"alerts/1"})");
  };
  EXPECT_EQ(post(StrCat(cookie_, kOwn, token_)).status, 200);
  for (const std::string& headers : {StrCat(cookie_, kOwn), StrCat(cookie_, token_),
                                     StrCat(cookie_, kOwn, "X-Csrf-Token: x\r\n")}) {
    const TestResponse refused = post(headers);
    EXPECT_EQ(refused.status, 403) << headers;
    EXPECT_EQ(ReasonOf(refused.body), "CSRF_TOKEN_NEEDED");
  }
  EXPECT_EQ(post(StrCat("X-Api-Key: ", Key().ToText(), "\r\n")).status, 200) << "not with a key";
}

TEST_F(SessionHandlerTest, PagesOfOtherOriginsHaveNoSession) {
  Begin();
  EXPECT_EQ(Request("GET", kTile, StrCat(cookie_, "Origin: http://evil.example\r\n")).status, 401);
  EXPECT_EQ(Request("GET", kTile, StrCat(cookie_, "Sec-Fetch-Site: same-site\r\n")).status, 401);
  EXPECT_EQ(SignIn("Origin: http://evil.example\r\n").status, 403);
}

TEST_F(SessionHandlerTest, AnEndedSessionIsRefusedItsStreamsEndAndItsCookieIsRemoved) {
  Begin();
  TestClient live(city_.http_port());
  live.Send(StrCat("GET /live/traffic HTTP/1.1\r\nHost: localhost\r\n", cookie_, "\r\n"));
  EXPECT_THAT(live.ReadUntil("\r\n\r\n"), HasSubstr("200 OK"));
  const std::string text = cookie_.substr(cookie_.find('=') + 1);
  const auto session = access::SessionSigner::Parse(text.substr(0, text.size() - 2));
  ASSERT_TRUE(session);
  SetKey({{.id = session->id, .until = session->expire_time}});
  EXPECT_THAT(live.ReadUntil(kLastChunk), HasSubstr(kLastChunk));
  const TestResponse refused = Request("GET", kTile, cookie_);
  EXPECT_EQ(refused.status, 401);
  EXPECT_THAT(refused.Header("set-cookie"), HasSubstr("Max-Age=0"));
  const TestResponse shown = Request("GET", "/session", cookie_);
  EXPECT_EQ(shown.status, 200);
  EXPECT_FALSE(Json::parse(shown.body).at("signed_in"));
}

TEST_F(SessionHandlerTest, ARequestThatIsNotOneIsRefused) {
  EXPECT_EQ(Request("POST", "/session", "Content-Type: text/plain\r\n", "{}").status, 415);
  for (const std::string& body :
       {std::string(), std::string("x"), std::string("[]"), std::string("{}"),
        std::string(R"({"key":7})"), std::string(R"({"key":""})"), std::string(5000, ' ')}) {
    EXPECT_EQ(Request("POST", "/session", kJson, body).status, 400) << body.substr(0, 20);
  }
  const TestResponse wrong = Request("POST", "/session", kJson, R"({"key":"clk_x"})");
  EXPECT_EQ(wrong.status, 401);
  EXPECT_EQ(wrong.Header("set-cookie"), "");
  const std::string process = StrCat(R"({"key":")", city_.access().process_key(), R"("})");
  EXPECT_EQ(Request("POST", "/session", kJson, process).status, 403);
  EXPECT_EQ(Request("DELETE", "/session", "").status, 401);
}

}  // namespace
}  // namespace citylayers::gateway
