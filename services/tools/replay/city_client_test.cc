#include "services/tools/replay/city_client.h"

#include <algorithm>
#include <memory>
#include <string>

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include "citylayers/readings/v1/station_service.grpc.pb.h"
#include "citylayers/traffic/v1/traffic_service.grpc.pb.h"

namespace citylayers::replay {
namespace {

// Segments 1 to 2500 in pages of the requested size; every second one is drawn westward.
class FakeTraffic final : public traffic::v1::TrafficService::Service {
 public:
  grpc::Status ListSegments(grpc::ServerContext*, const traffic::v1::ListSegmentsRequest* request,
                            traffic::v1::ListSegmentsResponse* response) override {
    const int first = request->page_token().empty() ? 1 : std::stoi(request->page_token());
    const int end = std::min(first + request->page_size(), kCount + 1);
    for (int i = first; i < end; ++i) {
      traffic::v1::Segment& segment = *response->add_segments();
      segment.set_name(bad_names ? "segments/x" : "segments/" + std::to_string(i));
      segment.set_road_class(common::v1::ROAD_CLASS_PRIMARY);
      segment.set_length_m(100);
      segment.set_reference_speed_kmh(40);
      for (const double lon : {106.70, 106.71}) {
        auto* point = segment.mutable_geometry()->add_points();
        point->set_lon_deg(i % 2 == 0 ? lon : 213.41 - lon);
        point->set_lat_deg(10.77);
      }
    }
    if (end <= kCount) response->set_next_page_token(std::to_string(end));
    return grpc::Status::OK;
  }

  static constexpr int kCount = 2500;
  bool bad_names = false;
};

class FakeStations final : public readings::v1::StationService::Service {
 public:
  grpc::Status ListStations(grpc::ServerContext*, const readings::v1::ListStationsRequest*,
                            readings::v1::ListStationsResponse* response) override {
    readings::v1::Station& station = *response->add_stations();
    station.set_name("stations/phu-an");
    station.mutable_display_name()->set_vi("Phú An");
    station.mutable_location()->set_lon_deg(106.7078);
    station.add_measures()->set_kind("water_level");
    return grpc::Status::OK;
  }
};

class CityClientTest : public testing::Test {
 protected:
  CityClientTest() {
    grpc::ServerBuilder builder;
    builder.RegisterService(&traffic_);
    builder.RegisterService(&stations_);
    server_ = builder.BuildAndStart();
    channel_ = server_->InProcessChannel({});
  }

  FakeTraffic traffic_;
  FakeStations stations_;
  std::unique_ptr<grpc::Server> server_;
  std::shared_ptr<grpc::Channel> channel_;
};

TEST_F(CityClientTest, AllPagesOfSegmentsAreRead) {
  const auto segments = ListSegments(channel_, absl::Seconds(10));
  ASSERT_TRUE(segments.ok()) << segments.status();
  ASSERT_EQ(segments->size(), 2500u);
  EXPECT_EQ(segments->back().stable_id, 2500u);
  const ListedSegment& east = (*segments)[1];
  EXPECT_EQ(east.road_class, geo::RoadClass::kPrimary);
  EXPECT_NEAR(east.bearing_deg, 90, 0.01);
  EXPECT_NEAR(east.mid.lon_deg, 106.705, 1e-9);
  EXPECT_NEAR((*segments)[0].bearing_deg, 270, 0.01);
}

TEST_F(CityClientTest, ANameThatIsNoSegmentIsAnError) {
  traffic_.bad_names = true;
  const auto segments = ListSegments(channel_, absl::Seconds(10));
  EXPECT_EQ(segments.status().code(), absl::StatusCode::kInternal);
  EXPECT_THAT(std::string(segments.status().message()), testing::HasSubstr("segments/x"));
}

TEST_F(CityClientTest, StationsLoseTheirPrefix) {
  const auto stations = ListStations(channel_, absl::Seconds(10));
  ASSERT_TRUE(stations.ok()) << stations.status();
  ASSERT_EQ(stations->size(), 1u);
  EXPECT_EQ(stations->front().id, "phu-an");
  EXPECT_THAT(stations->front().kinds, testing::ElementsAre("water_level"));
}

TEST_F(CityClientTest, AServiceThatIsNotThereIsUnimplemented) {
  CityClient client(channel_, absl::Seconds(10));
  EXPECT_EQ(client.GetClock().status().code(), absl::StatusCode::kUnimplemented);
}

}  // namespace
}  // namespace citylayers::replay
