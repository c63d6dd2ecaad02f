// Compares connected flooding of a real terrain with three programs that share no code with it: a
// plain flood-fill, SAGA's Lake Flood and GRASS's r.lake. All work in the grid's index space: the
// terrain's own grid is rotated, which neither SAGA nor GRASS can represent.
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include "gtest/gtest.h"

#include "geo/flood/connection_level.h"
#include "geo/flood/stage_depth.h"
#include "geo/raster/raster_file.h"
#include "tests/support/flood_totals.h"
#include "tests/support/real_data.h"
#include "tests/support/temp_dir.h"

namespace citylayers {
namespace {

namespace fs = std::filesystem;
using geo::Grid;

struct StageCase {
  float stage_m;
  std::int64_t wet_cells;
};
// One seed: the lowest cell, in the sea. The counts were computed before this code was written.
constexpr StageCase kCases[] = {{0.5f, 12937}, {1.0f, 16832}, {1.7f, 18434}};

std::size_t LowestCell(const Grid<float>& elevation_m) {
  std::size_t lowest = 0;
  for (std::size_t i = 0; i < elevation_m.size(); ++i) {
    if (std::isnan(elevation_m[lowest]) || elevation_m[i] < elevation_m[lowest]) lowest = i;
  }
  return lowest;
}

// Fills from the seed every neighbour below the stage.
Grid<float> PlainFloodFill(const Grid<float>& elevation_m, std::size_t seed, float stage_m) {
  Grid<float> depth_m(elevation_m.columns(), elevation_m.rows());
  std::vector<std::size_t> queue;
  const auto visit = [&](std::size_t i) {
    if (depth_m[i] > 0 || !(elevation_m[i] < stage_m)) return;
    depth_m[i] = stage_m - elevation_m[i];
    queue.push_back(i);
  };
  visit(seed);
  for (std::size_t i = 0; i < queue.size(); ++i) {
    const auto columns = static_cast<std::size_t>(elevation_m.columns());
    const int column = static_cast<int>(queue[i] % columns);
    const int row = static_cast<int>(queue[i] / columns);
    for (int dy = -1; dy <= 1; ++dy) {
      for (int dx = -1; dx <= 1; ++dx) {
        if (elevation_m.Contains(column + dx, row + dy)) {
          visit(elevation_m.IndexOf(column + dx, row + dy));
        }
      }
    }
  }
  return depth_m;
}

class LakeTest : public ::testing::Test {
 protected:
  void SetUp() override {
    CITYLAYERS_REAL_DATA_OR_SKIP(path, "dem/sfincs_compound/dep.tif");
    auto raster = geo::ReadRaster(path.string());
    ASSERT_TRUE(raster.ok()) << raster.status();
    elevation_m_ = std::move(raster->values);
    seed_ = LowestCell(elevation_m_);
    Grid<std::uint8_t> water(elevation_m_.columns(), elevation_m_.rows());
    water[seed_] = 1;
    auto level = geo::ConnectionLevel(elevation_m_, water);
    ASSERT_TRUE(level.ok()) << level.status();
    level_m_ = *std::move(level);
  }

  Grid<float> OurDepth(float stage_m) const {
    Grid<float> depth_m;
    geo::DepthAtStage(elevation_m_, level_m_, stage_m, &depth_m);
    return depth_m;
  }

  // An axis-aligned grid of unit cells without a reference system: index space.
  void WriteIndexSpace(const fs::path& path, const Grid<float>& values) const {
    geo::GridGeometry geometry;
    geometry.columns = values.columns();
    geometry.rows = values.rows();
    geometry.affine = {0, 1, 0, static_cast<double>(values.rows()), 0, -1};
    ASSERT_TRUE(geo::WriteGeoTiff(path.string(), geometry, values).ok());
  }

  static bool HaveProgram(const std::string& name) {
    return std::system(("command -v " + name + " > /dev/null 2>&1").c_str()) == 0;
  }

  // Runs a shell command in the test's folder; its output is shown when it fails.
  void RunShell(const std::string& command) const {
    const std::string log = (dir_ / "log.txt").string();
    const int status = std::system(("cd '" + dir_.string() + "' && HOME='" + dir_.string() + "' " +
                                    command + " > '" + log + "' 2>&1")
                                       .c_str());
    if (status == 0) return;
    std::ifstream in(log);
    FAIL() << command << "\n" << std::string(std::istreambuf_iterator<char>(in), {});
  }

