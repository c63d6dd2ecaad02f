// Tests of the gateway with small backends: RPC over HTTP, live streams, backends that go down.
#include "services/gateway/gateway.h"

#include <thread>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include <nlohmann/json.hpp>

#include "base/strings.h"
#include "services/gateway/representation.h"
#include "services/gateway/rpc_codec.h"
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

constexpr std::string_view kGetAlert = "/citylayers.alerts.v1.AlertService/GetAlert";
constexpr std::string_view kExport = "/citylayers.flood.v1.FloodService/ExportDepth";
constexpr std::string_view kJson = "Content-Type: application/json\r\n";

TestResponse Post(FakeCity& city, std::string_view path, std::string_view headers,
                  std::string_view body) {
  return TestClient(city.http_port()).Request("POST", path, headers, body);
}

// The gateway itself, while its backends change nothing or hang.
TEST(Directory, FollowsVersionsByStreams) {
  FakeCity city;
  city.WaitUntilSeen("traffic");
  const int lists = city.layers().counts().lists;
  EXPECT_EQ(lists, 1);
  for (int i = 0; i < 3; ++i) {
    city.layers().Bump("traffic");
    city.WaitUntilSeen("traffic");
  }
  EXPECT_EQ(city.layers().counts().lists, lists);
  const auto seen = city.gateway().directory().Layers()->Share("traffic");
  EXPECT_EQ(seen->version.counter, city.layers().Counter("traffic"));
}

TEST(Directory, ABackendWithoutHeartbeatsIsLostAndFoundAgain) {
  Gateway::Options options = FakeCity::SmallOptions();
  options.directory.silence_max = absl::Milliseconds(50);
  FakeCity city(options);  // its streams bring nothing while no layer changes
  city.WaitUntilSeen("traffic", /*reachable=*/false);
  EXPECT_THAT(std::string(city.gateway().Ready().message()), HasSubstr("no heartbeat for 50ms"));
  city.WaitUntilSeen("traffic");
  EXPECT_GT(city.layers().counts().lists, 1);
}

TEST(ConnectUnary, JsonThereAndBack) {
  FakeCity city;
  const auto response = Post(city, kGetAlert, kJson, R"({"name":"alerts/1"})");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.Header("content-type"), "application/json");
  EXPECT_EQ(response.body, R"({"alert":{"name":"alerts/1","level":3,"place":"Phú An"}})");
}

TEST(ConnectUnary, ProtoThereAndBack) {
  FakeCity city;
  alerts::v1::GetAlertRequest request;
  request.set_name("alerts/1");
  const auto response =
      Post(city, kGetAlert, "Content-Type: application/proto\r\n", request.SerializeAsString());
  EXPECT_EQ(response.Header("content-type"), "application/proto");
  alerts::v1::GetAlertResponse alert;
  ASSERT_TRUE(alert.ParseFromString(response.body));
  EXPECT_EQ(alert.alert().place(), "Phú An");
}

TEST(ConnectUnary, ErrorsHaveTheirCodeAndDetails) {
  FakeCity city;
  const auto response = Post(city, kGetAlert, kJson, R"({"name":"alerts/9"})");
  EXPECT_EQ(response.status, 404);
  const Json error = Json::parse(response.body);
  EXPECT_EQ(error["code"], "not_found");
  EXPECT_EQ(error["message"], "there is no alerts/9");
  EXPECT_EQ(error["details"][0]["type"], "google.rpc.ErrorInfo");
  EXPECT_THAT(*ReadBase64(error["details"][0]["value"].get<std::string>()), HasSubstr("NO_ALERT"));
}

TEST(ConnectUnary, MalformedRequestsAreInvalidArguments) {
  FakeCity city;
  const auto json = Post(city, kGetAlert, kJson, R"({"name":)");
  EXPECT_EQ(json.status, 400);
  EXPECT_EQ(Json::parse(json.body)["code"], "invalid_argument");
  const auto proto = Post(city, kGetAlert, "Content-Type: application/proto\r\n", "\xff\xff");
  EXPECT_EQ(proto.status, 400);
  EXPECT_EQ(Post(city, kGetAlert, StrCat(kJson, "Content-Encoding: gzip\r\n"), "x").status, 501);
}

