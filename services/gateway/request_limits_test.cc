// The limits of callers at the gateway, by all its ways.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/strings.h"
#include "services/gateway/request_access.h"
#include "tests/support/error_reason.h"
#include "tests/support/fake_city.h"
#include "tests/support/http_test_client.h"

namespace citylayers::gateway {
namespace {

using runtime::TestClient;
using runtime::TestResponse;
using ::testing::HasSubstr;

constexpr std::string_view kTiles = "/tiles/traffic.json";
constexpr std::string_view kListLayers = "/citylayers.layers.v1.LayerService/ListLayers";
// In the time of a test no token comes back.
constexpr double kSlow = 0.001;

access::ApiKey Key() { return {.id = std::string(12, 'a'), .secret = std::string(32, 'a')}; }

class RequestLimitsTest : public ::testing::Test {
 protected:
  explicit RequestLimitsTest(
      const access::CallerLimits::Options& limits = {.keys = {.calls_per_s = kSlow},
                                                     .anonymous = {.calls_per_s = kSlow},
                                                     .failures_per_s = kSlow})
      : city_(FakeCity::SmallOptions(), nullptr, true, "layers:read,alerts:read", limits) {
    city_.access().SetRing(std::make_shared<const access::KeyRing>(
        std::vector<access::KeyRecord>{{.id = Key().id,
                                        .principal = "map",
                                        .scopes = {access::ParseScope("layers:read").value()},
                                        .secrets = {{.hash = access::HashOf(Key(), "pepper")}}}},
        "pepper"));
    city_.WaitUntilSeen("traffic");
  }
  TestResponse Get(std::string_view target, std::string_view headers = "") {
    return TestClient(city_.http_port()).Request("GET", target, headers);
  }

  const std::string bearer_ = StrCat("Authorization: Bearer ", Key().ToText(), "\r\n");
  FakeCity city_;
};

TEST_F(RequestLimitsTest, ARefusalSaysWhenToComeBack) {
  EXPECT_EQ(Get(kTiles).status, 200);
  const TestResponse refused = Get(kTiles);
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(refused.Header("retry-after"), "1000");
  EXPECT_EQ(refused.Header("access-control-allow-origin"), "*");
  EXPECT_THAT(refused.body, HasSubstr("the limit is 0.001 calls per second"));
  EXPECT_EQ(Get("/healthz").status, 200) << "is open";
}

TEST_F(RequestLimitsTest, AKeyHasItsOwnLimitAtEveryAddress) {
  EXPECT_EQ(Get(kTiles).status, 200);
  EXPECT_EQ(Get(kTiles, StrCat(bearer_, "X-Forwarded-For: 203.0.113.1\r\n")).status, 200);
  EXPECT_EQ(Get(kTiles, StrCat(bearer_, "X-Forwarded-For: 203.0.113.2\r\n")).status, 429);
}

// The test's own machine is a trusted proxy.
TEST_F(RequestLimitsTest, BehindAProxyEachClientHasItsOwnLimit) {
  EXPECT_EQ(Get(kTiles, "X-Forwarded-For: 203.0.113.1\r\n").status, 200);
  EXPECT_EQ(Get(kTiles, "X-Forwarded-For: 203.0.113.1\r\n").status, 429);
  EXPECT_EQ(Get(kTiles, "X-Forwarded-For: 203.0.113.2\r\n").status, 200);
  EXPECT_EQ(Get(kTiles, "X-Forwarded-For: 9.9.9.9, 203.0.113.2\r\n").status, 429)
      << "the first address is an invention of the client";
}

TEST_F(RequestLimitsTest, MethodsAnswerInTheProtocolOfTheirCaller) {
  TestClient client(city_.http_port());
  const std::string_view json = "Content-Type: application/json\r\n";
  EXPECT_EQ(client.Request("POST", kListLayers, json, "{}").status, 200);
  const TestResponse refused = client.Request("POST", kListLayers, json, "{}");
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(refused.Header("retry-after"), "1000");
  EXPECT_THAT(refused.body, HasSubstr("resource_exhausted"));
  EXPECT_EQ(ReasonOf(refused.body), "LIMIT_EXCEEDED");
}

TEST_F(RequestLimitsTest, InvalidKeysAreLimitedByAddress) {
  const std::string_view wrong = "X-Api-Key: clk_aaaaaaaaaaaa_bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\r\n";
  EXPECT_EQ(Get(kTiles, wrong).status, 401);
  EXPECT_EQ(Get(kTiles, wrong).status, 429);
  EXPECT_EQ(Get(kTiles, StrCat(wrong, "X-Forwarded-For: 203.0.113.1\r\n")).status, 401);
}

TEST_F(RequestLimitsTest, CallsOfTheProxyForGrpcCountOnce) {
  const auto stub = layers::v1::LayerService::NewStub(city_.FrontChannel());
  const auto list = [&] {
    grpc::ClientContext context;
    context.AddMetadata("x-api-key", Key().ToText());
    layers::v1::ListLayersResponse response;
    return stub->ListLayers(&context, {}, &response).error_code();
  };
  EXPECT_EQ(list(), grpc::StatusCode::OK);
  EXPECT_EQ(list(), grpc::StatusCode::RESOURCE_EXHAUSTED);
}

class StreamLimitsTest : public RequestLimitsTest {
 protected:
  StreamLimitsTest() : RequestLimitsTest({.anonymous = {.streams_max = 1}}) {}
};

TEST_F(StreamLimitsTest, AStreamThatEndsMakesRoomForAnother) {
  auto first = std::make_unique<TestClient>(city_.http_port());
  first->Send("GET /live/traffic HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_THAT(first->ReadUntil("\r\n\r\n"), HasSubstr("200 OK"));
  const TestResponse refused = Get("/live/traffic");
  EXPECT_EQ(refused.status, 429);
  EXPECT_THAT(refused.body, HasSubstr("the limit is 1 open streams"));
  EXPECT_EQ(Get(kTiles).status, 200) << "not a stream";
  first.reset();
  const auto account = city_.access().limits().AccountOf({}, "127.0.0.1");
  const absl::Time end = absl::Now() + absl::Seconds(10);
  bool has_room = false;
  while (!has_room && absl::Now() < end) {
    has_room = !account->OpenStream().has_value();
  }
  EXPECT_TRUE(has_room);
}

class ByteLimitsTest : public RequestLimitsTest {
 protected:
  ByteLimitsTest() : RequestLimitsTest({.anonymous = {.bytes_per_s = kSlow}}) {}
};

TEST_F(ByteLimitsTest, AnAnswerIsSentWholeAndTheNextRequestWaits) {
  EXPECT_EQ(Get(kTiles).status, 200);
  const TestResponse refused = Get(kTiles);
  EXPECT_EQ(refused.status, 429);
  EXPECT_THAT(refused.body, HasSubstr("bytes per second, received and sent"));
}

}  // namespace
}  // namespace citylayers::gateway