  Grid<float> elevation_m_;
  Grid<float> level_m_;
  std::size_t seed_ = 0;
  const test::TempDir temp_dir_;
  const fs::path dir_ = temp_dir_.path();
};

TEST_F(LakeTest, EqualsPlainFloodFillBitByBit) {
  for (float stage_m = -5.5f; stage_m < 12; stage_m += 0.1f) {
    ASSERT_EQ(OurDepth(stage_m), PlainFloodFill(elevation_m_, seed_, stage_m)) << stage_m;
  }
}

TEST_F(LakeTest, WetCellsAreThoseExpected) {
  for (const StageCase& c : kCases) {
    const test::FloodTotals totals = test::FloodTotals::Of(OurDepth(c.stage_m));
    EXPECT_EQ(totals.wet_cells, c.wet_cells) << "stage " << c.stage_m;
    std::cout << "stage " << c.stage_m << " m: " << totals.wet_cells << " wet cells, depth sum "
              << totals.depth_sum_m << " m\n";
  }
}

TEST_F(LakeTest, EqualsSagaLakeFlood) {
  if (!HaveProgram("saga_cmd")) GTEST_SKIP() << "saga_cmd is not installed (Debian package saga)";
  WriteIndexSpace(dir_ / "dem.tif", elevation_m_);
  for (const StageCase& c : kCases) {
    Grid<float> seeds(elevation_m_.columns(), elevation_m_.rows(), NAN);
    seeds[seed_] = c.stage_m;
    WriteIndexSpace(dir_ / "seeds.tif", seeds);
    RunShell(
        "saga_cmd -f=s ta_hydrology 16 -ELEV dem.tif -SEEDS seeds.tif -LEVEL 1 "
        "-OUTDEPTH depth.sdat -OUTLEVEL level.sdat");
    if (HasFatalFailure()) return;
    const auto saga = geo::ReadRaster((dir_ / "depth.sdat").string());
    ASSERT_TRUE(saga.ok()) << saga.status();
    const Grid<float> ours = OurDepth(c.stage_m);
    ASSERT_EQ(saga->values.size(), ours.size());
    double sum_m = 0;
    for (std::size_t i = 0; i < ours.size(); ++i) {
      const float theirs = std::isnan(saga->values[i]) ? 0 : saga->values[i];
      ASSERT_EQ(theirs > 0, ours[i] > 0) << "cell " << i << " at stage " << c.stage_m;
      ASSERT_NEAR(theirs, ours[i], 1e-5);
      sum_m += theirs;
    }
    EXPECT_NEAR(sum_m, test::FloodTotals::Of(ours).depth_sum_m, 0.01);
  }
}

// r.lake never floods the outermost rows and columns; the comparison leaves them out, and the
// terrain's connections must not run through them (a frame of NaN ensures that for both).
TEST_F(LakeTest, EqualsGrassLake) {
  if (!HaveProgram("grass")) GTEST_SKIP() << "grass is not installed (Debian package grass-core)";
  const int columns = elevation_m_.columns() + 2, rows = elevation_m_.rows() + 2;
  Grid<float> framed(columns, rows, NAN), seeds(columns, rows, NAN);
  for (int row = 2; row < rows; ++row) {
    for (int column = 2; column < columns; ++column) {
      framed.at(column - 1, row - 1) = elevation_m_.at(column - 2, row - 2);
    }
  }
  const auto width = static_cast<std::size_t>(elevation_m_.columns());
  seeds.at(static_cast<int>(seed_ % width) + 1, static_cast<int>(seed_ / width) + 1) = 1;
  WriteIndexSpace(dir_ / "dem.tif", framed);
  WriteIndexSpace(dir_ / "seeds.tif", seeds);
  std::ofstream script(dir_ / "lake.sh");
  script << "set -e\n"
         << "r.in.gdal -o input=dem.tif output=dem\n"
         << "r.in.gdal -o input=seeds.tif output=seeds\n"
         << "g.region raster=dem\n";
  for (std::size_t i = 0; i < std::size(kCases); ++i) {
    script << "r.lake elevation=dem water_level=" << kCases[i].stage_m << " lake=lake" << i
           << " seed=seeds\n"
           << "r.out.gdal -f input=lake" << i << " output=lake" << i << ".tif type=Float32\n";
  }
  script.close();
  RunShell("grass --tmp-location XY --exec sh lake.sh");
  if (HasFatalFailure()) return;
  for (std::size_t c = 0; c < std::size(kCases); ++c) {
    const auto grass = geo::ReadRaster((dir_ / ("lake" + std::to_string(c) + ".tif")).string());
    ASSERT_TRUE(grass.ok()) << grass.status();
    const Grid<float> ours = OurDepth(kCases[c].stage_m);
    for (int row = 0; row < ours.rows(); ++row) {
      for (int column = 0; column < ours.columns(); ++column) {
        const float theirs = grass->values.at(column + 1, row + 1);
        ASSERT_NEAR(std::isnan(theirs) ? 0 : theirs, ours.at(column, row), 1e-5)
            << column << "," << row << " at stage " << kCases[c].stage_m;
      }
    }
  }
}

}  // namespace
}  // namespace citylayers