TEST(ConnectUnary, UnknownTypesAndMethodsAreTold) {
  FakeCity city;
  const auto type = Post(city, kGetAlert, "Content-Type: text/plain\r\n", "x");
  EXPECT_EQ(type.status, 415);
  EXPECT_THAT(type.Header("accept-post"), HasSubstr("application/json"));
  EXPECT_EQ(Post(city, kGetAlert, "Content-Type: application/connect+json\r\n", "x").status, 415)
      << "a stream's type for a unary method";
  EXPECT_EQ(Post(city, "/citylayers.alerts.v1.AlertService/None", kJson, "{}").status, 404);
  EXPECT_EQ(Post(city, "/google.protobuf.Nothing/None", kJson, "{}").status, 404);
}

TEST(ConnectUnary, GetIsForReadsOnly) {
  FakeCity city;
  TestClient client(city.http_port());
  const auto plain = client.Get(
      StrCat(kGetAlert, "?connect=v1&encoding=json&message=%7B%22name%22%3A%22alerts%2F1%22%7D"));
  EXPECT_EQ(plain.status, 200);
  EXPECT_THAT(plain.body, HasSubstr("Phú An"));
  const auto base64 =
      client.Get(StrCat(kGetAlert, "?encoding=proto&base64=1&message=", "CghhbGVydHMvMQ"));
  EXPECT_EQ(base64.status, 200);
  EXPECT_EQ(base64.Header("content-type"), "application/proto");
  const auto write = client.Get(
      "/citylayers.alerts.v1.AlertService/AcknowledgeAlert?encoding=json&message=%7B%7D");
  EXPECT_EQ(write.status, 405);
  EXPECT_EQ(write.Header("allow"), "POST");
}

TEST(ConnectUnary, AReadOnlyGatewayShowsButTakesNoChanges) {
  Gateway::Options options = FakeCity::SmallOptions();
  options.rpc.writes = false;
  FakeCity city(std::move(options));
  const auto write = Post(city, "/citylayers.alerts.v1.AlertService/AcknowledgeAlert", kJson, "{}");
  EXPECT_EQ(write.status, 403);
  const Json error = Json::parse(write.body);
  EXPECT_EQ(error["code"], "permission_denied");
  EXPECT_THAT(error["message"].get<std::string>(), HasSubstr("gateway.http_writes"));
  EXPECT_EQ(Post(city, kGetAlert, kJson, R"({"name":"alerts/1"})").status, 200);
  const auto watch = Post(city, "/citylayers.layers.v1.LayerService/WatchLayer",
                          "Content-Type: application/connect+json\r\n", Frame(0, "{}"));
  EXPECT_THAT(watch.body, Not(HasSubstr("permission_denied")));
}

TEST(ConnectUnary, HeadersThatGrpcDoesNotAcceptAreRefusedOrLeftOut) {
  FakeCity city;
  const auto post = [&](std::string_view header) {
    return Post(city, kGetAlert, StrCat(kJson, header, "\r\n"), R"({"name":"alerts/1"})");
  };
  for (const char* header : {"X-Request-Id: Nguy\u1ec5n", "traceparent: \x80", "tracestate: a\tb",
                             "Accept-Language: vi\xff"}) {
    EXPECT_EQ(post(header).status, 200) << header;
  }
  for (const char* header :
       {"Authorization: Bearer Nguy\u1ec5n", "X-Api-Key: a\tb", "X-Citylayers-A!b: 1",
        "x-citylayers-a: \xf0\x9f\x8c\x8a", "X-Citylayers-Bin-Bin: ***"}) {
    const auto response = post(header);
    EXPECT_EQ(response.status, 400) << header;
    const Json error = Json::parse(response.body);
    EXPECT_EQ(error["code"], "invalid_argument");
    EXPECT_THAT(error["message"].get<std::string>(), HasSubstr("header \""));
    EXPECT_THAT(*ReadBase64(error["details"][0]["value"].get<std::string>()),
                HasSubstr("BAD_METADATA"));
  }
}

