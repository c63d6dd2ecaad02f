#include "services/access/principal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/strings.h"

namespace citylayers::access {
namespace {

using ::testing::HasSubstr;

Principal With(std::string name, std::string_view scope) {
  return {.name = std::move(name),
          .key_id = {},
          .secret_hash = {},
          .scopes = ScopeSet({*ParseScope(scope)})};
}

TEST(Require, AnonymousCallersAreAskedForAKey) {
  const Principal nobody;
  const absl::Status status = Require(nobody, {.permission = Permission::kClockDrive});
  EXPECT_TRUE(absl::IsUnauthenticated(status)) << status;
  EXPECT_THAT(ToStd(status.message()), HasSubstr("an API key with the scope clock:drive"));
  EXPECT_TRUE(Require(With("", "layers:read"), {.permission = Permission::kLayersRead}).ok());
}

TEST(Require, ADeniedCallerLearnsTheScope) {
  const Principal gateway = With("gateway 7", "readings:write");
  const absl::Status status =
      Require(gateway, {.permission = Permission::kLayersRead, .resource = "flood"});
  EXPECT_TRUE(absl::IsPermissionDenied(status)) << status;
  EXPECT_THAT(ToStd(status.message()), HasSubstr("the scope layers:read:flood"));
  EXPECT_THAT(ToStd(status.message()), HasSubstr("\"gateway 7\""));
}

//   scope                  all    flood   traffic   any
//   layers:read            yes    yes     yes       yes
//   layers:read:flood      no     yes     no        yes
//   alerts:read            no     no      no        no
TEST(Require, LimitedScopesSufficeOnlyWhereTheyAreTaken) {
  const auto allowed = [](std::string_view scope, std::string_view resource, bool takes_limited) {
    return Require(With("x", scope), {.permission = Permission::kLayersRead,
                                      .resource = std::string(resource),
                                      .takes_limited = takes_limited})
        .ok();
  };
  EXPECT_TRUE(allowed("layers:read", "", false));
  EXPECT_TRUE(allowed("layers:read", "traffic", false));
  EXPECT_FALSE(allowed("layers:read:flood", "", false));
  EXPECT_TRUE(allowed("layers:read:flood", "flood", false));
  EXPECT_FALSE(allowed("layers:read:flood", "traffic", false));
  EXPECT_TRUE(allowed("layers:read:flood", "", true));
  EXPECT_FALSE(allowed("alerts:read", "", true));
}

}  // namespace
}  // namespace citylayers::access
