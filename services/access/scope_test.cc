#include "services/access/scope.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace citylayers::access {
namespace {

using ::testing::HasSubstr;

ScopeSet Of(std::initializer_list<std::string_view> texts) {
  std::vector<Scope> scopes;
  for (const std::string_view text : texts) {
    auto scope = ParseScope(text);
    EXPECT_TRUE(scope.ok()) << scope.status();
    scopes.push_back(*std::move(scope));
  }
  return ScopeSet(std::move(scopes));
}

TEST(Scope, TextsReadBack) {
  for (const char* text : {"layers:read", "layers:read:traffic", "admin", "clock:drive",
                           "readings:write:stations/-/measures/water_level"}) {
    const auto scope = ParseScope(text);
    ASSERT_TRUE(scope.ok()) << scope.status();
    EXPECT_EQ(ToText(*scope), text);
  }
}

TEST(Scope, OtherTextsAreRefusedWithARemedy) {
  EXPECT_THAT(ParseScope("layers:write").status().message(), HasSubstr("layers:read, readings:"));
  EXPECT_THAT(ParseScope("").status().message(), HasSubstr("is not a scope"));
  EXPECT_THAT(ParseScope("alerts:read:7").status().message(), HasSubstr("takes no pattern"));
  EXPECT_THAT(ParseScope("layers:read:layers/traffic").status().message(),
              HasSubstr("as in layers:read:traffic"));
  for (const char* text : {"layers:read:", "readings:read:/stations", "readings:read:stations//x",
                           "readings:read:stations/"}) {
    EXPECT_THAT(ParseScope(text).status().message(), HasSubstr("\"-\" matches any part")) << text;
  }
}

TEST(ScopeSet, APatternMatchesWholePartsFromTheBeginning) {
  const ScopeSet scopes = Of({"readings:write:stations/-/measures/water_level",
                              "readings:read:stations/phu-an", "layers:read:traffic"});
  const std::string_view level = "stations/nha-be/measures/water_level";
  EXPECT_TRUE(scopes.Allows(Permission::kReadingsWrite, level));
  EXPECT_FALSE(scopes.Allows(Permission::kReadingsWrite, "stations/nha-be/measures/water_levels"));
  EXPECT_FALSE(scopes.Allows(Permission::kReadingsRead, level));
  EXPECT_TRUE(scopes.Allows(Permission::kReadingsRead, "stations/phu-an/measures/rainfall"));
  EXPECT_FALSE(scopes.Allows(Permission::kReadingsRead, "stations/phu-an-2/measures/rainfall"));
  EXPECT_FALSE(scopes.Allows(Permission::kReadingsRead, "stations"));
  EXPECT_FALSE(scopes.Allows(Permission::kLayersRead, "flood"));
  EXPECT_FALSE(scopes.AllowsAll(Permission::kLayersRead));
  EXPECT_TRUE(scopes.AllowsAny(Permission::kLayersRead));
  EXPECT_FALSE(scopes.AllowsAny(Permission::kClockDrive));
}

TEST(ScopeSet, SomePermissionsIncludeOthers) {
  EXPECT_TRUE(Of({"alerts:operate"}).AllowsAll(Permission::kAlertsRead));
  EXPECT_FALSE(Of({"alerts:operate"}).AllowsAll(Permission::kAlertsAdmin));
  EXPECT_TRUE(Of({"alerts:admin"}).AllowsAll(Permission::kAlertsOperate));
  EXPECT_FALSE(Of({"readings:write"}).AllowsAny(Permission::kReadingsRead));
  for (const PermissionInfo& info : kPermissions) {
    EXPECT_TRUE(Of({"admin"}).AllowsAll(info.permission)) << info.word;
  }
  EXPECT_FALSE(ScopeSet().AllowsAny(Permission::kLayersRead));
}

}  // namespace
}  // namespace citylayers::access