TEST(GrpcWeb, HeadersThatGrpcDoesNotAcceptAreInvalidArguments) {
  FakeCity city;
  const auto response = Post(
      city, kExport, "Content-Type: application/grpc-web\r\nAuthorization: \x80\r\n", Frame(0, ""));
  EXPECT_EQ(response.status, 200);
  EXPECT_THAT(response.body, HasSubstr("grpc-status: 3"));
  EXPECT_THAT(response.body, HasSubstr("authorization"));
}

TEST(ConnectUnary, PassesMetadataBack) {
  FakeCity city;
  const auto response = Post(city, "/citylayers.layers.v1.LayerService/GetLayer", kJson,
                             R"({"name":"layers/traffic"})");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.Header("x-served-by"), "fake");
  EXPECT_EQ(response.Header("trailer-x-cost"), "1");
}

TEST(ConnectUnary, APassedDeadlineIsToldAsSuch) {
  FakeCity city;
  const auto response =
      Post(city, kGetAlert, StrCat(kJson, "Connect-Timeout-Ms: 0\r\n"), R"({"name":"alerts/1"})");
  EXPECT_EQ(response.status, 504);
}

TEST(LayerCalls, GoWhereTheLayerIs) {
  FakeCity city;
  const auto known = Post(city, "/citylayers.layers.v1.LayerService/GetLayer", kJson,
                          R"({"name":"layers/traffic"})");
  EXPECT_EQ(Json::parse(known.body)["layer"]["name"], "layers/traffic");
  const auto unknown =
      Post(city, "/citylayers.layers.v1.LayerService/GetLayer", kJson, R"({"name":"layers/air"})");
  EXPECT_EQ(unknown.status, 404);
  EXPECT_THAT(unknown.body, HasSubstr("base, flood, traffic"));
  EXPECT_EQ(Post(city, "/citylayers.layers.v1.LayerService/GetLayer", kJson, "{}").status, 400);
  const auto all = Post(city, "/citylayers.layers.v1.LayerService/ListLayers", kJson, "{}");
  EXPECT_EQ(Json::parse(all.body)["layers"].size(), 3u);
}

TEST(ConnectStream, HasTheBytesOfTheProtocol) {
  FakeCity city;
  const auto response = Post(city, kExport, "Content-Type: application/connect+json\r\n",
                             Frame(0, R"({"stageM":1.7})"));
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.Header("content-type"), "application/connect+json");
  EXPECT_EQ(response.body, Frame(0, R"({"data":"YQ=="})") + Frame(0, R"({"data":"Yg=="})") +
                               Frame(0, R"({"data":"Yw=="})") + Frame(2, "{}"));
}

TEST(ConnectStream, ErrorsComeInTheLastFrame) {
  FakeCity city;
  const auto response =
      Post(city, kExport, "Content-Type: application/connect+json\r\n", Frame(0, "{{"));
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body[0], kFlagEndStream);
  EXPECT_EQ(Json::parse(response.body.substr(5))["error"]["code"], "invalid_argument");
  EXPECT_THAT(Post(city, kExport, "Content-Type: application/connect+json\r\n", "").body,
              HasSubstr("0 messages instead of one"));
}

TEST(ConnectStream, TwoWaysWorkHalfDuplex) {
  FakeCity city;
  const auto response = Post(city, "/citylayers.readings.v1.ReadingService/StreamReadings",
                             "Content-Type: application/connect+json\r\n",
                             Frame(0, R"({"sequence":"1"})") + Frame(0, R"({"sequence":"2"})"));
  EXPECT_EQ(response.body,
            Frame(0, R"({"sequence":"1"})") + Frame(0, R"({"sequence":"2"})") + Frame(2, "{}"));
}

