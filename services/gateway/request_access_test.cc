// The answers of the gateway's routes to callers with and without keys. The fake backends accept
// every call: all refusals are the gateway's.
#include "services/gateway/request_access.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/strings.h"
#include "tests/support/error_reason.h"
#include "tests/support/fake_city.h"
#include "tests/support/http_test_client.h"

namespace citylayers::gateway {
namespace {

using runtime::TestClient;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kLayersMethod = "/citylayers.layers.v1.LayerService/ListLayers";
constexpr std::string_view kAlertMethod = "/citylayers.alerts.v1.AlertService/GetAlert";
// RFC 9112, section 7.1: the end of a chunked body.
constexpr std::string_view kLastChunk = "0\r\n\r\n";
constexpr std::string_view kJson = "Content-Type: application/json\r\n";

access::ApiKey Key(char letter) {
  return {.id = std::string(12, letter), .secret = std::string(32, letter)};
}

class RequestAccessTest : public ::testing::Test {
 protected:
  RequestAccessTest() { SetKeys(); }

  // a: everything of layers. b: only flood. c: alerts. d: revoked.
  void SetKeys() {
    const auto record = [](char letter, std::string_view scope) {
      return access::KeyRecord{.id = Key(letter).id,
                               .principal = StrCat("holder of ", std::string(1, letter)),
                               .scopes = {access::ParseScope(scope).value()},
                               .secrets = {{.hash = access::HashOf(Key(letter), "pepper")}}};
    };
    access::KeyRecord revoked = record('d', "layers:read");
    revoked.revoke_time = absl::UnixEpoch();
    city_.access().SetRing(std::make_shared<const access::KeyRing>(
        std::vector<access::KeyRecord>{record('a', "layers:read"), record('b', "layers:read:flood"),
                                       record('c', "alerts:read"), revoked},
        "pepper"));
  }
  static std::string Bearer(char letter) {
    return StrCat("Authorization: Bearer ", Key(letter).ToText(), "\r\n");
  }
  int Get(std::string_view target, std::string_view headers = "") {
    return TestClient(city_.http_port()).Request("GET", target, headers).status;
  }

