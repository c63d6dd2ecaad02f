#include "services/alerts/input_client.h"

#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "proto/support/proto_time.h"
#include "tests/support/alert_desk_fixture.h"
#include "tests/support/fake_city_services.h"

namespace citylayers::alerts {
namespace {

using testing::DoubleNear;
using testing::ElementsAre;

constexpr absl::Time kTime = kTestStart;

flood::v1::FloodedSegment Segment(const std::string& street, double depth_m, double lon_deg) {
  flood::v1::FloodedSegment segment;
  segment.set_street(street);
  segment.set_depth_m(depth_m);
  segment.mutable_location()->set_lon_deg(lon_deg);
  segment.mutable_location()->set_lat_deg(10.77);
  return segment;
}

class InputClientTest : public testing::Test {
 protected:
  FakeCityServices city_;
  runtime::Metrics metrics_;
  CutOffs cut_offs_{metrics_};
  InputClient client_{city_.channel(), city_.channel(), cut_offs_, {.pages_max = 3}};
};

TEST_F(InputClientTest, StagesComeWithLevelsTimeAndQuality) {
  flood::v1::Stage* stage = city_.flood.stages.add_stages();
  stage->set_station("stations/phu-an");
  stage->mutable_display_name()->set_vi("Phú An");
  stage->set_stage_m(1.62);
  *stage->mutable_read_time() = ToProtoTime(kTime);
  for (const double level : {1.4, 1.5, 1.6}) stage->add_alert_levels_m(level);
  stage->set_quality(readings::v1::QUALITY_SUSPECT);
  city_.flood.stages.add_stages()->set_station("stations/never-read");

  const Look look = client_.Read();
  ASSERT_TRUE(look.stages.has_value());
  ASSERT_EQ(look.stages->size(), 2u);
  const StageObservation& phu_an = look.stages->at(0);
  EXPECT_EQ(phu_an.place.vi, "Phú An");
  EXPECT_EQ(phu_an.place.en, "Phú An");
  EXPECT_EQ(phu_an.read_time, kTime);
  EXPECT_EQ(phu_an.quality, Quality::kSuspect);
  EXPECT_THAT(phu_an.levels_m, ElementsAre(1.4, 1.5, 1.6));
  EXPECT_FALSE(phu_an.stale);
  EXPECT_TRUE(look.stages->at(1).stale);
}

TEST_F(InputClientTest, SegmentsOfAllPagesBecomeStreetsWithTheirDeepestPlace) {
  city_.flood.segments = {Segment("Calmette", 0.2, 106.700), Segment("Lê Lợi", 0.3, 106.71),
                          Segment("Calmette", 0.4, 106.701), Segment("", 0.9, 106.7),
                          Segment("Calmette", 0.1, 106.702)};
  const Look look = client_.Read();
  ASSERT_TRUE(look.streets.has_value());
  EXPECT_EQ(look.streets->data_time, kTime);
  ASSERT_EQ(look.streets->items.size(), 2u);
  const StreetDepthObservation& calmette = look.streets->items[0];
  EXPECT_EQ(calmette.street, "Calmette");
  EXPECT_EQ(calmette.depth_m, 0.4);
  EXPECT_EQ(calmette.location.lon_deg, 106.701);
  EXPECT_THAT(calmette.radius_m, DoubleNear(109, 1));  // A thousandth of a degree.
}

TEST(IsAtLeastClass, OrdersRoadsByImportance) {
  EXPECT_TRUE(IsAtLeastClass(common::v1::ROAD_CLASS_TRUNK, geo::RoadClass::kTertiary));
  EXPECT_TRUE(IsAtLeastClass(common::v1::ROAD_CLASS_TERTIARY, geo::RoadClass::kTertiary));
  EXPECT_FALSE(IsAtLeastClass(common::v1::ROAD_CLASS_LOCAL, geo::RoadClass::kTertiary));
  EXPECT_TRUE(IsAtLeastClass(common::v1::ROAD_CLASS_LOCAL, geo::RoadClass::kService));
  EXPECT_TRUE(IsAtLeastClass(common::v1::ROAD_CLASS_UNSPECIFIED, geo::RoadClass::kTertiary))
      << "an unknown class is not left out";
}

TEST(ToStreetsTest, StreetsOfOneNameInTwoNeighbourhoodsAreTwo) {
  std::vector<flood::v1::FloodedSegment> segments = {
      Segment("Số 1", 0.4, 106.6), Segment("Số 1", 0.3, 106.601), Segment("Số 1", 0.2, 106.8)};
  segments[0].set_street_id("Số 1~7");
  segments[1].set_street_id("Số 1~7");
  segments[2].set_street_id("Số 1~9");
  const auto streets = ToStreets(segments, 2000);
  ASSERT_EQ(streets.size(), 2u);
  EXPECT_EQ(streets[0].street, "Số 1");
  EXPECT_EQ(streets[0].street_id, "Số 1~7");
  EXPECT_LT(streets[0].radius_m, 200) << "it does not reach the other street of that name";
  EXPECT_EQ(streets[1].depth_m, 0.2);
}

TEST(ToStreetsTest, AStreetNameAllOverTheCityIsBounded) {
  const auto streets = ToStreets({Segment("Số 1", 0.4, 106.6), Segment("Số 1", 0.2, 106.8)}, 2000);
  ASSERT_EQ(streets.size(), 1u);
  EXPECT_EQ(streets[0].radius_m, 2000);
}

TEST_F(InputClientTest, JamsThatDoNotTellTheirShareAreTakenAsMeasured) {
  traffic::v1::Jam* jam = city_.traffic.jams.add_jams();
  jam->set_name("jams/7");
  jam->set_speed_kmh(4);
  jam = city_.traffic.jams.add_jams();
  jam->set_name("jams/8");
  jam->set_live_share(0);
  *jam->mutable_since_time() = ToProtoTime(kTime);
  const Look look = client_.Read();
  ASSERT_TRUE(look.jams.has_value());
  EXPECT_EQ(look.jams->items[0].live_share, 1);
  EXPECT_EQ(look.jams->items[1].live_share, 0);
  EXPECT_EQ(look.jams->items[0].since, std::nullopt);
  EXPECT_EQ(look.jams->items[1].since, kTime);
  EXPECT_EQ(look.jams->data_time, absl::InfinitePast());
}

TEST_F(InputClientTest, ListsOfALayerThatStayedTheSameAreReadOnce) {
  std::optional<std::uint64_t> flood = 1;
  std::optional<std::uint64_t> traffic = 1;
  InputClient client(
      city_.channel(), city_.channel(), cut_offs_, {}, [&] { return flood; },
      [&] { return traffic; });
  city_.flood.stages.add_stages()->set_station("stations/a");
  const auto count = [&](absl::Time now) {
    const Look look = client.Read(absl::InfiniteFuture(), now);
    return std::pair(look.stages->size(), look.jams->items.size());
  };
  EXPECT_EQ(count(kTime), std::pair(size_t{1}, size_t{0}));
  city_.flood.stages.add_stages()->set_station("stations/b");
  city_.traffic.jams.add_jams()->set_name("jams/7");
  EXPECT_EQ(count(kTime), std::pair(size_t{1}, size_t{0})) << "nothing has changed";
  traffic = 2;
  EXPECT_EQ(count(kTime), std::pair(size_t{1}, size_t{1}));
  EXPECT_EQ(count(kTime + absl::Seconds(10)), std::pair(size_t{2}, size_t{1}))
      << "a gauge may have become stale";
  city_.flood.stages.add_stages()->set_station("stations/c");
  flood = std::nullopt;
  EXPECT_EQ(count(kTime + absl::Seconds(10)), std::pair(size_t{3}, size_t{1}))
      << "the stream is down: nothing is known";
}

TEST_F(InputClientTest, AListOfTooManyPagesIsNoAnswerAndCounted) {
  for (int i = 0; i < 6; ++i) {
    city_.flood.segments.push_back(Segment(absl::StrCat("Số ", i), 0.4, 106.7));
  }
  EXPECT_EQ(client_.Read().streets->items.size(), 6u) << "three pages of two";
  EXPECT_EQ(cut_offs_.input_pages_max.Value(), 0);
  city_.flood.segments.push_back(Segment("Số 6", 0.4, 106.7));
  EXPECT_FALSE(client_.Read().streets.has_value());
  EXPECT_EQ(cut_offs_.input_pages_max.Value(), 1);
}

TEST_F(InputClientTest, WhatDoesNotAnswerIsMissingAndNotEmpty) {
  city_.flood.status = grpc::Status(grpc::StatusCode::FAILED_PRECONDITION, "no terrain");
  Look look = client_.Read();
  EXPECT_FALSE(look.stages.has_value());
  EXPECT_FALSE(look.streets.has_value());
  EXPECT_TRUE(look.jams.has_value());
  city_.flood.status = grpc::Status::OK;
  look = client_.Read();
  EXPECT_TRUE(look.stages.has_value());
}

}  // namespace
}  // namespace citylayers::alerts