TEST(GrpcWeb, HasTheBytesOfTheProtocol) {
  FakeCity city;
  alerts::v1::GetAlertRequest request;
  request.set_name("alerts/1");
  const auto response = Post(city, kGetAlert, "Content-Type: application/grpc-web+proto\r\n",
                             Frame(0, request.SerializeAsString()));
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.Header("content-type"), "application/grpc-web+proto");
  alerts::v1::GetAlertResponse alert;
  alert.mutable_alert()->set_name("alerts/1");
  alert.mutable_alert()->set_place("Phú An");
  alert.mutable_alert()->set_level(3);
  EXPECT_EQ(response.body, Frame(0, alert.SerializeAsString()) + Frame(0x80, "grpc-status: 0\r\n"));
}

TEST(GrpcWeb, TextIsBase64OfTheSame) {
  FakeCity city;
  const auto response =
      Post(city, kGetAlert, "Content-Type: application/grpc-web-text\r\n", "AAAAAAoKCGFsZXJ0cy85");
  const std::string bytes = *ReadBase64(response.body);
  EXPECT_EQ(bytes[0], '\x80');
  EXPECT_THAT(bytes, HasSubstr("grpc-status: 5\r\ngrpc-message: there is no alerts/9\r\n"
                               "grpc-status-details-bin: "));
}

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

layers::v1::WatchLayerResponse Snapshot(std::uint64_t counter) {
  layers::v1::WatchLayerResponse response;
  response.mutable_snapshot()->set_pack_id("pack1");
  response.mutable_snapshot()->mutable_version()->set_epoch(7);
  response.mutable_snapshot()->mutable_version()->set_counter(counter);
  return response;
}

layers::v1::WatchLayerResponse Delta(std::uint64_t from, std::uint64_t to) {
  layers::v1::WatchLayerResponse response;
  response.mutable_delta()->set_pack_id("pack1");
  response.mutable_delta()->mutable_from()->set_epoch(7);
  response.mutable_delta()->mutable_from()->set_counter(from);
  response.mutable_delta()->mutable_to()->set_epoch(7);
  response.mutable_delta()->mutable_to()->set_counter(to);
  return response;
}

constexpr std::string_view kLiveGet =
    "GET /live/traffic?bbox=106,10,107,11&zoom=12 HTTP/1.1\r\nHost: a\r\n\r\n";

TEST(Live, SendsEventsWithIdsToResumeFrom) {
  FakeCity city;
  city.layers().SetScript({Snapshot(5), Delta(5, 6)});
  TestClient client(city.http_port());
  client.Send(kLiveGet);
  const std::string text = client.ReadUntil("event: delta");
  EXPECT_THAT(text, HasSubstr("Content-Type: text/event-stream\r\n"));
  EXPECT_THAT(text, HasSubstr("retry: 1000\n\n"));
  EXPECT_THAT(text, HasSubstr("id: pack1:7:5\nevent: snapshot\ndata: {\"packId\":\"pack1\","
                              "\"version\":{\"epoch\":\"7\",\"counter\":\"5\"}}\n\n"));
  EXPECT_THAT(text, HasSubstr("id: pack1:7:6\nevent: delta"));
  const auto watch = city.layers().counts().watches.at(0);
  EXPECT_EQ(watch.viewport().west_deg(), 106);
  EXPECT_EQ(watch.zoom(), 12u);
}

TEST(Live, TheBrowsersLastEventIdBecomesTheResumeToken) {
  FakeCity city;
  city.layers().SetScript({Delta(5, 6)});
  TestClient client(city.http_port());
  client.Send("GET /live/traffic HTTP/1.1\r\nHost: a\r\nLast-Event-ID: pack1:7:5\r\n\r\n");
  client.ReadUntil("event: delta");
  EXPECT_EQ(city.layers().counts().watches.at(0).resume().version().counter(), 5u);
}

TEST(Live, OutlivesItsBackendAndGoesOnFromWhereItWas) {
  FakeCity city;
  city.layers().SetScript({Snapshot(5)});
  TestClient client(city.http_port());
  client.Send(kLiveGet);
  client.ReadUntil("event: snapshot");
  city.StopBackends();
  EXPECT_THAT(client.ReadUntil("\"stale\":true"), HasSubstr("event: heartbeat"));
  city.layers().SetScript({Delta(5, 8)});
  city.StartBackends();
  EXPECT_THAT(client.ReadUntil("event: delta"), HasSubstr("id: pack1:7:8"));
  EXPECT_EQ(city.layers().counts().watches.back().resume().version().counter(), 5u);
}

