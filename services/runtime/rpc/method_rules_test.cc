#include "services/runtime/rpc/method_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "citylayers/access/v1/access.pb.h"
#include "citylayers/access/v1/key_service.pb.h"
#include "citylayers/alerts/v1/alert_service.pb.h"
#include "citylayers/backup/v1/backup_service.pb.h"
#include "citylayers/common/v1/clock_service.pb.h"
#include "citylayers/flood/v1/flood_service.pb.h"
#include "citylayers/layers/v1/layer_service.pb.h"
#include "citylayers/readings/v1/reading_service.pb.h"
#include "citylayers/readings/v1/station_service.pb.h"
#include "citylayers/traffic/v1/traffic_service.pb.h"
#include "services/access/permission.h"

namespace citylayers::runtime {
namespace {

using access::Permission;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAreArray;

const std::vector<const google::protobuf::FileDescriptor*>& ApiFiles() {
  static const std::vector<const google::protobuf::FileDescriptor*> files = {
      access::v1::Key::descriptor()->file(),
      alerts::v1::Alert::descriptor()->file(),
      backup::v1::Backup::descriptor()->file(),
      common::v1::GetClockRequest::descriptor()->file(),
      flood::v1::GetDepthRequest::descriptor()->file(),
      layers::v1::GetTileRequest::descriptor()->file(),
      readings::v1::WriteReadingsRequest::descriptor()->file(),
      readings::v1::Station::descriptor()->file(),
      traffic::v1::Segment::descriptor()->file()};
  return files;
}

TEST(MethodRules, EveryServiceIsListed) {
  std::vector<std::string> services;
  for (const auto* file : ApiFiles()) {
    for (int i = 0; i < file->service_count(); ++i) {
      services.push_back(file->service(i)->full_name());
    }
  }
  EXPECT_THAT(services, UnorderedElementsAreArray(kApiServices.begin(), kApiServices.end()));
}

TEST(MethodRules, EveryMethodHasARule) {
  ASSERT_FALSE(ApiFiles().empty());
  EXPECT_THAT(MethodRules::OfApi().missing(), IsEmpty());
}

TEST(MethodRules, AMethodThatChangesSomethingNeedsMoreThanReading) {
  for (const auto* file : ApiFiles()) {
    for (int i = 0; i < file->service_count(); ++i) {
      for (int m = 0; m < file->service(i)->method_count(); ++m) {
        const auto& method = *file->service(i)->method(m);
        const bool reads = method.options().idempotency_level() ==
                           google::protobuf::MethodOptions::NO_SIDE_EFFECTS;
        const absl::StatusOr<access::Need> need = RuleOf(method);
        ASSERT_TRUE(need.ok()) << need.status();
        const bool reading_suffices = need->permission == Permission::kLayersRead ||
                                      need->permission == Permission::kReadingsRead ||
                                      need->permission == Permission::kAlertsRead;
        const bool own = method.options()
                             .GetExtension(citylayers::access::v1::method_access)
                             .changes_own_stream();
        EXPECT_TRUE(reads || own || !reading_suffices) << method.full_name();
      }
    }
  }
}

TEST(MethodRules, FindsTheRulesOfTheProtos) {
  const MethodRules& rules = MethodRules::OfApi();
  EXPECT_EQ(rules.Find("ReadingService/WriteReadings").permission, Permission::kReadingsWrite);
  EXPECT_TRUE(rules.Find("ReadingService/WriteReadings").takes_limited);
  EXPECT_EQ(rules.Find("FloodService/GetDepth").resource, "flood");
  EXPECT_EQ(rules.Find("ClockService/SetClock").permission, Permission::kClockDrive);
  EXPECT_EQ(rules.Find("KeyService/CreateKey").permission, Permission::kAdmin);
  EXPECT_EQ(rules.Find("NoService/NoMethod").permission, Permission::kAdmin);
}

// The protos and the code number permissions alike, in the order of kPermissions.
TEST(MethodRules, PermissionsHaveTheNumbersOfTheProto) {
  EXPECT_EQ(access::kPermissions.size() + 1,
            static_cast<std::size_t>(citylayers::access::v1::Permission_ARRAYSIZE));
  for (const access::PermissionInfo& info : access::kPermissions) {
    std::string word = citylayers::access::v1::Permission_Name(static_cast<int>(info.permission));
    word = word.substr(std::string("PERMISSION_").size());
    for (char& c : word) c = c == '_' ? ':' : static_cast<char>(std::tolower(c));
    EXPECT_EQ(word, info.word);
  }
}

}  // namespace
}  // namespace citylayers::runtime
