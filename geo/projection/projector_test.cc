#include "geo/projection/projector.h"

#include <cmath>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "geo/projection/web_mercator.h"

namespace citylayers::geo {
namespace {

using ::testing::HasSubstr;

// Corner of the SFINCS test model, whose authors give it in both systems.
constexpr MapPoint kUtm33{318650, 5040000};

TEST(Projector, LongitudeComesFirstWhateverTheAxisOrder) {
  const auto to_utm = Projector::Make("EPSG:4326", "EPSG:32633");
  ASSERT_TRUE(to_utm.ok()) << to_utm.status();
  const auto p = to_utm->Forward({15, 45});  // on the zone's central meridian
  ASSERT_TRUE(p.ok());
  EXPECT_NEAR(p->x, 500000, 1e-3);
  EXPECT_NEAR(p->y, 4982950.4, 0.1);
}

TEST(Projector, InverseUndoesForward) {
  const auto to_wgs84 = Projector::Make("EPSG:32633", "EPSG:4326");
  ASSERT_TRUE(to_wgs84.ok()) << to_wgs84.status();
  const auto p = to_wgs84->Forward(kUtm33);
  ASSERT_TRUE(p.ok());
  const auto back = to_wgs84->Inverse(*p);
  ASSERT_TRUE(back.ok());
  EXPECT_NEAR(back->x, kUtm33.x, 1e-6);
  EXPECT_NEAR(back->y, kUtm33.y, 1e-6);
}

// PROJ is the reference for the closed formula.
TEST(Projector, AgreesWithTheClosedWebMercatorFormula) {
  const auto mercator = Projector::Make("EPSG:4326", "EPSG:3857");
  ASSERT_TRUE(mercator.ok()) << mercator.status();
  constexpr double kHalfM = 20037508.342789244;
  for (double lat = -85; lat <= 85; lat += 17) {
    for (double lon = -179; lon <= 179; lon += 29) {
      const auto p = mercator->Forward({lon, lat});
      ASSERT_TRUE(p.ok());
      const WorldPoint w = WorldFromLonLat({lon, lat});
      EXPECT_NEAR((w.x - 0.5) * 2 * kHalfM, p->x, 1e-6);
      EXPECT_NEAR((0.5 - w.y) * 2 * kHalfM, p->y, 1e-6);
    }
  }
}

TEST(Projector, AnUnknownSystemIsNamed) {
  const auto bad = Projector::Make("EPSG:4326", "EPSG:99999999");
  ASSERT_EQ(bad.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(bad.status().message(), HasSubstr("EPSG:99999999"));
  EXPECT_FALSE(Projector::Make("", "EPSG:4326").ok());
  EXPECT_FALSE(Projector::Make("+proj=pipeline +step +proj=utm +zone=33", "EPSG:4326").ok());
}

TEST(Projector, APointWithoutAnImageIsRefused) {
  const auto utm = Projector::Make("EPSG:4326", "EPSG:32633");
  ASSERT_TRUE(utm.ok());
  EXPECT_EQ(utm->Forward({NAN, 10}).status().code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(utm->Forward({15, 1e9}).status().code(), absl::StatusCode::kOutOfRange);
  EXPECT_TRUE(utm->Forward({15, 45}).ok()) << "an error must not stick";
}

TEST(Projector, EachThreadWorksWithItsOwn) {
  std::vector<std::thread> threads;
  std::vector<double> sums(4, 0);
  for (std::size_t t = 0; t < sums.size(); ++t) {
    threads.emplace_back([&sums, t] {
      const auto utm = Projector::Make("EPSG:4326", "EPSG:32648");
      if (!utm.ok()) return;
      for (int i = 0; i < 200; ++i) sums[t] += utm->Forward({106 + i * 0.01, 10.7})->x;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_GT(sums[0], 0);
  for (const double sum : sums) EXPECT_EQ(sum, sums[0]);
}

// The corner of a map near Can Tho, in each system's coordinates.
TEST(Projector, ADatumThatNothingTiesToWgs84IsAGuess) {
  const auto is_guess = [](const std::string& crs) {
    const auto projector = Projector::Make("EPSG:4326", crs);
    EXPECT_TRUE(projector.ok()) << crs << projector.status();
    const auto guess = projector->IsGuessAt(projector->Forward({105.75, 10.03}).value());
    EXPECT_TRUE(guess.ok()) << crs << guess.status();
    return guess.value_or(false);
  };
  const std::string tm3 = "+proj=tmerc +lat_0=0 +lon_0=105.75 +k=0.9999 +x_0=500000 +units=m";
  EXPECT_TRUE(is_guess(tm3 + " +ellps=WGS84 +type=crs"));
  EXPECT_TRUE(is_guess(tm3 + " +ellps=krass +type=crs"));
  EXPECT_FALSE(is_guess(tm3 + " +datum=WGS84 +type=crs"));
  EXPECT_FALSE(is_guess(tm3 + " +ellps=WGS84 +towgs84=-191.9,-39.3,-111.5 +type=crs"));
  for (const char* known : {"EPSG:9210", "EPSG:3405", "EPSG:4756", "EPSG:4326", "EPSG:4979",
                            "EPSG:32648", "EPSG:3857", "EPSG:32648+3855", "EPSG:9210+5727"}) {
    EXPECT_FALSE(is_guess(known)) << known;
  }
}

TEST(Projector, HeightsDoNotMoveAPlace) {
  const auto flat = Projector::Make("EPSG:4326", "EPSG:32648");
  for (const char* with_heights : {"EPSG:32648+3855", "EPSG:32648+6360"}) {
    const auto high = Projector::Make("EPSG:4326", with_heights);
    ASSERT_TRUE(high.ok()) << high.status();
    EXPECT_EQ(high->Forward({105.75, 10.03})->x, flat->Forward({105.75, 10.03})->x);
  }
}

}  // namespace
}  // namespace citylayers::geo
