// Runs the vector-tile reader on the public fixture suite: valid tiles decode, invalid ones do not.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include <nlohmann/json.hpp>

#include "geo/mvt/tile_decoder.h"
#include "tests/support/real_data.h"

namespace citylayers {
namespace {

namespace fs = std::filesystem;

std::string ReadFile(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::vector<fs::path> Sorted(const fs::path& dir) {
  std::vector<fs::path> paths;
  for (const auto& entry : fs::directory_iterator(dir)) paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  return paths;
}

// Fixtures that the suite considers valid and the reader refuses, with the reason.
const std::map<std::string, std::string>& Exceptions() {
  static const std::map<std::string, std::string> exceptions = {
      {"016", "its bytes equal those of 003 (no geometry type), which the suite calls invalid"},
      {"057", "claims 536,870,911 points and holds one, the defect of 051, which is invalid"},
  };
  return exceptions;
}

TEST(MvtFixtures, ValidTilesDecodeAndInvalidOnesAreRefused) {
  CITYLAYERS_REAL_DATA_OR_SKIP(dir, "conformance/mvt-fixtures/fixtures");
  int valid = 0, invalid = 0, excepted = 0;
  for (const fs::path& fixture : Sorted(dir)) {
    const auto info = nlohmann::json::parse(ReadFile(fixture / "info.json"));
    const bool expect_ok = info["validity"]["v2"].get<bool>();
    const auto layers = geo::DecodeTile(ReadFile(fixture / "tile.mvt"));
    const auto exception = Exceptions().find(fixture.filename().string());
    if (exception != Exceptions().end()) {
      EXPECT_FALSE(layers.ok()) << "exception " << exception->first << " can be removed";
      std::cout << "exception: fixture " << exception->first << " is refused: " << exception->second
                << "\n";
      ++excepted;
      continue;
    }
    EXPECT_EQ(layers.ok(), expect_ok)
        << "fixture " << fixture.filename() << ": " << info["description"].get<std::string>()
        << "\n  decoder returned: " << layers.status();
    (expect_ok ? valid : invalid) += 1;
  }
  EXPECT_EQ(valid + invalid + excepted, 74);
  std::cout << valid << " valid fixtures decode, " << invalid << " invalid ones are refused, "
            << excepted << " exceptions\n";
}

TEST(MvtFixtures, TheReasonOfTheFirstExceptionHolds) {
  CITYLAYERS_REAL_DATA_OR_SKIP(dir, "conformance/mvt-fixtures/fixtures");
  EXPECT_EQ(ReadFile(dir / "003" / "tile.mvt"), ReadFile(dir / "016" / "tile.mvt"));
}

TEST(MvtFixtures, FeaturesAndNamesAreThoseOfTheDescription) {
  CITYLAYERS_REAL_DATA_OR_SKIP(dir, "conformance/mvt-fixtures/fixtures");
  int layers_seen = 0;
  for (const fs::path& fixture : Sorted(dir)) {
    const auto info = nlohmann::json::parse(ReadFile(fixture / "info.json"));
    if (!info["validity"]["v2"].get<bool>()) continue;
    if (Exceptions().contains(fixture.filename().string())) continue;
    const auto expected = nlohmann::json::parse(ReadFile(fixture / "tile.json"), nullptr, false);
    if (expected.is_discarded() || !expected.contains("layers")) continue;
    const auto layers = geo::DecodeTile(ReadFile(fixture / "tile.mvt"));
    ASSERT_TRUE(layers.ok()) << fixture;
    ASSERT_EQ(layers->size(), expected["layers"].size()) << fixture;
    for (std::size_t i = 0; i < layers->size(); ++i) {
      const auto& want = expected["layers"][i];
      EXPECT_EQ((*layers)[i].name, want["name"].get<std::string>()) << fixture;
      EXPECT_EQ((*layers)[i].features.size(),
                want.value("features", nlohmann::json::array()).size())
          << fixture;
      ++layers_seen;
    }
  }
  EXPECT_GT(layers_seen, 40);
}

TEST(MvtFixtures, RealTilesOfSixCitiesDecode) {
  CITYLAYERS_REAL_DATA_OR_SKIP(dir, "conformance/mvt-fixtures/real-world");
  int tiles = 0;
  std::size_t features = 0;
  for (const fs::path& city : Sorted(dir)) {
    if (city.filename() == "compressed") continue;  // gzip is part of the transport
    for (const fs::path& tile : Sorted(city)) {
      if (tile.extension() != ".mvt" && tile.extension() != ".pbf") continue;
      const auto layers = geo::DecodeTile(ReadFile(tile));
      ASSERT_TRUE(layers.ok()) << tile << ": " << layers.status();
      for (const geo::DecodedLayer& layer : *layers) features += layer.features.size();
      ++tiles;
    }
  }
  EXPECT_GT(tiles, 150);
  EXPECT_GT(features, 50000u);
}

TEST(MvtFixtures, ACompressedTileIsRefusedNotMisread) {
  CITYLAYERS_REAL_DATA_OR_SKIP(dir, "conformance/mvt-fixtures/real-world/compressed");
  for (const fs::path& tile : Sorted(dir)) {
    const std::string bytes = ReadFile(tile);
    if (bytes.size() < 2 || bytes.substr(0, 2) != "\x1f\x8b") continue;
    EXPECT_FALSE(geo::DecodeTile(bytes).ok()) << tile;
  }
}

}  // namespace
}  // namespace citylayers
