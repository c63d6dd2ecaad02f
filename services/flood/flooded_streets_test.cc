#include "services/flood/flooded_streets.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/flood_pack.h"

namespace citylayers::flood {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

// Segments 0 and 1 are the two ways of Lê Lợi, segment 2 has no name.
class FloodedStreetsTest : public ::testing::Test {
 protected:
  std::map<std::string, v1::FloodedStreet> Of(const std::vector<std::int32_t>& depths_cm,
                                              geo::RoadClass least = geo::RoadClass::kService) {
    return FloodedStreets(depths_cm, pack_->segments(), streets_, least);
  }

  storage::TempDir dir_;
  std::shared_ptr<const storage::CityPack> pack_ = FloodTestPack(dir_ / "pack");
  layers::StreetIndex streets_{pack_->segments()};
};

TEST_F(FloodedStreetsTest, AStreetHasItsGreatestDepthAndTheRadiusOfItsWater) {
  const auto streets = Of({20, 30, 0});
  ASSERT_THAT(streets, SizeIs(1));
  const v1::FloodedStreet& street = streets.at("Lê Lợi");
  EXPECT_EQ(street.depth_m(), 0.3);
  const LonLat deepest = pack_->segments()[1].midpoint.ToLonLat();
  EXPECT_EQ(street.location().lon_deg(), deepest.lon_deg);
  EXPECT_EQ(street.radius_m(), DistanceM(deepest, pack_->segments()[0].midpoint.ToLonLat()));
}

TEST_F(FloodedStreetsTest, DryAndNamelessSegmentsAreLeftOut) {
  EXPECT_THAT(Of({0, 0, 0}), IsEmpty());
  EXPECT_THAT(Of({0, 0, 90}), IsEmpty());
}

TEST_F(FloodedStreetsTest, LessImportantRoadsAreLeftOut) {
  const auto road_class = static_cast<geo::RoadClass>(pack_->segments()[0].road_class);
  EXPECT_THAT(Of({20, 20, 0}, road_class), SizeIs(1));
  ASSERT_GT(static_cast<int>(road_class), 0);
  const auto more_important = static_cast<geo::RoadClass>(static_cast<int>(road_class) - 1);
  EXPECT_THAT(Of({20, 20, 0}, more_important), IsEmpty());
}

}  // namespace
}  // namespace citylayers::flood
