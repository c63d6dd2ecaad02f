#include "services/runtime/rpc/hidden_fields.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "citylayers/alerts/v1/alert_service.pb.h"
#include "citylayers/layers/v1/layer_service.pb.h"

namespace citylayers::runtime {
namespace {

using access::Permission;
using access::ScopeSet;

// Two alerts, one of which an operator has acknowledged.
alerts::v1::WatchAlertsResponse TwoAlerts() {
  alerts::v1::WatchAlertsResponse response;
  response.set_snapshot(true);
  response.add_alerts()->set_name("alerts/1");
  response.mutable_alerts(0)->set_acknowledged_by("night desk");
  response.add_alerts()->set_name("alerts/2");
  return response;
}

TEST(HiddenFields, NamesOfOperatorsAreForOperators) {
  const HiddenFields& fields = HiddenFields::Of<alerts::v1::WatchAlertsResponse>();
  auto seen_by = [&](const ScopeSet& scopes) {
    alerts::v1::WatchAlertsResponse response = TwoAlerts();
    fields.Hide(scopes, response);
    EXPECT_EQ(response.alerts(0).name(), "alerts/1") << "the rest stays";
    EXPECT_EQ(response.alerts_size(), 2);
    return response.alerts(0).acknowledged_by();
  };
  EXPECT_EQ(seen_by(ScopeSet()), "");
  EXPECT_EQ(seen_by(ScopeSet({{Permission::kAlertsRead, {}}})), "");
  EXPECT_EQ(seen_by(ScopeSet({{Permission::kLayersRead, {}}, {Permission::kAlertsRead, {}}})), "");
  EXPECT_EQ(seen_by(ScopeSet({{Permission::kAlertsOperate, {}}})), "night desk");
  EXPECT_EQ(seen_by(ScopeSet({{Permission::kAdmin, {}}})), "night desk");
}

TEST(HiddenFields, AreFoundInOneMessageAndInLists) {
  const ScopeSet reader({{Permission::kAlertsRead, {}}});
  alerts::v1::GetAlertResponse one;
  one.mutable_alert()->set_acknowledged_by("night desk");
  HiddenFields::Of<alerts::v1::GetAlertResponse>().Hide(reader, one);
  EXPECT_TRUE(one.has_alert());
  EXPECT_EQ(one.alert().acknowledged_by(), "");

  alerts::v1::ListAlertEventsResponse trail;
  trail.add_events()->set_actor("night desk");
  trail.mutable_events(0)->set_comment("Called the pump station");
  trail.mutable_events(0)->set_level(2);
  HiddenFields::Of<alerts::v1::ListAlertEventsResponse>().Hide(reader, trail);
  EXPECT_EQ(trail.events(0).actor(), "");
  EXPECT_EQ(trail.events(0).comment(), "");
  EXPECT_EQ(trail.events(0).level(), 2);
}

TEST(HiddenFields, MostMessagesHaveNone) {
  EXPECT_TRUE(HiddenFields::Of<layers::v1::WatchLayerResponse>().empty());
  EXPECT_FALSE(HiddenFields::Of<alerts::v1::Alert>().empty());
}

}  // namespace
}  // namespace citylayers::runtime
