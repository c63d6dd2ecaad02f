#include "services/alerts/alert_service.h"

#include <memory>

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include "citylayers/access/v1/access.pb.h"
#include "proto/support/proto_time.h"
#include "services/alerts/alert_filter.h"
#include "services/alerts/alert_watch_source.h"
#include "tests/support/alert_manager_fixture.h"
#include "tests/support/call_harness.h"

namespace citylayers::alerts {
namespace {

using testing::HasSubstr;

class StillClock final : public Clock {
 public:
  absl::Time Now() const override { return kTestStart; }
};

// The service behind a real server and the real call adapter, over an in-process channel.
class AlertServiceTest : public AlertManagerTest {
 protected:
  AlertServiceTest() {
    options_.watch_held_max = 2;
    options_.caps_scanned_max = 3;
    Restart();
    service_ = std::make_unique<AlertServiceImpl>(
        *manager_, city_clock_, harness_.calls, cut_offs_,
        AlertServiceLimits{
            .page_size_max = 3, .caps_max = 2, .watch_snapshot_max = 2, .verify_events_max = 3});
    grpc::ServerBuilder builder;
    builder.RegisterService(service_.get());
    server_ = builder.BuildAndStart();
    stub_ = v1::AlertService::NewStub(server_->InProcessChannel({}));
    common::v1::CityClock state;
    state.set_mode(common::v1::CLOCK_MODE_REPLAY);
    *state.mutable_city_time() = ToProtoTime(kTestStart + absl::Hours(5));
    state.set_speed(60);
    *state.mutable_hold_time() = ToProtoTime(kTestStart + absl::Hours(6));
    city_clock_.Set(state);
    time_.exercise = true;
  }
  ~AlertServiceTest() override {
    stub_.reset();
    server_->Shutdown(std::chrono::system_clock::now());
    server_.reset();
    service_.reset();
  }

  static void Deadline(grpc::ClientContext& context) {
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
  }
  template <typename Response, typename Method, typename Request>
  grpc::Status Call(Method method, const Request& request, Response* response) {
    grpc::ClientContext context;
    Deadline(context);
    return (stub_.get()->*method)(&context, request, response);
  }
  grpc::Status List(const std::string& filter, int page_size, const std::string& token,
                    v1::ListAlertsResponse* response) {
    v1::ListAlertsRequest request;
    request.set_filter(filter);
    request.set_page_size(page_size);
    request.set_page_token(token);
    response->Clear();
    return Call(&v1::AlertService::Stub::ListAlerts, request, response);
  }
  grpc::Status Acknowledge(const std::string& name, const std::string& actor, v1::Alert* alert) {
    v1::AcknowledgeAlertRequest request;
    request.set_name(name);
    request.set_actor(actor);
    request.set_comment("đang theo dõi");
    v1::AcknowledgeAlertResponse response;
    const grpc::Status status = Call(&v1::AlertService::Stub::AcknowledgeAlert, request, &response);
    *alert = response.alert();
    return status;
  }

