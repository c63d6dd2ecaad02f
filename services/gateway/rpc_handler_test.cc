// Tests of large RPC messages over HTTP, which a separate thread translates.
#include "services/gateway/rpc_handler.h"

#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "base/strings.h"
#include "tests/support/fake_city.h"
#include "tests/support/http_test_client.h"

namespace citylayers::gateway {
namespace {

using runtime::TestClient;
using ::testing::HasSubstr;

constexpr std::string_view kGetAlert = "/citylayers.alerts.v1.AlertService/GetAlert";
constexpr std::string_view kJson = "Content-Type: application/json\r\n";

// `{"name":"alerts/1"}` with an unknown field, which is parsed as well.
std::string Padded(std::size_t objects) {
  std::string body = "{\"name\":\"alerts/1\",\"more\":[{}";
  for (std::size_t i = 1; i < objects; ++i) body += ",{}";
  return body + "]}";
}

TEST(LargeRequest, IsAnsweredAsASmallOne) {
  FakeCity city;
  TestClient client(city.http_port());
  const auto large = client.Request("POST", kGetAlert, kJson, Padded(50'000));
  EXPECT_EQ(large.status, 200);
  EXPECT_THAT(large.body, HasSubstr("Phú An"));
  EXPECT_EQ(client.Request("POST", kGetAlert, kJson, Padded(1)).body, large.body);
  const auto broken = client.Request("POST", kGetAlert, kJson, Padded(50'000) + "}");
  EXPECT_EQ(broken.status, 400);
}

// Each takes some hundred milliseconds: one is translated and one waits while the others arrive.
TEST(LargeRequest, IsRefusedWhenTooManyWait) {
  Gateway::Options options = FakeCity::SmallOptions();
  options.rpc.large_requests_max = 1;
  FakeCity city(std::move(options));
  const std::string body = Padded(1'000'000);
  std::vector<int> statuses(8);
  std::vector<std::thread> clients;
  for (int& status : statuses) {
    clients.emplace_back([&city, &body, &status] {
      status = TestClient(city.http_port()).Request("POST", kGetAlert, kJson, body).status;
    });
  }
  // A small request does not wait for them.
  EXPECT_EQ(TestClient(city.http_port()).Request("POST", kGetAlert, kJson, Padded(1)).status, 200);
  for (std::thread& client : clients) client.join();
  EXPECT_THAT(statuses, ::testing::Each(::testing::AnyOf(200, 429)));
  EXPECT_THAT(statuses, ::testing::Contains(200));
  EXPECT_THAT(statuses, ::testing::Contains(429));
  city.StopBackends();
  const auto away = TestClient(city.http_port()).Request("POST", kGetAlert, kJson, Padded(1));
  EXPECT_EQ(away.status, 503);
  EXPECT_EQ(away.Header("retry-after"), "1");
}

}  // namespace
}  // namespace citylayers::gateway
