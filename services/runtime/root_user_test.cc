#include "services/runtime/root_user.h"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/strings.h"
#include "tests/support/temp_dir.h"

namespace citylayers::runtime {
namespace {

using ::testing::HasSubstr;

TEST(CheckUser, RootNeedsAContainerOrPermission) {
  EXPECT_TRUE(CheckUser(/*is_root=*/false, false, false).ok());
  EXPECT_TRUE(CheckUser(true, /*is_in_container=*/true, false).ok());
  EXPECT_TRUE(CheckUser(true, false, /*allow_root=*/true).ok());
  const absl::Status refused = CheckUser(true, false, false);
  EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(ToStd(refused.message()), HasSubstr("--allow-root"));
}

TEST(IsInContainer, ByAVariableOfItsManager) {
  const test::TempDir root;
  EXPECT_FALSE(IsInContainer({}, root.path()));
  EXPECT_FALSE(IsInContainer({{"container", ""}, {"HOME", "/root"}}, root.path()));
  EXPECT_TRUE(IsInContainer({{"container", "systemd-nspawn"}}, root.path()));
  EXPECT_TRUE(IsInContainer({{"KUBERNETES_SERVICE_HOST", "10.0.0.1"}}, root.path()));
}

TEST(IsInContainer, ByAFileOfItsManager) {
  for (const char* file : {"run/systemd/container", "run/.containerenv", ".dockerenv"}) {
    const test::TempDir root;
    EXPECT_FALSE(IsInContainer({}, root.path()));
    std::filesystem::create_directories(root / "run/systemd");
    EXPECT_FALSE(IsInContainer({}, root.path()));
    std::ofstream(root / file) << "";
    EXPECT_TRUE(IsInContainer({}, root.path())) << file;
  }
}

}  // namespace
}  // namespace citylayers::runtime
