// Tests of what pages of other origins, other host names and proxies see.
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include <nlohmann/json.hpp>

#include "base/strings.h"
#include "services/gateway/cors.h"
#include "tests/support/fake_city.h"
#include "tests/support/http_test_client.h"

namespace citylayers::gateway {
namespace {

using runtime::TestClient;
using ::testing::HasSubstr;
using Json = nlohmann::json;

constexpr std::string_view kGetAlert = "/citylayers.alerts.v1.AlertService/GetAlert";
constexpr std::string_view kJson = "Content-Type: application/json\r\n";

TEST(Cors, RpcIsForOurOwnPagesUnlessAnOriginIsListed) {
  Gateway::Options options = FakeCity::SmallOptions();
  options.cors = *CorsPolicy::Parse("https://maps.example.org");
  FakeCity city(options);
  TestClient client(city.http_port());
  const auto allowed = client.Request("OPTIONS", kGetAlert, "Origin: https://maps.example.org\r\n");
  EXPECT_EQ(allowed.status, 204);
  EXPECT_EQ(allowed.Header("access-control-allow-origin"), "https://maps.example.org");
  EXPECT_THAT(allowed.Header("access-control-allow-headers"),
              HasSubstr("Connect-Protocol-Version"));
  EXPECT_EQ(client.Request("OPTIONS", kGetAlert, "Origin: https://evil.example\r\n")
                .Header("access-control-allow-origin"),
            "");
  EXPECT_EQ(
      client.Request("POST", kGetAlert, StrCat(kJson, "Origin: https://maps.example.org\r\n"), "{}")
          .Header("access-control-allow-origin"),
      "https://maps.example.org");
  EXPECT_EQ(client.Get("/tiles/traffic.json").Header("access-control-allow-origin"), "*");
}

TEST(Cors, ErrorsCanBeReadByPagesOfOtherOrigins) {
  FakeCity city;
  city.layers().SetTile("traffic/14/1/2.mvt", "roads");
  city.WaitUntilSeen("traffic");
  TestClient client(city.http_port());
  for (const std::string_view target :
       {"/tiles/traffic/14/1/2.mvt", "/tiles/none.json", "/tiles/traffic/99/0/0.mvt", "/live/none",
        "/live", "/cap/none.xml", "/nothing/at/all", "/tiles/%zz"}) {
    const auto response = client.Get(target);
    EXPECT_EQ(response.Header("access-control-allow-origin"), "*") << target;
    EXPECT_THAT(response.Header("access-control-expose-headers"), HasSubstr("Retry-After"));
    EXPECT_EQ(response.Header("x-content-type-options"), "nosniff") << target;
  }
  for (const std::string_view method : {"DELETE", "POST"}) {
    for (const std::string_view target : {"/tiles/traffic.json", "/live/traffic"}) {
      const auto wrong_method = client.Request(method, target);
      EXPECT_EQ(wrong_method.status, 405) << method << target;
      EXPECT_EQ(wrong_method.Header("access-control-allow-origin"), "*");
      EXPECT_THAT(wrong_method.Header("allow"), HasSubstr("GET, HEAD"));
    }
  }
  const auto tile = client.Get("/tiles/traffic/14/1/2.mvt");
  const auto same = client.Get("/tiles/traffic/14/1/2.mvt",
                               StrCat("If-None-Match: ", tile.Header("etag"), "\r\n"));
  EXPECT_EQ(same.status, 304);
  EXPECT_EQ(same.Header("access-control-allow-origin"), "*");
  EXPECT_EQ(same.Header("x-content-type-options"), "nosniff");
}

TEST(Cors, RpcErrorsCanBeReadByListedOrigins) {
  Gateway::Options options = FakeCity::SmallOptions();
  options.cors = *CorsPolicy::Parse("https://maps.example.org");
  FakeCity city(options);
  TestClient client(city.http_port());
  constexpr std::string_view kOrigin = "Origin: https://maps.example.org\r\n";
  const std::string with_json = StrCat(kJson, kOrigin);
  for (const auto& response :
       {client.Request("POST", kGetAlert, with_json, R"({"name":"alerts/9"})"),
        client.Request("POST", kGetAlert, kOrigin, "{}"),
        client.Request("POST", "/citylayers.alerts.v1.AlertService/None", with_json, "{}"),
        client.Get("/citylayers.alerts.v1.AlertService/AcknowledgeAlert", kOrigin)}) {
    EXPECT_GE(response.status, 400);
    EXPECT_EQ(response.Header("access-control-allow-origin"), "https://maps.example.org")
        << response.status;
  }
}

TEST(Origins, ForeignPagesChangeNothing) {
  Gateway::Options options = FakeCity::SmallOptions();
  options.cors = *CorsPolicy::Parse("https://maps.example.org");
  FakeCity city(options);
  TestClient client(city.http_port());
  constexpr std::string_view kWrite = "/citylayers.alerts.v1.AlertService/AcknowledgeAlert";
  const auto write = [&](std::string_view headers) {
    return client.Request("POST", kWrite, StrCat(kJson, headers), "{}");
  };
  EXPECT_EQ(write("").status, 200);
  EXPECT_EQ(write("Origin: http://test\r\n").status, 200) << "the gateway's own page";
  EXPECT_EQ(write("Origin: https://maps.example.org\r\n").status, 200);
  for (const std::string_view headers :
       {"Origin: https://evil.example\r\n", "Origin: null\r\n", "Sec-Fetch-Site: cross-site\r\n"}) {
    const auto refused = write(headers);
    EXPECT_EQ(refused.status, 403) << headers;
    EXPECT_THAT(refused.body, HasSubstr("gateway.cors_origins"));
    EXPECT_EQ(
        client.Request("POST", kGetAlert, StrCat(kJson, headers), R"({"name":"alerts/1"})").status,
        200)
        << "reading changes nothing";
  }
}

TEST(Hosts, OnlyKnownNamesAreAnswered) {
  Gateway::Options options = FakeCity::SmallOptions();
  options.http.hosts = std::make_shared<const runtime::HostAllowList>(
      *runtime::HostAllowList::Make("127.0.0.1", "test", "gateway.hosts"));
  FakeCity city(options);
  const auto ask = [&](std::string_view host, std::string_view target) {
    TestClient client(city.http_port());
    client.Send(StrCat("GET ", target, " HTTP/1.1\r\nHost: ", host, "\r\n\r\n"));
    return client.Read();
  };
  for (const std::string_view target :
       {"/tiles/traffic.json", "/live", "/healthz", "/nothing", "/cap/alerts.atom"}) {
    const auto refused = ask("evil.example:8080", target);
    EXPECT_EQ(refused.status, 421) << target;
    EXPECT_THAT(refused.body, HasSubstr("gateway.hosts"));
    EXPECT_EQ(refused.Header("access-control-allow-origin"), "")
        << "the page cannot read the refusal";
  }
  EXPECT_EQ(ask("localhost:8080", "/healthz").status, 200);
  EXPECT_EQ(ask("127.0.0.1", "/healthz").status, 200);
  // One connection, several host names.
  TestClient client(city.http_port());
  EXPECT_EQ(client.Get("/healthz").status, 200);
  client.Send("GET /healthz HTTP/1.1\r\nHost: evil.example\r\n\r\n");
  EXPECT_EQ(client.Read().status, 421);
  EXPECT_EQ(client.Get("/healthz").status, 200);
}

TEST(PublicAddress, IsInTileJsonAndFeeds) {
  Gateway::Options options = FakeCity::SmallOptions();
  FakeCity plain(options);
  const auto first = TestClient(plain.http_port())
                         .Get("/tiles/traffic.json",
                              "X-Forwarded-Host: maps.example.org\r\nX-Forwarded-Proto: "
                              "HTTPS,http\r\nX-Forwarded-Prefix: /city\r\n");
  EXPECT_EQ(Json::parse(first.body)["tiles"][0],
            "https://maps.example.org/city/tiles/traffic/{z}/{x}/{y}.mvt");
  EXPECT_EQ(Json::parse(first.body)["stream"], "https://maps.example.org/city/live/traffic");
  options.public_url = *PublicUrl::Make("https://city.example/map", "");
  FakeCity named(options);
  TestClient client(named.http_port());
  EXPECT_EQ(Json::parse(client.Get("/tiles/traffic.json").body)["tiles"][0],
            "https://city.example/map/tiles/traffic/{z}/{x}/{y}.mvt");
  EXPECT_THAT(client.Get("/cap/alerts.atom").body,
              HasSubstr("https://city.example/map/cap/cap-1.xml"));
}

}  // namespace
}  // namespace citylayers::gateway
