#include "services/tools/citypack/pack_command.h"

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "services/tools/citypack/progress_bar.h"
#include "tests/support/small_city.h"

namespace citylayers::citypack {
namespace {

using ::testing::HasSubstr;

struct Outcome {
  int code = 0;
  std::string out;
  std::string err;
};

Outcome Cli(std::vector<std::string> arguments) {
  CLI::App app("test", "citylayers");
  AddPackCommands(app);
  ::testing::internal::CaptureStdout();
  ::testing::internal::CaptureStderr();
  Outcome outcome;
  try {
    std::reverse(arguments.begin(), arguments.end());
    app.parse(arguments);
  } catch (const CLI::RuntimeError& error) {
    outcome.code = error.get_exit_code();
  } catch (const CLI::ParseError&) {
    outcome.code = 2;
  }
  outcome.out = ::testing::internal::GetCapturedStdout();
  outcome.err = ::testing::internal::GetCapturedStderr();
  return outcome;
}

TEST(PackCommand, BuildThenInfo) {
  const TempDir dir;
  WriteTinyOsm(dir / "tiny.osm.pbf", kDaNang);
  const Outcome built =
      Cli({"pack", "build", "--osm", dir / "tiny.osm.pbf", "--out", dir / "pack"});
  ASSERT_EQ(built.code, 0) << built.err;
  EXPECT_EQ(built.err, "");  // no progress bars: this is not a terminal

  const Outcome table = Cli({"pack", "info", dir / "pack"});
  EXPECT_EQ(table.code, 0);
  EXPECT_THAT(table.out, HasSubstr("6 segments"));
  EXPECT_THAT(table.out, HasSubstr("absent: no --dem was given"));
  EXPECT_THAT(table.out, HasSubstr("OpenStreetMap"));

  const Outcome json = Cli({"pack", "info", dir / "pack", "--format", "json"});
  const auto parsed = nlohmann::json::parse(json.out);
  EXPECT_EQ(parsed["counts"]["segments"], 6);
  EXPECT_THAT(built.out, HasSubstr(parsed["pack_id"].get<std::string>()));
  EXPECT_EQ(parsed["parts"][0]["part"], "roads");
  EXPECT_EQ(parsed["parts"][0]["present"], true);
  EXPECT_EQ(parsed["parts"][2]["part"], "terrain");
  EXPECT_EQ(parsed["parts"][2]["present"], false);
}

TEST(PackCommand, ErrorsGoToStderrWithExitCodeOne) {
  const TempDir dir;
  SaveFile(dir / "bad.osm.pbf", "x");
  const Outcome bad = Cli({"pack", "build", "--osm", dir / "bad.osm.pbf", "--out", dir / "pack"});
  EXPECT_EQ(bad.code, 1);
  EXPECT_EQ(bad.out, "");
  EXPECT_THAT(bad.err, HasSubstr("bad.osm.pbf"));
  EXPECT_FALSE(std::filesystem::exists(dir / "pack"));
  EXPECT_EQ(Cli({"pack", "info", dir / "pack"}).code, 1);
}

TEST(PackCommand, WrongCommandLinesAreParseErrors) {
  EXPECT_EQ(Cli({"pack", "build"}).code, 2);
  EXPECT_EQ(Cli({"pack"}).code, 2);
  EXPECT_EQ(Cli({"pack", "info", "x", "--format", "xml"}).code, 2);
}

TEST(ProgressBar, LineSaysHowFar) {
  EXPECT_EQ(ProgressBar::Line("terrain", 0.5),
            "terrain          [################................]  50 %");
  EXPECT_EQ(ProgressBar::Line("terrain", 7),
            "terrain          [################################] 100 %");
}

}  // namespace
}  // namespace citylayers::citypack