  StillClock machine_clock_;
  runtime::CityClock city_clock_{machine_clock_};
  runtime::CallHarness harness_;
  CutOffs cut_offs_{harness_.metrics};
  std::unique_ptr<AlertServiceImpl> service_;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<v1::AlertService::Stub> stub_;
};

TEST_F(AlertServiceTest, TheTrailNamesTheHolderOfTheKeyAndNotTheTextOfTheCall) {
  Steps(4, 1.70);
  const std::string name = "alerts/1";
  v1::Alert alert;
  harness_.authenticator.SetCaller("night desk 1", "alerts:operate");
  ASSERT_TRUE(Acknowledge(name, "the mayor", &alert).ok());
  EXPECT_EQ(alert.acknowledged_by(), "night desk 1");
  ASSERT_TRUE(Acknowledge(name, "", &alert).ok()) << "the key suffices";
  harness_.authenticator.SetCaller("", "alerts:operate");
  EXPECT_FALSE(Acknowledge(name, "", &alert).ok()) << "without a key a name is required";
}

TEST_F(AlertServiceTest, ReadersDoNotSeeWhoActedAndCannotFindOutByFilters) {
  Steps(4, 1.70);
  v1::Alert alert;
  harness_.authenticator.SetCaller("night desk 1", "alerts:operate");
  ASSERT_TRUE(Acknowledge("alerts/1", "", &alert).ok());
  v1::ListAlertsResponse list;
  ASSERT_TRUE(List("acknowledged_by = \"night*\"", 3, "", &list).ok());
  EXPECT_EQ(list.alerts(0).acknowledged_by(), "night desk 1");

  harness_.authenticator.SetCaller("map app", "alerts:read");
  ASSERT_TRUE(List("", 3, "", &list).ok());
  EXPECT_EQ(list.alerts(0).state(), v1::ALERT_STATE_ACKNOWLEDGED);
  EXPECT_EQ(list.alerts(0).acknowledged_by(), "");
  for (const char* filter : {"acknowledged_by = \"night*\"", "acknowledged_by:*",
                             "level > 0 AND (state = OPEN OR NOT acknowledged_by:n)"}) {
    const grpc::Status status = List(filter, 3, "", &list);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::PERMISSION_DENIED) << filter;
    EXPECT_THAT(status.error_message(),
                HasSubstr("acknowledged_by needs the scope alerts:operate"));
  }
  v1::ListAlertEventsRequest request;
  request.set_parent("alerts/1");
  v1::ListAlertEventsResponse trail;
  ASSERT_TRUE(Call(&v1::AlertService::Stub::ListAlertEvents, request, &trail).ok());
  ASSERT_GT(trail.events_size(), 1);
  for (const v1::AlertEvent& event : trail.events()) {
    EXPECT_EQ(event.actor(), "");
    EXPECT_EQ(event.comment(), "");
    EXPECT_NE(event.hash(), "");
  }
}

// A filter on a hidden field would tell its value.
TEST(AlertFilter, FieldsThatAreHiddenInAlertsAreHiddenInFilters) {
  std::vector<std::string> hidden;
  const google::protobuf::Descriptor& type = *v1::Alert::descriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    const auto& options = type.field(i)->options();
    if (options.HasExtension(access::v1::field_access)) hidden.push_back(type.field(i)->name());
  }
  EXPECT_EQ(OperatorFields(), hidden);
}