TEST(Live, AlertsComeAsAlertsWithHeartbeatsBetween) {
  FakeCity city;
  TestClient client(city.http_port());
  client.Send("GET /live/alerts?filter=level%3D3 HTTP/1.1\r\nHost: a\r\n\r\n");
  const std::string text = client.ReadUntil("event: alerts\ndata: {\"alerts\":");
  EXPECT_THAT(text + client.ReadUntil("event: heartbeat\ndata: {}\n\n"),
              HasSubstr("alerts/1?level=3"));
}

TEST(Live, AClientThatLeavesEndsItsCall) {
  FakeCity city;
  city.layers().SetScript({Snapshot(5)});
  {
    TestClient client(city.http_port());
    client.Send(kLiveGet);
    client.ReadUntil("event: snapshot");
  }
  for (int i = 0; i < 2000 && city.gateway().HttpStats().streams_open > 0; ++i) {
    absl::SleepFor(absl::Milliseconds(5));
  }
  EXPECT_EQ(city.gateway().HttpStats().streams_open, 0u);
}

TEST(Live, WrongRequestsAreToldBeforeAStreamBegins) {
  FakeCity city;
  TestClient client(city.http_port());
  EXPECT_EQ(client.Get("/live/none").status, 404);
  EXPECT_EQ(client.Get("/live/base").status, 404) << "a static layer";
  EXPECT_EQ(client.Get("/live/traffic?bbox=1").status, 400);
}

// An EventSource that receives 200 reconnects forever; one that receives 400 stops.
TEST(Live, WhatTheBackendRefusesIsToldBeforeAStreamBegins) {
  FakeCity city;
  TestClient client(city.http_port());
  for (const char* target : {"/live/traffic?columns=nonsense", "/live/alerts?filter=nonsense"}) {
    const auto response = client.Get(target);
    EXPECT_EQ(response.status, 400) << target;
    EXPECT_EQ(response.Header("content-type"), "application/problem+json");
    EXPECT_EQ(response.Header("access-control-allow-origin"), "*");
    EXPECT_THAT(response.body, HasSubstr("nonsense"));
  }
}

TEST(Live, BeginsWhileItsBackendIsDown) {
  FakeCity city;
  city.layers().SetScript({Snapshot(5)});
  city.StopBackends();
  TestClient client(city.http_port());
  client.Send(kLiveGet);
  EXPECT_THAT(client.ReadUntil("\"stale\":true"), HasSubstr("HTTP/1.1 200"));
  city.StartBackends();
  client.ReadUntil("event: snapshot");
}

TEST(Live, ABackendThatSaysNothingYetDoesNotHoldTheStreamBack) {
  Gateway::Options options = FakeCity::SmallOptions();
  options.live.head_timeout = absl::Milliseconds(10);
  FakeCity city(options);
  TestClient client(city.http_port());
  client.Send(kLiveGet);
  EXPECT_THAT(client.ReadUntil("retry: 1000\n\n"), HasSubstr("HTTP/1.1 200"));
}

