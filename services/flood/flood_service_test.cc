#include "services/flood/flood_service.h"

#include <cmath>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include "geo/raster/raster_file.h"
#include "proto/support/proto_time.h"
#include "services/layers/request_fields.h"
#include "tests/support/call_harness.h"
#include "tests/support/flood_pack.h"
#include "tests/support/fold_reading.h"

namespace citylayers::flood {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::int64_t kStartMs = 1'700'000'000'000;

class StillClock final : public Clock {
 public:
  absl::Time Now() const override { return absl::FromUnixMillis(kStartMs); }
};

// The service behind a real server and the real call adapter, over an in-process channel.
class FloodServiceTest : public ::testing::Test {
 protected:
  FloodServiceTest() { Serve(FloodTestPack(dir_ / "pack")); }
  ~FloodServiceTest() override { Down(); }

  void Serve(std::shared_ptr<const storage::CityPack> pack) {
    Down();
    layer_ = FloodLayer::Make(std::move(pack), {.rain = {}, .epoch = 1}).value();
    service_ = std::make_unique<FloodServiceImpl>(layer_, clock_, harness_.calls);
    grpc::ServerBuilder builder;
    builder.RegisterService(service_.get());
    server_ = builder.BuildAndStart();
    stub_ = v1::FloodService::NewStub(server_->InProcessChannel({}));
  }
  void Down() {
    stub_.reset();
    if (server_ != nullptr) server_->Shutdown();
    server_.reset();
    service_.reset();
  }
  void Read(const std::string& station, double stage_m, int minutes_ago = 0) {
    layers::FoldReading(*layer_, "stations/" + station + "/measures/water_level",
                        kStartMs - minutes_ago * 60'000, stage_m);
  }
  void Tide(double stage_m) {
    Read("west", stage_m);
    Read("east", stage_m);
    layer_->Publish(clock_.Now(), false);
  }

  grpc::Status Depth(const std::vector<LonLat>& places, v1::GetDepthResponse* response) {
    grpc::ClientContext context;
    v1::GetDepthRequest request;
    for (LonLat p : places) *request.add_points() = layers::ToPoint(p);
    return stub_->GetDepth(&context, request, response);
  }
  grpc::Status Flooded(const v1::ListFloodedSegmentsRequest& request,
                       v1::ListFloodedSegmentsResponse* response) {
    grpc::ClientContext context;
    response->Clear();
    return stub_->ListFloodedSegments(&context, request, response);
  }
  std::pair<grpc::Status, std::string> Export(const v1::ExportDepthRequest& request) {
    grpc::ClientContext context;
    const auto reader = stub_->ExportDepth(&context, request);
    std::string file;
    v1::ExportDepthResponse response;
    while (reader->Read(&response)) file += response.data();
    return {reader->Finish(), file};
  }

  storage::TempDir dir_;
  StillClock clock_;
  runtime::CallHarness harness_;
  std::shared_ptr<FloodLayer> layer_;
  std::unique_ptr<FloodServiceImpl> service_;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<v1::FloodService::Stub> stub_;
};

TEST_F(FloodServiceTest, GetDepthAnswersPointByPoint) {
  v1::GetDepthResponse response;
  EXPECT_EQ(Depth({TestPlace(8, 3)}, &response).error_code(), grpc::StatusCode::UNAVAILABLE)
      << "nothing is published yet";
  Tide(0.62);
  ASSERT_TRUE(Depth({TestPlace(8, 3), TestPlace(8, 8), TestPlace(8, 0), {0, 0}}, &response).ok());
  ASSERT_EQ(response.depths_size(), 4);
  const v1::DepthAtPoint& street = response.depths(0);
  EXPECT_TRUE(street.known());
  EXPECT_NEAR(street.depth_m(), 0.32, 1e-6);
  EXPECT_EQ(street.flood_class(), v1::FLOOD_CLASS_FLOODED);
  EXPECT_NEAR(street.ground_m(), 0.3, 1e-6);
  EXPECT_NEAR(street.connection_level_m(), 0.3, 1e-6);
  EXPECT_EQ(response.depths(1).depth_m(), 0);
  EXPECT_TRUE(response.depths(1).known());
  EXPECT_EQ(response.depths(1).flood_class(), v1::FLOOD_CLASS_DRY);
  EXPECT_TRUE(response.depths(2).open_water());
  EXPECT_FALSE(response.depths(3).known()) << "off the terrain";
  EXPECT_EQ(response.depths(3).flood_class(), v1::FLOOD_CLASS_UNSPECIFIED) << "not dry: unknown";
  EXPECT_EQ(FromProtoTime(response.data_time()), clock_.Now());
  EXPECT_EQ(Depth({}, &response).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(Depth(std::vector<LonLat>(1001), &response).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(FloodServiceTest, ListStagesTellsLevelTrendAndAge) {
  Read("west", 0.55, 60);
  Read("west", 0.75);
  Read("east", 0.95, 31);
  grpc::ClientContext context;
  v1::ListStagesResponse response;
  ASSERT_TRUE(stub_->ListStages(&context, {}, &response).ok());
  ASSERT_EQ(response.stages_size(), 2);
  const v1::Stage& east = response.stages(0);
  EXPECT_EQ(east.station(), "stations/east");
  EXPECT_TRUE(east.stale()) << "more than three periods of ten minutes";
  EXPECT_EQ(east.alert_level(), 2);
  const v1::Stage& west = response.stages(1);
  EXPECT_EQ(west.stage_m(), 0.75);
  EXPECT_NEAR(west.trend_m_per_h(), 0.20, 1e-9);
  EXPECT_FALSE(west.stale());
  EXPECT_EQ(west.alert_level(), 1);
  EXPECT_THAT(west.alert_levels_m(), ElementsAre(0.6, 0.9));
  EXPECT_EQ(west.display_name().vi(), "Tây");
}

TEST_F(FloodServiceTest, ListStagesGivesTheReadingsSinceATimeOldestFirst) {
  for (const int minutes_ago : {1, 40, 20, 90}) Read("west", 2 - minutes_ago / 100.0, minutes_ago);
  const auto list = [&](int minutes_ago) {
    grpc::ClientContext context;
    v1::ListStagesRequest request;
    v1::ListStagesResponse response;
    *request.mutable_readings_since_time() = ToProtoTime(clock_.Now() - absl::Minutes(minutes_ago));
    EXPECT_TRUE(stub_->ListStages(&context, request, &response).ok());
    std::vector<double> stages;
    for (const v1::StageReading& reading : response.stages(1).recent_readings()) {
      stages.push_back(reading.stage_m());
    }
    EXPECT_EQ(response.stages(0).recent_readings_size(), 0) << "without a reading";
    EXPECT_EQ(response.stages(1).period().seconds(), 600);
    return stages;
  };
  EXPECT_THAT(list(40), ElementsAre(1.6, 1.8, 1.99)) << "inclusive";
  EXPECT_THAT(list(39), ElementsAre(1.8, 1.99));
  EXPECT_THAT(list(0), ElementsAre());
  grpc::ClientContext context;
  v1::ListStagesResponse plain;
  ASSERT_TRUE(stub_->ListStages(&context, {}, &plain).ok());
  EXPECT_EQ(plain.stages(1).recent_readings_size(), 0) << "only on request";
}

TEST_F(FloodServiceTest, OfTooManyReadingsTheNewestAreGiven) {
  FloodServiceImpl service(layer_, clock_, harness_.calls, /*stage_readings_max=*/2);
  grpc::ServerBuilder builder;
  builder.RegisterService(&service);
  const auto server = builder.BuildAndStart();
  for (int minute = 0; minute < 9; ++minute) Read("west", minute / 10.0, 9 - minute);
  grpc::ClientContext context;
  v1::ListStagesRequest request;
  request.mutable_readings_since_time();
  v1::ListStagesResponse response;
  ASSERT_TRUE(v1::FloodService::NewStub(server->InProcessChannel({}))
                  ->ListStages(&context, request, &response)
                  .ok());
  ASSERT_EQ(response.stages(1).recent_readings_size(), 2);
  EXPECT_EQ(response.stages(1).recent_readings(1).stage_m(), 0.8);
  server->Shutdown();
}

TEST_F(FloodServiceTest, StagesAndStreetsAreStreamed) {
  Tide(0.62);
  grpc::ClientContext context, street_context, bad_context;
  v1::WatchStagesRequest request;
  request.mutable_readings_window()->set_seconds(3600);
  const auto stages = stub_->WatchStages(&context, request);
  v1::WatchStagesResponse message;
  ASSERT_TRUE(stages->Read(&message));
  ASSERT_EQ(message.stages_size(), 2);
  EXPECT_EQ(message.stages(0).recent_readings_size(), 1);
  const auto streets = stub_->WatchFloodedStreets(&street_context, {});
  v1::WatchFloodedStreetsResponse flooded;
  ASSERT_TRUE(streets->Read(&flooded));
  EXPECT_EQ(flooded.streets_size(), 1);

  Read("west", 0.7, -1);
  layer_->Publish(clock_.Now(), false);
  ASSERT_TRUE(stages->Read(&message));
  ASSERT_EQ(message.stages_size(), 1);
  EXPECT_EQ(message.stages(0).stage_m(), 0.7);

  v1::WatchFloodedStreetsRequest bad;
  bad.set_min_road_class(static_cast<common::v1::RoadClass>(99));
  const grpc::Status status = stub_->WatchFloodedStreets(&bad_context, bad)->Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(status.error_message(), HasSubstr("min_road_class"));
  context.TryCancel();
  street_context.TryCancel();
}

// A typical tide is shown on the map, but neither raises nor ends an alert.
TEST_F(FloodServiceTest, MeasuredWaterLeavesProfileReadingsOut) {
  const auto depths = [&](bool measured_only) {
    v1::ListFloodedSegmentsRequest request;
    request.set_measured_only(measured_only);
    v1::ListFloodedSegmentsResponse response;
    EXPECT_TRUE(Flooded(request, &response).ok());
    std::vector<double> depths_m;
    for (const v1::FloodedSegment& segment : response.segments()) {
      depths_m.push_back(segment.depth_m());
    }
    return depths_m;
  };
  const auto profile = [&](const char* measure, double value, int minutes_ago) {
    for (const char* station : {"west", "east"}) {
      layers::FoldReading(*layer_, absl::StrCat("stations/", station, "/measures/", measure),
                          kStartMs - minutes_ago * 60'000, value, readings::v1::QUALITY_PROFILE);
    }
    layer_->Publish(clock_.Now(), false);
  };
  Read("west", 0.1, 60);
  Read("east", 0.1, 60);
  profile("water_level", 0.62, 50);
  EXPECT_THAT(depths(false), ElementsAre(0.32, 0.32, 0.12));
  EXPECT_THAT(depths(true), ElementsAre()) << "a typical high tide is not measured";
  Read("west", 0.62, 40);
  Read("east", 0.62, 40);
  profile("water_level", 0.1, 30);
  EXPECT_THAT(depths(false), ElementsAre());
  EXPECT_THAT(depths(true), ElementsAre(0.32, 0.32, 0.12)) << "nor does a typical low end one";
  Tide(0.1);
  EXPECT_THAT(depths(false), ElementsAre());
  EXPECT_THAT(depths(true), ElementsAre()) << "a measured one does";
}

TEST_F(FloodServiceTest, AStationThatWasNeverReadIsListedStale) {
  grpc::ClientContext context;
  v1::ListStagesResponse response;
  ASSERT_TRUE(stub_->ListStages(&context, {}, &response).ok());
  ASSERT_EQ(response.stages_size(), 2);
  EXPECT_TRUE(response.stages(0).stale());
  EXPECT_FALSE(response.stages(0).has_read_time());
}

TEST_F(FloodServiceTest, PlacesThatAreNotOnTheEarthAreRefusedByName) {
  Tide(0.62);
  struct Row {
    double lon_deg, lat_deg;
    const char* field;
  };
  const Row kRows[] = {{999, 10, "points[1].lon_deg: 999"}, {-180.1, 10, "points[1].lon_deg"},
                       {NAN, 10, "points[1].lon_deg: nan"}, {106, 90.5, "points[1].lat_deg"},
                       {106, NAN, "points[1].lat_deg"},     {INFINITY, 10, "points[1].lon_deg"}};
  for (const Row& row : kRows) {
    v1::GetDepthRequest request;
    *request.add_points() = layers::ToPoint(TestPlace(8, 3));
    request.add_points()->set_lon_deg(row.lon_deg);
    request.mutable_points(1)->set_lat_deg(row.lat_deg);
    grpc::ClientContext context;
    v1::GetDepthResponse response;
    const grpc::Status status = stub_->GetDepth(&context, request, &response);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT) << row.field;
    EXPECT_THAT(status.error_message(), HasSubstr(row.field));
  }
}

TEST_F(FloodServiceTest, ALeastDepthThatIsNoneIsRefused) {
  Tide(0.62);
  for (const double least_m : {-0.1, static_cast<double>(NAN), static_cast<double>(INFINITY)}) {
    v1::ListFloodedSegmentsRequest request;
    v1::ListFloodedSegmentsResponse response;
    request.set_min_depth_m(least_m);
    const grpc::Status status = Flooded(request, &response);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT) << least_m;
    EXPECT_THAT(status.error_message(), HasSubstr("min_depth_m"));
  }
  v1::ListFloodedSegmentsRequest request;
  v1::ListFloodedSegmentsResponse response;
  request.mutable_bounds()->set_east_deg(999);
  EXPECT_THAT(Flooded(request, &response).error_message(), HasSubstr("bounds.east_deg: 999"));
}

TEST_F(FloodServiceTest, FloodedSegmentsComeDeepestFirstAndInPages) {
  Tide(0.62);
  v1::ListFloodedSegmentsRequest request;
  v1::ListFloodedSegmentsResponse response;
  request.set_page_size(2);
  ASSERT_TRUE(Flooded(request, &response).ok());
  ASSERT_EQ(response.segments_size(), 2);
  EXPECT_EQ(response.segments(0).name(), "segments/900");
  EXPECT_EQ(response.segments(0).street(), "Lê Lợi");
  EXPECT_NEAR(response.segments(0).depth_m(), 0.32, 1e-9);
  EXPECT_EQ(response.segments(0).motorbike(), v1::PASSABILITY_IMPASSABLE);
  EXPECT_EQ(response.segments(0).car(), v1::PASSABILITY_IMPASSABLE);
  EXPECT_EQ(response.segments(0).bus(), v1::PASSABILITY_DIFFICULT);
  EXPECT_EQ(response.segments(0).emergency(), v1::PASSABILITY_DIFFICULT);
  EXPECT_EQ(response.segments(1).name(), "segments/901");
  request.set_page_token(response.next_page_token());
  ASSERT_TRUE(Flooded(request, &response).ok());
  ASSERT_EQ(response.segments_size(), 1);
  EXPECT_EQ(response.segments(0).name(), "segments/300");
  EXPECT_EQ(response.next_page_token(), "");

  request.Clear();
  request.set_min_depth_m(0.3);
  ASSERT_TRUE(Flooded(request, &response).ok());
  EXPECT_EQ(response.segments_size(), 2);
  request.Clear();
  request.mutable_bounds()->set_west_deg(106.69950);
  request.mutable_bounds()->set_east_deg(106.7);
  request.mutable_bounds()->set_south_deg(10.7735);
  request.mutable_bounds()->set_north_deg(10.774);
  ASSERT_TRUE(Flooded(request, &response).ok());
  ASSERT_EQ(response.segments_size(), 1) << "of the three only the last leads there";
  EXPECT_EQ(response.segments(0).name(), "segments/300");
  request.mutable_bounds()->set_west_deg(107);
  EXPECT_EQ(Flooded(request, &response).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
}

// The name has the encoding of another program: the rest of the list, and its alerts, still work.
TEST_F(FloodServiceTest, AStreetNameThatIsNotUtf8TakesNoOtherWithIt) {
  Serve(FloodTestPack(dir_ / "bad-name", /*terrain=*/true, kTestCity, "L\xEA L\xF3i"));
  Tide(0.62);
  v1::ListFloodedSegmentsResponse response;
  const grpc::Status status = Flooded({}, &response);
  ASSERT_TRUE(status.ok()) << status.error_message();
  ASSERT_EQ(response.segments_size(), 3);
  EXPECT_EQ(response.segments(0).street(), "L\uFFFD L\uFFFDi");
  EXPECT_EQ(response.segments(2).street(), "");
}

TEST_F(FloodServiceTest, ExportDepthGivesARasterOfNowOrOfAStage) {
  v1::ExportDepthRequest request;
  EXPECT_EQ(Export(request).first.error_code(), grpc::StatusCode::UNAVAILABLE);
  Tide(0.62);
  const auto read = [this](const std::string& bytes) {
    const std::string path = dir_ / "depth.tif";
    storage::SaveFile(path, bytes);
    return geo::ReadRaster(path).value();
  };
  auto [status, file] = Export(request);
  ASSERT_TRUE(status.ok()) << status.error_message();
  geo::Raster raster = read(file);
  EXPECT_NEAR(raster.values.at(8, 3), 0.32, 1e-6);
  EXPECT_TRUE(std::isnan(raster.values.at(8, 8))) << "dry ground has no data";
  EXPECT_EQ(raster.tags[geo::kTagSynthetic], "yes");
  request.set_stage_m(1.0);
  std::tie(status, file) = Export(request);
  ASSERT_TRUE(status.ok()) << status.error_message();
  raster = read(file);
  EXPECT_NEAR(raster.values.at(8, 8), 0.2, 1e-6);
  EXPECT_EQ(raster.tags["CITYLAYERS_STAGE_M"], "1");
  request.set_stage_m(std::nan(""));
  EXPECT_EQ(Export(request).first.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(FloodServiceTest, WithoutTerrainEachMethodSaysWhy) {
  Serve(FloodTestPack(dir_ / "bare", false));
  Tide(0.62);
  v1::GetDepthResponse depths;
  const grpc::Status depth = Depth({TestPlace(8, 3)}, &depths);
  EXPECT_EQ(depth.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_THAT(depth.error_message(), HasSubstr("no --terrain was given"));
  v1::ListFloodedSegmentsResponse flooded;
  EXPECT_EQ(Flooded({}, &flooded).error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(Export({}).first.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
}

}  // namespace
}  // namespace citylayers::flood
