#include "base/build_info.h"

#include <cstdlib>
#include <fstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace citylayers {
namespace {

using ::testing::AnyOf;
using ::testing::MatchesRegex;

TEST(BuildInfo, TheTextHasProgramVersionCommitAndBuildType) {
  EXPECT_EQ(
      VersionText("citylayersd",
                  {.version = "0.2.0-dev", .commit = "1a2b3c4d", .build_type = "RelWithDebInfo"}),
      "citylayersd 0.2.0-dev (commit 1a2b3c4d, RelWithDebInfo)");
}

TEST(BuildInfo, TheVersionIsThatOfTheFileVersion) {
  const char* const source = std::getenv("CITYLAYERS_SOURCE_DIR");
  if (source == nullptr) GTEST_SKIP() << "CITYLAYERS_SOURCE_DIR is not set: ctest sets it";
  std::ifstream file(std::string(source) + "/VERSION");
  std::string version;
  ASSERT_TRUE(std::getline(file, version));
  EXPECT_EQ(GetBuildInfo().version, version);
}

TEST(BuildInfo, TheCommitIsAHashOrUnknown) {
  EXPECT_THAT(std::string(GetBuildInfo().commit),
              AnyOf("unknown", MatchesRegex("[0-9a-f]+(-dirty)?")));
  EXPECT_FALSE(GetBuildInfo().build_type.empty());
}

}  // namespace
}  // namespace citylayers