TEST(Tiles, WhoJoinsAQuestionOfAClientThatHoldsTheTileStillGetsTheTile) {
  Gateway::Options options = FakeCity::SmallOptions();
  options.http.threads = 1;  // one thread: requests are read in the order in which they are sent
  FakeCity city(options);
  city.layers().SetTile("traffic/14/1/2.mvt", "roads");
  city.WaitUntilSeen("traffic");
  const std::string tag = TagOf("roads").substr(0, 8);
  constexpr std::string_view kTile = "/tiles/traffic/14/1/2.mvt";
  // The first client has an old version of the tile, which the gateway does not have.
  city.layers().HoldConfirmations(true);
  TestClient first(city.http_port());
  first.Send(
      StrCat("GET ", kTile, " HTTP/1.1\r\nHost: a\r\nIf-None-Match: \"", tag, "-id\"\r\n\r\n"));
  city.layers().WaitForHeld(1);
  // Meanwhile the tile is cached, and becomes outdated.
  EXPECT_EQ(TestClient(city.http_port()).Get(kTile).body, "roads");
  city.layers().Bump("traffic");
  city.WaitUntilSeen("traffic");
  // The second request has the cached tile's tag, which is the request under way.
  TestClient second(city.http_port());
  second.Send(StrCat("GET ", kTile, " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"));
  for (int i = 0; i < 2; ++i)
    TestClient(city.http_port()).Get("/healthz");  // after this it has been read
  city.layers().HoldConfirmations(false);
  EXPECT_THAT(first.ReadUntil("\r\n\r\n"), StartsWith("HTTP/1.1 304"));
  const std::string head = second.ReadUntil("\r\n\r\n");
  EXPECT_THAT(head, StartsWith("HTTP/1.1 200"));
  EXPECT_EQ(city.layers().counts().not_modified, 1) << "one request for both clients";
}

TEST(Tiles, PagesOfOtherOriginsCanReadThatThereAreTooManyTiles) {
  Gateway::Options options = FakeCity::SmallOptions();
  options.tiles.fills_max = 0;
  FakeCity city(options);
  city.WaitUntilSeen("traffic");
  const auto response = TestClient(city.http_port()).Get("/tiles/traffic/14/1/2.mvt");
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(response.Header("retry-after"), "1");
  EXPECT_EQ(response.Header("access-control-allow-origin"), "*");
}

TEST(Tiles, WithTooManyBeingMadeTheCachedOneIsServedAsStale) {
  Gateway::Options options = FakeCity::SmallOptions();
  options.tiles.fills_max = 1;
  FakeCity city(options);
  constexpr std::string_view kFirst = "/tiles/traffic/14/1/2.mvt",
                             kSecond = "/tiles/traffic/14/1/3.mvt";
  city.layers().SetTile("traffic/14/1/2.mvt", "first");
  city.layers().SetTile("traffic/14/1/3.mvt", "second");
  city.WaitUntilSeen("traffic");
  TestClient client(city.http_port());
  EXPECT_EQ(client.Get(kFirst).body, "first");
  EXPECT_EQ(client.Get(kSecond).body, "second");
  city.layers().Bump("traffic");
  city.WaitUntilSeen("traffic");
  city.layers().HoldConfirmations(true);
  TestClient waiting(city.http_port());
  waiting.Send(StrCat("GET ", kFirst, " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"));
  city.layers().WaitForHeld(1);
  const auto stale = client.Get(kSecond);
  EXPECT_EQ(stale.status, 200);
  EXPECT_EQ(stale.body, "second");
  EXPECT_EQ(stale.Header("x-citylayers-stale"), "1");
  EXPECT_EQ(client.Get("/tiles/traffic/14/1/4.mvt").status, 503) << "this tile is not cached";
  city.layers().HoldConfirmations(false);
  EXPECT_THAT(waiting.ReadUntil("\r\n\r\n"), StartsWith("HTTP/1.1 200"));
}

TEST(Tiles, AnEmptyImageIsATransparentOneAndAnEmptyVectorTileIsNone) {
  FakeCity city;
  city.WaitUntilSeen("flood");
  TestClient client(city.http_port());
  for (int i = 0; i < 2; ++i) {  // made, then cached
    const auto png = client.Get("/tiles/flood/14/1/2.png");
    EXPECT_EQ(png.status, 200);
    EXPECT_EQ(png.Header("content-type"), "image/png");
    EXPECT_THAT(png.body, StartsWith("\x89PNG\r\n"));
    EXPECT_LT(png.body.size(), 300u);
    EXPECT_EQ(
        client.Get("/tiles/flood/14/1/2.png", StrCat("If-None-Match: ", png.Header("etag"), "\r\n"))
            .status,
        304);
    EXPECT_EQ(client.Get("/tiles/flood/14/1/2.mvt").status, 204);
  }
}

