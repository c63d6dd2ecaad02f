// Tests of the RPC protocols over HTTP: Connect and gRPC-Web.
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include <nlohmann/json.hpp>

#include "base/strings.h"
#include "services/gateway/rpc_codec.h"
#include "services/gateway/rpc_handler.h"
#include "tests/support/fake_city.h"
#include "tests/support/http_test_client.h"
#include "tests/support/rpc_post.h"

namespace citylayers::gateway {
namespace {

using runtime::TestClient;
using ::testing::HasSubstr;
using ::testing::Not;
using Json = nlohmann::json;

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
       {"X-Citylayers-A!b: 1", "x-citylayers-a: \xf0\x9f\x8c\x8a", "X-Citylayers-Bin-Bin: ***"}) {
    const auto response = post(header);
    EXPECT_EQ(response.status, 400) << header;
    const Json error = Json::parse(response.body);
    EXPECT_EQ(error["code"], "invalid_argument");
    EXPECT_THAT(error["message"].get<std::string>(), HasSubstr("header \""));
    EXPECT_THAT(*ReadBase64(error["details"][0]["value"].get<std::string>()),
                HasSubstr("BAD_METADATA"));
  }
  for (const char* header : {"Authorization: Bearer Nguy\u1ec5n", "X-Api-Key: a\tb"}) {
    const auto response = post(header);
    EXPECT_EQ(response.status, 401) << header;
    EXPECT_THAT(*ReadBase64(Json::parse(response.body)["details"][0]["value"].get<std::string>()),
                HasSubstr("BAD_KEY"));
  }
}

TEST(GrpcWeb, HeadersThatGrpcDoesNotAcceptAreInvalidArguments) {
  FakeCity city;
  const auto post = [&](std::string_view header) {
    return Post(city, kExport, StrCat("Content-Type: application/grpc-web\r\n", header, "\r\n"),
                Frame(0, ""));
  };
  EXPECT_EQ(post("X-Citylayers-Probe: \x80").status, 200);
  EXPECT_THAT(post("X-Citylayers-Probe: \x80").body, HasSubstr("grpc-status: 3"));
  EXPECT_THAT(post("X-Citylayers-Probe: \x80").body, HasSubstr("x-citylayers-probe"));
  EXPECT_THAT(post("Authorization: \x80").body, HasSubstr("grpc-status: 16"));
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

}  // namespace
}  // namespace citylayers::gateway