  FakeCity city_{FakeCity::SmallOptions(), nullptr, true, /*anonymous=*/""};
};

//                        no key   a: layers   b: flood   c: alerts   d: revoked
//   traffic tiles (empty)  401      204         403        403         401
//   flood tiles (empty)    401      204         204        403         401
//   alerts                 401      403         403        200         401
TEST_F(RequestAccessTest, RoutesNeedTheScopeOfWhatTheyShow) {
  const auto row = [this](std::string_view target) {
    std::vector<int> statuses = {Get(target)};
    for (const char key : {'a', 'b', 'c', 'd'}) statuses.push_back(Get(target, Bearer(key)));
    return statuses;
  };
  using ::testing::ElementsAre;
  EXPECT_THAT(row("/tiles/traffic/12/3263/1923.mvt"), ElementsAre(401, 204, 403, 403, 401));
  EXPECT_THAT(row("/tiles/flood/12/3263/1923.mvt"), ElementsAre(401, 204, 204, 403, 401));
  EXPECT_THAT(row("/tiles/traffic.json"), ElementsAre(401, 200, 403, 403, 401));
  EXPECT_THAT(row("/cap/alerts.atom"), ElementsAre(401, 403, 403, 200, 401));
}

TEST_F(RequestAccessTest, OpenPagesNeedNothing) {
  EXPECT_EQ(Get("/healthz"), 200);
  EXPECT_EQ(Get("/readyz"), 200);
}

TEST_F(RequestAccessTest, LiveStreamsNeedEachOfTheirFeeds) {
  EXPECT_EQ(Get("/live/traffic"), 401);
  EXPECT_EQ(Get("/live/traffic", Bearer('b')), 403);
  EXPECT_EQ(Get("/live/alerts", Bearer('a')), 403);
  EXPECT_EQ(Get("/live?layers=flood"), 401);
  EXPECT_EQ(Get("/live?layers=flood,traffic", Bearer('b')), 403);
  EXPECT_EQ(Get("/live?layers=flood&jams=5", Bearer('b')), 403);
  EXPECT_EQ(Get("/live?layers=flood&alerts=1", Bearer('b')), 403);
}

TEST_F(RequestAccessTest, AnErrorSaysWhatToDoAndHidesTheKey) {
  TestClient client(city_.http_port());
  const auto none = client.Request("GET", "/tiles/traffic.json");
  EXPECT_EQ(none.Header("www-authenticate"), "Bearer");
  EXPECT_EQ(none.Header("access-control-allow-origin"), "*");
  EXPECT_EQ(none.Header("cache-control"), "no-store");
  EXPECT_THAT(none.body, HasSubstr("an API key with the scope layers:read:traffic"));
  const auto denied = client.Request("GET", "/tiles/traffic.json", Bearer('c'));
  EXPECT_THAT(denied.body, HasSubstr("which the key of \\\"holder of c\\\" does not have"));
  const auto unknown = client.Request("GET", "/tiles/traffic.json", Bearer('x'));
  EXPECT_EQ(unknown.status, 401);
  EXPECT_THAT(unknown.body, Not(HasSubstr("xxxx")));
  EXPECT_EQ(Get("/tiles/traffic.json", "Authorization: Digest YTpi\r\n"), 401);
  EXPECT_EQ(Get("/tiles/traffic.json",
                StrCat("Authorization: Basic YTpi\r\nX-Api-Key: ", Key('a').ToText(), "\r\n")),
            200)
      << "a browser repeats the password of a proxy";
  EXPECT_EQ(Get("/tiles/traffic.json", StrCat(Bearer('a'), Bearer('x'))), 401) << "two keys";
  EXPECT_EQ(Get("/tiles/traffic.json", StrCat(Bearer('x'), Bearer('a'))), 401);
  EXPECT_EQ(Get("/tiles/traffic.json", StrCat("X-Api-Key: ", Key('a').ToText(), "\r\n")), 200);
}

TEST_F(RequestAccessTest, ARevokedKeyEndsTheLiveStreamsOfItsHolder) {
  const auto open = [&](TestClient& client, std::string_view target, char key) {
    client.Send(StrCat("GET ", target, " HTTP/1.1\r\nHost: localhost\r\n", Bearer(key), "\r\n"));
    return client.ReadUntil("\r\n\r\n");
  };
  TestClient holder(city_.http_port()), bystander(city_.http_port());
  EXPECT_THAT(open(holder, "/live/traffic", 'a'), HasSubstr("200 OK"));
  EXPECT_THAT(open(bystander, "/live/flood", 'b'), HasSubstr("200 OK"));
  access::KeyRecord other{.id = Key('b').id,
                          .principal = "holder of b",
                          .scopes = {access::ParseScope("layers:read:flood").value()},
                          .secrets = {{.hash = access::HashOf(Key('b'), "pepper")}}};
  city_.access().SetRing(
      std::make_shared<const access::KeyRing>(std::vector<access::KeyRecord>{other}, "pepper"));
  EXPECT_THAT(holder.ReadUntil(kLastChunk), HasSubstr(kLastChunk));
  EXPECT_EQ(holder.Request("GET", "/live/traffic", Bearer('a')).status, 401) << "a reconnect";
  city_.StopBackends();  // then the gateway itself sends heartbeats
  EXPECT_THAT(bystander.ReadUntil("heartbeat"), HasSubstr("heartbeat"));
}

TEST_F(RequestAccessTest, SharedCachesStoreOnlyWhatNeedsNoKey) {
  const auto cache_control = [](FakeCity& city, std::string_view target, std::string_view headers) {
    return std::string(
        TestClient(city.http_port()).Request("GET", target, headers).Header("cache-control"));
  };
  FakeCity open(FakeCity::SmallOptions(), nullptr, true, "layers:read:traffic");
  for (const char* target : {"/tiles/traffic/12/3263/1923.mvt", "/tiles/traffic.json"}) {
    EXPECT_THAT(cache_control(city_, target, Bearer('a')), HasSubstr("private, max-age")) << target;
    EXPECT_THAT(cache_control(open, target, ""), HasSubstr("public, max-age")) << target;
  }
  EXPECT_THAT(cache_control(city_, "/cap/alerts.atom", Bearer('c')), HasSubstr("private"));
}

TEST_F(RequestAccessTest, AKeyInTheAddressCountsForTilesOnly) {
  const std::string key = StrCat("?key=", Key('a').ToText());
  EXPECT_EQ(Get(StrCat("/tiles/traffic/12/3263/1923.mvt", key)), 204);
  EXPECT_EQ(Get(StrCat("/tiles/traffic.json", key)), 200);
  EXPECT_EQ(Get(StrCat("/tiles/traffic.json?key=", Key('x').ToText())), 401);
  EXPECT_EQ(Get(StrCat("/live/traffic", key)), 401);
  EXPECT_EQ(Get(StrCat(kLayersMethod, "?encoding=json&message=%7B%7D&key=", Key('a').ToText())),
            401);
}

TEST_F(RequestAccessTest, MethodsNeedTheScopeOfTheirProto) {
  TestClient client(city_.http_port());
  const auto post = [&](std::string_view path, std::string_view headers, std::string_view body) {
    return client.Request("POST", path, StrCat(kJson, headers), body);
  };
  const auto none = post(kAlertMethod, "", R"({"name":"alerts/1"})");
  EXPECT_EQ(none.status, 401);
  EXPECT_THAT(none.body, HasSubstr("unauthenticated"));
  EXPECT_EQ(ReasonOf(none.body), "KEY_NEEDED");
  EXPECT_EQ(post(kAlertMethod, Bearer('a'), R"({"name":"alerts/1"})").status, 403);
  EXPECT_EQ(post(kAlertMethod, Bearer('c'), R"({"name":"alerts/1"})").status, 200);
  const auto revoked = post(kAlertMethod, Bearer('d'), R"({"name":"alerts/1"})");
  EXPECT_EQ(revoked.status, 401);
  EXPECT_EQ(ReasonOf(revoked.body), "BAD_KEY");
}

// The gateway answers ListLayers by itself.
TEST_F(RequestAccessTest, ListLayersShowsWhatTheCallerMayRead) {
  TestClient client(city_.http_port());
  const auto list = [&](std::string_view headers) {
    return client.Request("POST", kLayersMethod, StrCat(kJson, headers), "{}");
  };
  EXPECT_EQ(list("").status, 401);
  EXPECT_THAT(list(Bearer('a')).body, HasSubstr("layers/traffic"));
  const auto limited = list(Bearer('b'));
  EXPECT_EQ(limited.status, 200);
  EXPECT_THAT(limited.body, HasSubstr("layers/flood"));
  EXPECT_THAT(limited.body, Not(HasSubstr("layers/traffic")));
  EXPECT_EQ(list(Bearer('c')).status, 403);
}

TEST_F(RequestAccessTest, SoDoesTheProxyForGrpc) {
  const auto stub = layers::v1::LayerService::NewStub(city_.FrontChannel());
  const auto list = [&](std::string_view key) {
    grpc::ClientContext context;
    if (!key.empty()) context.AddMetadata("authorization", StrCat("Bearer ", key));
    layers::v1::ListLayersResponse response;
    const grpc::Status status = stub->ListLayers(&context, {}, &response);
    return status.ok() ? response.layers_size() : -static_cast<int>(status.error_code());
  };
  EXPECT_EQ(list(""), -static_cast<int>(grpc::StatusCode::UNAUTHENTICATED));
  EXPECT_EQ(list("clk_wrong"), -static_cast<int>(grpc::StatusCode::UNAUTHENTICATED));
  EXPECT_EQ(list(Key('a').ToText()), 3);
  EXPECT_EQ(list(Key('b').ToText()), 1);
}

}  // namespace
}  // namespace citylayers::gateway
