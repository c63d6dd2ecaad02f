#include "services/gateway/session_cookie.h"

#include <string>

#include <gtest/gtest.h>

namespace citylayers::gateway {
namespace {

using runtime::HttpRequest;

HttpRequest RequestWith(std::initializer_list<std::pair<std::string_view, std::string_view>> more) {
  HttpRequest request;
  request.SetRequestLine("GET", "/", 11);
  request.SetPeer("127.0.0.1:5000");
  request.AddHeader("Host", "maps.example.org");
  for (const auto& [name, value] : more) request.AddHeader(name, value);
  return request;
}

TEST(SessionCookie, IsFoundAmongOthers) {
  for (const std::string_view cookies :
       {"citylayers_session=abc", "a=b; citylayers_session=abc", "citylayers_session=abc; a=b",
        "a=b;citylayers_session=abc ;c=d"}) {
    EXPECT_EQ(SessionIn(RequestWith({{"Cookie", cookies}}), false), "abc") << cookies;
  }
  EXPECT_EQ(SessionIn(RequestWith({{"cookie", "a=b"}, {"Cookie", "citylayers_session=x"}}), false),
            "x");
  for (const std::string_view cookies :
       {"", ";", "a=b", "citylayers_session", "xcitylayers_session=abc", "citylayers_sessions=a"}) {
    EXPECT_EQ(SessionIn(RequestWith({{"Cookie", cookies}}), false), std::nullopt) << cookies;
  }
}

TEST(SessionCookie, OfTwoNoneIsTaken) {
  EXPECT_EQ(
      SessionIn(RequestWith({{"Cookie", "citylayers_session=a; citylayers_session=b"}}), false),
      "");
}

TEST(SessionCookie, OnlyTheOneThatNoOtherHostCanSetCountsByHttps) {
  const HttpRequest request = RequestWith({{"Cookie", "citylayers_session=a"}});
  EXPECT_EQ(SessionIn(request, true), std::nullopt);
  EXPECT_EQ(SessionIn(RequestWith({{"Cookie", "__Host-citylayers_session=a"}}), true), "a");
}

TEST(SessionCookie, IsHiddenFromScriptsAndOtherSites) {
  EXPECT_EQ(SetCookieLine("abc", absl::Hours(12), true),
            "Set-Cookie: __Host-citylayers_session=abc; Path=/; Max-Age=43200; HttpOnly; "
            "SameSite=Strict; Secure\r\n");
  EXPECT_EQ(SetCookieLine("abc", absl::Hours(12), false),
            "Set-Cookie: citylayers_session=abc; Path=/; Max-Age=43200; HttpOnly; "
            "SameSite=Strict\r\n");
  EXPECT_EQ(RemoveCookieLine(false),
            "Set-Cookie: citylayers_session=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict\r\n");
}

TEST(SessionCookie, TheSchemeIsThatOfThePublicAddress) {
  EXPECT_FALSE(IsHttps(RequestWith({}), PublicUrl()));
  EXPECT_TRUE(IsHttps(RequestWith({{"X-Forwarded-Proto", "https"}}), PublicUrl()));
  EXPECT_TRUE(IsHttps(RequestWith({}), PublicUrl::Make("https://maps.example.org", "").value()));
}

TEST(IsForeign, OnlyForPagesOfOtherOrigins) {
  const PublicUrl own;
  EXPECT_FALSE(IsForeign(RequestWith({}), own)) << "a program";
  EXPECT_FALSE(IsForeign(RequestWith({{"Origin", "http://maps.example.org"}}), own));
  EXPECT_FALSE(IsForeign(RequestWith({{"Sec-Fetch-Site", "same-origin"}}), own));
  EXPECT_FALSE(IsForeign(RequestWith({{"Sec-Fetch-Site", "none"}}), own)) << "typed by a person";
  EXPECT_TRUE(IsForeign(RequestWith({{"Origin", "http://evil.example"}}), own));
  EXPECT_TRUE(IsForeign(RequestWith({{"Origin", "null"}}), own));
  EXPECT_TRUE(IsForeign(RequestWith({{"Sec-Fetch-Site", "cross-site"}}), own));
  EXPECT_TRUE(IsForeign(RequestWith({{"Sec-Fetch-Site", "same-site"}}), own));
}

}  // namespace
}  // namespace citylayers::gateway