TEST_F(AlertServiceTest, AMomentIsAsFineAsTheStoreKeepsIt) {
  common::v1::CityClock state = city_clock_.state();
  *state.mutable_city_time() = ToProtoTime(kTestStart + absl::Nanoseconds(1'234'567));
  city_clock_.Set(state);
  EXPECT_EQ(EvaluationTimeOf(city_clock_).city, kTestStart + absl::Microseconds(1'234));
}

TEST_F(AlertServiceTest, AnAlertHasAllItsFields) {
  Steps(4, 1.70);
  v1::GetAlertRequest request;
  request.set_name("alerts/1");
  v1::GetAlertResponse response;
  ASSERT_TRUE(Call(&v1::AlertService::Stub::GetAlert, request, &response).ok());
  const v1::Alert& alert = response.alert();
  EXPECT_EQ(alert.name(), "alerts/1");
  EXPECT_EQ(alert.rule(), "stage");
  EXPECT_EQ(alert.kind(), v1::ALERT_KIND_STAGE);
  EXPECT_EQ(alert.severity(), v1::SEVERITY_SEVERE);
  EXPECT_EQ(alert.state(), v1::ALERT_STATE_OPEN);
  EXPECT_EQ(alert.level(), 3);
  EXPECT_EQ(alert.place(), "Phú An");
  EXPECT_EQ(alert.subject(), "stations/phu-an");
  EXPECT_EQ(alert.value(), 1.70);
  EXPECT_EQ(alert.unit(), "m");
  EXPECT_TRUE(alert.exercise());
  EXPECT_FALSE(alert.has_resolve_time());
  EXPECT_EQ(FromProtoTime(alert.create_time()), kTestStart + absl::Minutes(20));
  EXPECT_EQ(alert.location().lon_deg(), 106.7062);
  EXPECT_THAT(alert.headline().vi(), HasSubstr("báo động III"));
  EXPECT_THAT(alert.headline().en(), HasSubstr("alert level III"));
  EXPECT_EQ(alert.cap_ids_size(), 1);
}

TEST_F(AlertServiceTest, ListsFilterAndTurnPages) {
  for (int i = 0; i < 4; ++i) {
    Steps(2, 1.66);
    Steps(2, 0.2);
  }
  Steps(2, 1.45);
  v1::ListAlertsResponse page;
  ASSERT_TRUE(List("severity >= SEVERE AND state = RESOLVED", 2, "", &page).ok());
  ASSERT_EQ(page.alerts_size(), 2);
  EXPECT_EQ(page.alerts(0).name(), "alerts/4");
  const std::string token = page.next_page_token();
  ASSERT_TRUE(List("severity >= SEVERE AND state = RESOLVED", 100, token, &page).ok());
  ASSERT_EQ(page.alerts_size(), 2);
  EXPECT_EQ(page.alerts(1).name(), "alerts/1");
  EXPECT_EQ(page.next_page_token(), "");
  ASSERT_TRUE(List("", 100, "", &page).ok());
  EXPECT_EQ(page.alerts_size(), 3);  // Coerced to the maximum, not refused.
  EXPECT_EQ(List("state = OPEN", 2, token, &page).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(List("", 2, "made up", &page).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(List("", -1, "", &page).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  const grpc::Status bad = List("severty = SEVERE", 2, "", &page);
  EXPECT_EQ(bad.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(bad.error_message(), HasSubstr("Did you mean \"severity\"?"));
}

TEST_F(AlertServiceTest, AcknowledgingAndResolvingShowInTheTrailWithCityTime) {
  Steps(2, 1.66);
  v1::Alert alert;
  ASSERT_TRUE(Acknowledge("alerts/1", "Lan", &alert).ok());
  EXPECT_EQ(alert.state(), v1::ALERT_STATE_ACKNOWLEDGED);
  EXPECT_EQ(alert.acknowledged_by(), "Lan");
  v1::ResolveAlertRequest resolve;
  resolve.set_name("alerts/1");
  resolve.set_actor("Lan");
  v1::ResolveAlertResponse resolved;
  EXPECT_EQ(Call(&v1::AlertService::Stub::ResolveAlert, resolve, &resolved).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
  resolve.set_comment("diễn tập xong");
  ASSERT_TRUE(Call(&v1::AlertService::Stub::ResolveAlert, resolve, &resolved).ok());
  EXPECT_EQ(resolved.alert().state(), v1::ALERT_STATE_RESOLVED);
  EXPECT_EQ(Call(&v1::AlertService::Stub::ResolveAlert, resolve, &resolved).error_code(),
            grpc::StatusCode::FAILED_PRECONDITION);

  v1::ListAlertEventsRequest request;
  request.set_parent("alerts/1");
  v1::ListAlertEventsResponse events;
  ASSERT_TRUE(Call(&v1::AlertService::Stub::ListAlertEvents, request, &events).ok());
  ASSERT_EQ(events.events_size(), 3);
  EXPECT_EQ(events.events(1).type(), v1::ALERT_EVENT_TYPE_ACKNOWLEDGED);
  EXPECT_EQ(events.events(1).actor(), "Lan");
  EXPECT_EQ(events.events(1).comment(), "đang theo dõi");
  EXPECT_EQ(events.events(1).sequence(), 2);
  EXPECT_EQ(FromProtoTime(events.events(1).event_time()), kTestStart + absl::Hours(5));
  EXPECT_EQ(events.events(2).hash().size(), 64u);
}

// Two alerts with two events each, three events per call: the second trail takes two calls.
TEST_F(AlertServiceTest, AuditTrailsAreVerifiedInPages) {
  for (int i = 0; i < 2; ++i) {
    Steps(2, 1.66);
    Steps(2, 0.2);
  }
  v1::VerifyAuditTrailRequest request;
  v1::VerifyAuditTrailResponse page;
  const auto verify = [&] {
    page.Clear();
    return Call(&v1::AlertService::Stub::VerifyAuditTrail, request, &page);
  };
  ASSERT_TRUE(verify().ok());
  EXPECT_EQ(page.events_checked(), 3);
  ASSERT_EQ(page.trails_size(), 2);
  EXPECT_EQ(page.trails(0).alert(), "alerts/1");
  EXPECT_EQ(page.trails(0).last_sequence(), 2);
  EXPECT_EQ(page.trails(1).last_sequence(), 1);
  request.set_page_token(page.next_page_token());
  ASSERT_TRUE(verify().ok());
  ASSERT_EQ(page.trails_size(), 1);
  EXPECT_EQ(page.trails(0).alert(), "alerts/2");
  EXPECT_EQ(page.trails(0).events_checked(), 1);
  EXPECT_EQ(page.trails(0).last_sequence(), 2);
  EXPECT_FALSE(page.trails(0).has_damage());
  EXPECT_EQ(page.next_page_token(), "");

  v1::ListAlertEventsRequest list;
  list.set_parent("alerts/2");
  v1::ListAlertEventsResponse events;
  ASSERT_TRUE(Call(&v1::AlertService::Stub::ListAlertEvents, list, &events).ok());
  EXPECT_EQ(page.trails(0).head_hash(), events.events(1).hash());

  request.set_name("alerts/1");
  EXPECT_EQ(verify().error_code(), grpc::StatusCode::INVALID_ARGUMENT) << "a token of all trails";
  request.clear_page_token();
  ASSERT_TRUE(verify().ok());
  EXPECT_EQ(page.trails_size(), 1);
  request.set_page_size(-1);
  EXPECT_EQ(verify().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  request.set_page_size(1);
  request.set_name("alerts/3");
  EXPECT_EQ(verify().error_code(), grpc::StatusCode::NOT_FOUND);
  request.set_name("alerts/x");
  EXPECT_EQ(verify().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(AlertServiceTest, NamesThatAreNoneAreToldApartFromAlertsThatAreNot) {
  v1::Alert alert;
  EXPECT_EQ(Acknowledge("alerts/1", "Lan", &alert).error_code(), grpc::StatusCode::NOT_FOUND);
  for (const char* name : {"", "1", "alerts/", "alerts/x", "alerts/+1", "alerts/01", "alerts/1/2",
                           "alerts/18446744073709551616"}) {
    EXPECT_EQ(Acknowledge(name, "Lan", &alert).error_code(), grpc::StatusCode::INVALID_ARGUMENT)
        << name;
  }
  Steps(2, 1.66);
  EXPECT_EQ(Acknowledge("alerts/1", "", &alert).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(AlertServiceTest, CapMessagesAreListedAndEachIsThere) {
  Steps(2, 1.66);
  v1::ListCapMessagesRequest request;
  v1::ListCapMessagesResponse list;
  ASSERT_TRUE(Call(&v1::AlertService::Stub::ListCapMessages, request, &list).ok());
  ASSERT_EQ(list.messages_size(), 1);
  EXPECT_EQ(list.messages(0).alert(), "alerts/1");
  EXPECT_EQ(list.messages(0).message_type(), v1::CAP_MESSAGE_TYPE_ALERT);
  EXPECT_TRUE(list.messages(0).exercise());
  EXPECT_THAT(list.messages(0).headline().vi(), HasSubstr("Phú An"));
  v1::GetCapRequest get;
  get.set_cap_id(list.messages(0).cap_id());
  v1::GetCapResponse cap;
  ASSERT_TRUE(Call(&v1::AlertService::Stub::GetCap, get, &cap).ok());
  EXPECT_THAT(cap.xml(), HasSubstr("<status>Exercise</status>"));
  common::v1::CityClock wall;
  wall.set_mode(common::v1::CLOCK_MODE_WALL);
  *wall.mutable_city_time() = ToProtoTime(time_.city);
  city_clock_.Set(wall);
  ASSERT_TRUE(Call(&v1::AlertService::Stub::ListCapMessages, request, &list).ok());
  EXPECT_EQ(list.messages_size(), 0) << "the exercise is over";
  get.set_cap_id("nope");
  EXPECT_EQ(Call(&v1::AlertService::Stub::GetCap, get, &cap).error_code(),
            grpc::StatusCode::NOT_FOUND);
  get.clear_cap_id();
  EXPECT_EQ(Call(&v1::AlertService::Stub::GetCap, get, &cap).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(AlertServiceTest, AWatcherGetsASnapshotThenChangesThenHearsOfTheEnd) {
  Steps(2, 1.45);
  grpc::ClientContext context;
  Deadline(context);
  v1::WatchAlertsRequest request;
  request.set_filter("state != RESOLVED AND level >= 1");
  const auto reader = stub_->WatchAlerts(&context, request);
  v1::WatchAlertsResponse response;
  ASSERT_TRUE(reader->Read(&response));
  EXPECT_TRUE(response.snapshot());
  ASSERT_EQ(response.alerts_size(), 1);
  EXPECT_EQ(response.alerts(0).level(), 1);

  Steps(1, 1.55);  // The value changes, the level does not.
  ASSERT_TRUE(reader->Read(&response));
  EXPECT_FALSE(response.snapshot());
  ASSERT_EQ(response.alerts_size(), 1);
  EXPECT_EQ(response.alerts(0).value(), 1.55);
  EXPECT_EQ(response.alerts(0).level(), 1);

  v1::Alert alert;
  ASSERT_TRUE(Acknowledge("alerts/1", "Lan", &alert).ok());
  ASSERT_TRUE(reader->Read(&response));
  EXPECT_EQ(response.alerts(0).state(), v1::ALERT_STATE_ACKNOWLEDGED);

  // It no longer matches, and is sent once more so that the watcher can drop it.
  Steps(2, 0.2);
  do {
    ASSERT_TRUE(reader->Read(&response));
  } while (response.alerts(0).state() != v1::ALERT_STATE_RESOLVED);
  context.TryCancel();
  while (reader->Read(&response)) {
  }
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::CANCELLED);
}

TEST_F(AlertServiceTest, WhatALimitCutsOffIsCounted) {
  v1::ListCapMessagesRequest request;
  v1::ListCapMessagesResponse list;
  const auto messages = [&](int page_size) {
    request.set_page_size(page_size);
    EXPECT_TRUE(Call(&v1::AlertService::Stub::ListCapMessages, request, &list).ok());
    return list.messages_size();
  };
  Steps(4, 1.66, 0.35, 4);  // Three alerts, the jam's with two messages.
  EXPECT_EQ(messages(1), 1);
  EXPECT_EQ(cut_offs_.cap_list_max.Value(), 0) << "a small page_size is not a cut-off";
  EXPECT_EQ(messages(100), 2);
  EXPECT_EQ(cut_offs_.cap_list_max.Value(), 1);

  grpc::ClientContext context;
  Deadline(context);
  const auto reader = stub_->WatchAlerts(&context, v1::WatchAlertsRequest());
  v1::WatchAlertsResponse response;
  ASSERT_TRUE(reader->Read(&response));
  EXPECT_EQ(response.alerts_size(), 2);
  EXPECT_EQ(cut_offs_.watch_snapshot_max.Value(), 1);
  context.TryCancel();
  while (reader->Read(&response)) {
  }

  // The newest messages are of the other mode: the scan ends before it finds a match.
  time_.exercise = false;
  Steps(3, 1.66, 0.35, 4);
  EXPECT_EQ(messages(100), 0);
  EXPECT_EQ(cut_offs_.caps_scanned_max.Value(), 1);
}

TEST_F(AlertServiceTest, AWatcherThatIsTooFarBehindBeginsAnewAndIsCounted) {
  AlertWatchSource source(*manager_, Filter(), /*snapshot_max=*/100, cut_offs_);
  v1::WatchAlertsResponse response;
  ASSERT_TRUE(source.Next(&response).ok());
  Steps(2, 1.66, 0.35, 7);
  Steps(2, 1.66, 0.35, 7);  // Three alerts change, of which two are held.
  response.Clear();
  ASSERT_TRUE(source.Next(&response).ok());
  EXPECT_TRUE(response.snapshot());
  EXPECT_EQ(response.alerts_size(), 3);
  EXPECT_EQ(cut_offs_.watch_held_max.Value(), 1);
}

TEST_F(AlertServiceTest, AWatcherWithABadFilterIsToldSo) {
  grpc::ClientContext context;
  Deadline(context);
  v1::WatchAlertsRequest request;
  request.set_filter("(");
  const auto reader = stub_->WatchAlerts(&context, request);
  v1::WatchAlertsResponse response;
  EXPECT_FALSE(reader->Read(&response));
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
}

}  // namespace
}  // namespace citylayers::alerts