TEST(TileJson, IsNotSentAgainWhenOnlyTheClockMoved) {
  FakeCity city;
  city.WaitUntilSeen("traffic");
  TestClient client(city.http_port());
  const auto first = client.Get("/tiles/traffic.json");
  const std::string etag = first.Header("etag");
  EXPECT_THAT(etag, StartsWith("W/\"")) << "its city_time differs from one to the next";
  city.AdvanceClock(absl::Seconds(5));
  const auto second = client.Get("/tiles/traffic.json");
  EXPECT_NE(second.body, first.body);
  EXPECT_EQ(second.Header("etag"), etag);
  const std::string held = StrCat("If-None-Match: ", etag, "\r\n");
  EXPECT_EQ(client.Get("/tiles/traffic.json", held).status, 304);
  EXPECT_EQ(
      client.Get("/tiles/traffic.json", StrCat("If-None-Match: ", etag.substr(2), "\r\n")).status,
      304);
  city.layers().Bump("traffic");
  city.WaitUntilSeen("traffic");
  EXPECT_EQ(client.Get("/tiles/traffic.json", held).status, 200);
}

TEST(BackendDown, TilesAreServedStaleAndLayersStayListed) {
  FakeCity city;
  city.layers().SetTile("traffic/14/1/2.mvt", "roads");
  city.WaitUntilSeen("traffic");
  TestClient client(city.http_port());
  EXPECT_EQ(client.Get("/tiles/traffic/14/1/2.mvt").body, "roads");
  EXPECT_EQ(client.Get("/readyz").status, 200);
  city.StopBackends();
  city.WaitUntilSeen("traffic", false);
  const auto stale = client.Get("/tiles/traffic/14/1/2.mvt");
  EXPECT_EQ(stale.status, 200);
  EXPECT_EQ(stale.body, "roads");
  EXPECT_EQ(stale.Header("x-citylayers-stale"), "1");
  EXPECT_EQ(stale.Header("warning"), "110 - \"Response is Stale\"");
  EXPECT_EQ(client.Get("/tiles/traffic/14/9/9.mvt").status, 503) << "never seen before";
  EXPECT_EQ(Json::parse(client.Get("/tiles/traffic.json").body)["stale"], true);
  EXPECT_EQ(client.Get("/readyz").status, 503);
  EXPECT_EQ(client.Get("/healthz").status, 200);
  const auto list =
      client.Request("POST", "/citylayers.layers.v1.LayerService/ListLayers", kJson, "{}");
  EXPECT_EQ(Json::parse(list.body)["layers"][0]["stale"], true);
  EXPECT_EQ(client.Request("POST", kGetAlert, kJson, R"({"name":"alerts/1"})").status, 503);

  city.StartBackends();
  city.WaitUntilSeen("traffic");
  const auto fresh = client.Get("/tiles/traffic/14/1/2.mvt");
  EXPECT_EQ(fresh.Header("x-citylayers-stale"), "");
  EXPECT_EQ(client.Get("/readyz").status, 200);
}

TEST(Cap, FeedLinksMessagesThatAreThere) {
  FakeCity city;
  TestClient client(city.http_port());
  const auto feed = client.Get("/cap/alerts.atom");
  EXPECT_EQ(feed.status, 200);
  EXPECT_THAT(feed.Header("content-type"), StartsWith("application/atom+xml"));
  EXPECT_THAT(feed.body, HasSubstr("http://test/cap/cap-1.xml"));
  const auto message = client.Get("/cap/cap-1.xml");
  EXPECT_THAT(message.Header("content-type"), StartsWith("application/cap+xml"));
  EXPECT_THAT(message.body, HasSubstr("<alert"));
  EXPECT_EQ(client.Get("/cap/cap-1.xml", StrCat("If-None-Match: ", message.Header("etag"), "\r\n"))
                .status,
            304);
  EXPECT_EQ(client.Get("/cap/none.xml").status, 404);
}

}  // namespace
}  // namespace citylayers::gateway
