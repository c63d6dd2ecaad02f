// Tests of GET /live: all feeds of a page in one stream.
#include "services/gateway/live_mux.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include <nlohmann/json.hpp>

#include "base/strings.h"
#include "tests/support/fake_city.h"
#include "tests/support/http_test_client.h"

namespace citylayers::gateway {
namespace {

using runtime::TestClient;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

layers::v1::WatchLayerResponse Snapshot(std::uint64_t counter) {
  layers::v1::WatchLayerResponse response;
  response.mutable_snapshot()->set_pack_id("pack1");
  response.mutable_snapshot()->mutable_version()->set_epoch(7);
  response.mutable_snapshot()->mutable_version()->set_counter(counter);
  return response;
}

void Open(TestClient& client, std::string_view query, std::string_view headers = "") {
  client.Send(StrCat("GET /live?", query, " HTTP/1.1\r\nHost: a\r\n", headers, "\r\n"));
}

absl::StatusOr<LiveQuery> Read(std::string_view query, std::string_view last_event_id = "") {
  runtime::HttpRequest request;
  request.SetRequestLine("GET", StrCat("/live?", query), 11);
  if (!last_event_id.empty()) request.AddHeader("Last-Event-ID", last_event_id);
  return ReadLiveQuery(request);
}

TEST(ReadLiveQuery, ALayersOwnParametersWin) {
  const LiveQuery query = *Read(
      "layers=traffic,flood&zoom=12&columns=level&flood.tiles_only=1&flood.zoom=9&jams=30&clock=1");
  ASSERT_EQ(query.layers.size(), 2u);
  EXPECT_EQ(query.layers[0].name(), "layers/traffic");
  EXPECT_EQ(query.layers[0].zoom(), 12u);
  EXPECT_FALSE(query.layers[0].tiles_only());
  EXPECT_EQ(query.layers[1].zoom(), 9u);
  EXPECT_TRUE(query.layers[1].tiles_only());
  EXPECT_THAT(query.layers[1].columns(), ElementsAre("level"));
  EXPECT_EQ(query.jams, 30);
  EXPECT_TRUE(query.clock);
  EXPECT_FALSE(query.alerts);
}

TEST(ReadLiveQuery, ResumesEachFeedThatTheIdNames) {
  const LiveQuery query =
      *Read("layers=traffic,flood&alerts=1&resume=traffic%3Dp:1:2", "flood=p:3:4;alerts=5:6");
  EXPECT_EQ(query.layers[0].resume().version().counter(), 2u);
  EXPECT_EQ(query.layers[1].resume().version().epoch(), 3u);
  EXPECT_EQ(query.alerts_cursor.epoch, 5u);
  EXPECT_EQ(query.alerts_cursor.number, 6u);
  EXPECT_FALSE(Read("layers=traffic", "not ours")->layers[0].has_resume());
}

TEST(ReadLiveQuery, WhatIsWrongIsTold) {
  for (const auto& [query, what] : std::vector<std::pair<std::string, std::string>>{
           {"", "the query names no feed"},
           {"layers=", "the query names no feed"},
           {"alerts=yes", "alerts \"yes\""},
           {"jams=-1", "jams \"-1\""},
           {"jams=101", "0 to 100"},
           {"jams=x", "jams \"x\""},
           {"layers=traffic,traffic", "twice"},
           {"layers=a%0Ab", "a\\nb"},
           {"layers=a%22", "is not the id of a layer"},
           {"layers=a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q", "more than 16"},
           {"layers=traffic&flood.zoom=1&traffic.zoom=99", "zoom \"99\""},
           {"alerts=1&resume=nonsense", "FEED=POSITION"}}) {
    const auto read = Read(query);
    ASSERT_FALSE(read.ok()) << query;
    EXPECT_THAT(ToStd(read.status().message()), HasSubstr(what)) << query;
  }
}

TEST(LivePage, CarriesEveryFeedInOneStream) {
  FakeCity city;
  city.layers().SetScript({Snapshot(5)});
  TestClient client(city.http_port());
  Open(client, "layers=traffic,flood&alerts=1&clock=1&stages=1&jams=30&notices=1");
  std::string text;
  for (const std::string_view feed :
       {"event: layer\ndata: {\"layer\":\"traffic\",\"snapshot\":{\"packId\":\"pack1\"",
        "event: layer\ndata: {\"layer\":\"flood\",\"snapshot\":{",
        "event: alerts\ndata: {\"alerts\":[{\"name\":\"alerts/1?state != RESOLVED\"",
        "event: clock\ndata: {\"clock\":{\"scenario\":\"tide\"},\"serverTime\":\"2",
        "event: stages\ndata: {\"stages\":[{\"station\":\"stations/phu-an\"",
        "event: jams\ndata: {\"jams\":[{\"name\":\"jams/one\"",
        "event: notices\ndata: {\"layers\":{\"base\":{\"kind\":\"static\"",
        "event: heartbeat\ndata: {\"serverTime\":\"2"}) {
    while (text.find(feed) == std::string::npos) {
      const std::string more = client.ReadUntil("\n\n");
      ASSERT_FALSE(more.empty()) << feed << " is missing in\n" << text;
      text += more;
    }
  }
  EXPECT_THAT(text, HasSubstr("Content-Type: text/event-stream\r\n"));
  EXPECT_THAT(text, HasSubstr("retry: 1000\n\n"));
  EXPECT_THAT(text, Not(HasSubstr("\"lost\"")));
}

TEST(LivePage, IdsNameThePlaceInEachFeed) {
  FakeCity city;
  city.layers().SetScript({Snapshot(5)});
  TestClient client(city.http_port());
  Open(client, "layers=traffic,flood&alerts=1");
  std::string text;
  while (text.find("traffic=pack1:7:5;flood=pack1:7:5;alerts=") == std::string::npos) {
    const std::string more = client.ReadUntil("\n\n");
    ASSERT_FALSE(more.empty()) << text;
    text += more;
    alerts::v1::WatchAlertsResponse change;
    change.add_alerts()->set_name("alerts/2");
    city.alerts().Send(change);
  }
}

TEST(LivePage, NamesOfOperatorsAreForOperators) {
  const auto change_seen_by = [](std::string_view scope) {
    FakeCity city(FakeCity::SmallOptions(), nullptr, true, scope);
    TestClient client(city.http_port());
    Open(client, "alerts=1");
    EXPECT_THAT(client.ReadUntil("\"snapshot\":true}"), HasSubstr("alerts/1"));
    alerts::v1::WatchAlertsResponse change;
    change.add_alerts()->set_name("alerts/2");
    change.mutable_alerts(0)->set_acknowledged_by("night desk");
    change.mutable_alerts(0)->set_exercise(true);  // the next field
    city.alerts().Send(change);
    return client.ReadUntil("\"exercise\":true");
  };
  EXPECT_THAT(change_seen_by("alerts:read"), Not(HasSubstr("night desk")));
  EXPECT_THAT(change_seen_by("alerts:operate"), HasSubstr("\"acknowledgedBy\":\"night desk\""));
}

TEST(LivePage, GoesOnWhereTheBrowserWas) {
  FakeCity city;
  city.layers().SetScript({Snapshot(9)});
  std::string id;
  {
    TestClient client(city.http_port());
    Open(client, "alerts=1");
    const std::string head = client.ReadUntil("id: alerts=");
    EXPECT_THAT(head, HasSubstr("id: alerts="));
    const std::string text = head.substr(head.find("id: alerts=")) + client.ReadUntil("\n\n");
    EXPECT_THAT(text, HasSubstr("\"snapshot\":true"));
    id = text.substr(4, text.find('\n') - 4);
  }
  alerts::v1::WatchAlertsResponse change;
  change.add_alerts()->set_name("alerts/2");
  city.alerts().Send(change);
  TestClient client(city.http_port());
  Open(client, "layers=traffic&alerts=1", StrCat("Last-Event-ID: traffic=pack1:7:5;", id, "\r\n"));
  const std::string text = client.ReadUntil("alerts/2");
  EXPECT_THAT(text, Not(HasSubstr("alerts/1")));
  city.layers().WaitForWatches(1);
  EXPECT_EQ(city.layers().counts().watches.at(0).resume().version().counter(), 5u);
  EXPECT_THAT(city.alerts().filters(), ElementsAre("state != RESOLVED")) << "one call for both";
}

TEST(LivePage, EqualViewersShareOneQuestion) {
  FakeCity city;
  std::vector<std::unique_ptr<TestClient>> clients;
  for (int i = 0; i < 20; ++i) {
    clients.push_back(std::make_unique<TestClient>(city.http_port()));
    Open(*clients.back(), "alerts=1");
    clients.back()->ReadUntil("alerts/1");
  }
  EXPECT_EQ(city.alerts().filters().size(), 1u);
  alerts::v1::WatchAlertsResponse change;
  change.add_alerts()->set_name("alerts/7");
  city.alerts().Send(change);
  for (const auto& client : clients) EXPECT_THAT(client->ReadUntil("alerts/7"), HasSubstr("/7"));
}

TEST(LivePage, ResolvedAlertsAreToldAndNotKept) {
  FakeCity city;
  TestClient first(city.http_port());
  Open(first, "alerts=1");
  first.ReadUntil("alerts/1");
  alerts::v1::WatchAlertsResponse over;
  over.add_alerts()->set_name("alerts/1?state != RESOLVED");
  over.mutable_alerts(0)->set_state(alerts::v1::ALERT_STATE_RESOLVED);
  city.alerts().Send(over);
  EXPECT_THAT(first.ReadUntil("ALERT_STATE_RESOLVED"), HasSubstr("alerts/1"));
  TestClient second(city.http_port());
  Open(second, "alerts=1");
  EXPECT_THAT(second.ReadUntil("\"snapshot\""), Not(HasSubstr("alerts/1")));
}

TEST(LivePage, AFeedThatIsLostIsNamedAndTheOthersGoOn) {
  FakeCity city;
  TestClient client(city.http_port());
  Open(client, "jams=5&alerts=1");
  client.ReadUntil("jams/one");
  city.traffic().SetJam("");
  EXPECT_THAT(client.ReadUntil("\"lost\":[{\"feed\":\"jams\",\"reason\":\"no jams today\"}]"),
              HasSubstr("event: heartbeat"));
  alerts::v1::WatchAlertsResponse change;
  change.add_alerts()->set_name("alerts/2");
  city.alerts().Send(change);
  EXPECT_THAT(client.ReadUntil("alerts/2"), HasSubstr("event: alerts"));
  city.traffic().SetJam("two");
  EXPECT_THAT(client.ReadUntil("jams/two"), HasSubstr("event: jams"));
  client.ReadUntil("event: heartbeat\ndata: {\"serverTime\":");
  EXPECT_THAT(client.ReadUntil("\n\n"), Not(HasSubstr("lost")));
}

TEST(LivePage, WhatStaysTheSameIsSentOnce) {
  FakeCity city;
  TestClient client(city.http_port());
  Open(client, "jams=5");
  client.ReadUntil("jams/one");
  std::string text;
  for (int i = 0; i < 5; ++i) {
    city.traffic().SetJam("one");
    text += client.ReadUntil("event: heartbeat");
  }
  EXPECT_THAT(text, Not(HasSubstr("event: jams")));
}

TEST(LivePage, WhileNothingChangesNoCallBegins) {
  FakeCity city;
  TestClient client(city.http_port());
  Open(client, "layers=traffic&jams=5&stages=1&clock=1&notices=1");
  client.ReadUntil("jams/one");
  client.ReadUntil("event: heartbeat");
  const int lists = city.layers().counts().lists;
  for (int i = 0; i < 5; ++i) client.ReadUntil("event: heartbeat");  // 30 ms each
  EXPECT_EQ(city.traffic().jams.opened(), 1);
  EXPECT_EQ(city.flood().stages.opened(), 1);
  EXPECT_EQ(city.layers().counts().lists, lists);
}

TEST(LivePage, OutlivesItsBackends) {
  FakeCity city;
  city.layers().SetScript({Snapshot(5)});
  TestClient client(city.http_port());
  Open(client, "layers=traffic&alerts=1&stages=1");
  std::string text;
  while (text.find("event: stages") == std::string::npos ||
         text.find("event: alerts") == std::string::npos ||
         text.find("event: layer") == std::string::npos) {
    const std::string more = client.ReadUntil("\n\n");
    ASSERT_FALSE(more.empty()) << text;
    text += more;
  }
  city.StopBackends();
  std::string lost;
  while (lost.find("\"feed\":\"traffic\"") == std::string::npos ||
         lost.find("\"feed\":\"alerts\"") == std::string::npos ||
         lost.find("\"feed\":\"stages\"") == std::string::npos) {
    lost = client.ReadUntil("\n\n");
    ASSERT_FALSE(lost.empty());
  }
  city.StartBackends();
  EXPECT_THAT(client.ReadUntil("\"snapshot\":true"), HasSubstr("event: alerts"))
      << "a snapshot has the missed changes";
  for (;;) {
    const std::string beat = client.ReadUntil("\n\n");
    ASSERT_FALSE(beat.empty());
    if (beat.find("event: heartbeat") != std::string::npos &&
        beat.find("lost") == std::string::npos) {
      break;
    }
  }
  EXPECT_EQ(city.layers().counts().watches.back().resume().version().counter(), 5u);
}

TEST(LivePage, WrongRequestsAreToldBeforeAStreamBegins) {
  FakeCity city;
  TestClient client(city.http_port());
  EXPECT_EQ(client.Get("/live").status, 400);
  EXPECT_EQ(client.Get("/live?layers=none").status, 404);
  EXPECT_EQ(client.Get("/live?layers=base").status, 404) << "a static layer";
  EXPECT_EQ(client.Get("/live?layers=traffic&bbox=1").status, 400);
  const auto refused = client.Get("/live?layers=flood,traffic&traffic.columns=nonsense");
  EXPECT_EQ(refused.status, 400);
  EXPECT_THAT(refused.body, HasSubstr("nonsense"));
  EXPECT_EQ(refused.Header("access-control-allow-origin"), "*");
}

TEST(LivePage, ComesInGzipWhereItIsAccepted) {
  FakeCity city;
  TestClient client(city.http_port());
  Open(client, "notices=1", "Accept-Encoding: gzip, br\r\n");
  const std::string text = client.ReadUntil("\x1f\x8b");
  EXPECT_THAT(text, HasSubstr("Content-Encoding: gzip\r\n"));
  EXPECT_THAT(text, HasSubstr("Vary: Accept-Encoding\r\n"));
  EXPECT_THAT(text, HasSubstr("\x1f\x8b"));
}

TEST(LivePage, AClientThatLeavesEndsItsCalls) {
  FakeCity city;
  city.layers().SetScript({Snapshot(5)});
  {
    TestClient client(city.http_port());
    Open(client, "layers=traffic,flood&alerts=1&jams=3");
    client.ReadUntil("event: layer");
  }
  for (int i = 0; i < 2000 && city.gateway().HttpStats().streams_open > 0; ++i) {
    absl::SleepFor(absl::Milliseconds(5));
  }
  EXPECT_EQ(city.gateway().HttpStats().streams_open, 0u);
}

TEST(LiveAlerts, WithoutAFilterOnlyWhatStandsIsSent) {
  FakeCity city;
  TestClient client(city.http_port());
  client.Send("GET /live/alerts HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(client.ReadUntil("alerts/1?state != RESOLVED"), HasSubstr("alerts/1?state"));
}

}  // namespace
}  // namespace citylayers::gateway
