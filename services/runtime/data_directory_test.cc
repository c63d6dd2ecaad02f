#include "services/runtime/data_directory.h"

#include <filesystem>
#include <fstream>
#include <map>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "base/strings.h"
#include "tests/support/temp_dir.h"

namespace citylayers::runtime {
namespace {

using std::filesystem::perms;
using ::testing::HasSubstr;

Config Configure(std::string data, std::string access) {
  const std::vector<Option> options = {
      {"server.data", OptionType::kString, "data", "Data."},
      {"server.data_access", OptionType::kString, "group", "Who."}};
  return *Config::Load(options, {.flags = {{"server.data", std::move(data)},
                                           {"server.data_access", std::move(access)}}});
}

TEST(DataDirectory, IsCreatedAndClosedToOthers) {
  test::TempDir dir;
  const Config config = Configure(dir / "data", "owner");
  const auto path = OpenDataDirectory(config, "traffic");
  ASSERT_TRUE(path.ok()) << path.status();
  EXPECT_EQ(*path, DataPath(config, "traffic"));
  EXPECT_THAT(*path, HasSubstr("data/traffic"));
  EXPECT_EQ(std::filesystem::status(*path).permissions(), perms::owner_all);
}

TEST(DataDirectory, APathThatIsAFileIsAnError) {
  test::TempDir dir;
  std::ofstream(dir / "data") << "a file";
  const auto path = OpenDataDirectory(Configure(dir / "data", "group"), "traffic");
  EXPECT_EQ(path.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(path.status().message()), HasSubstr("--data: cannot make"));
}

TEST(FileMask, FollowsTheAccess) {
  EXPECT_EQ(FileMask(Configure("data", "owner")), 0077u);
  EXPECT_EQ(FileMask(Configure("data", "group")), 0027u);
  EXPECT_EQ(FileMask(Configure("data", "everyone")), 0022u);
}

}  // namespace
}  // namespace citylayers::runtime
