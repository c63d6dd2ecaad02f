// Tests of the gateway with small backends: the layer directory and the feed of CAP messages.
#include "services/gateway/gateway.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "base/strings.h"
#include "tests/support/fake_city.h"
#include "tests/support/http_test_client.h"

namespace citylayers::gateway {
namespace {

using runtime::TestClient;
using ::testing::HasSubstr;
using ::testing::StartsWith;

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
