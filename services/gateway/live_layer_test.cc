// Tests of the streams of one feed: GET /live/{layer} and /live/alerts.
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "services/gateway/live_session.h"
#include "tests/support/fake_city.h"
#include "tests/support/http_test_client.h"

namespace citylayers::gateway {
namespace {

using runtime::TestClient;
using ::testing::HasSubstr;

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

}  // namespace
}  // namespace citylayers::gateway
