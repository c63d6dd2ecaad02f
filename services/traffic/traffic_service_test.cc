#include "services/traffic/traffic_service.h"

#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include "proto/support/proto_time.h"
#include "tests/support/call_harness.h"
#include "tests/support/fold_reading.h"
#include "tests/support/small_pack.h"

namespace citylayers::traffic {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::int64_t kNowMs = 1'700'000'000'000;
constexpr std::int64_t kMinuteMs = 60'000;

class StillClock final : public Clock {
 public:
  absl::Time Now() const override { return absl::FromUnixMillis(kNowMs); }
};

// The service behind a real server and the real call adapter, over an in-process channel. The
// pack's streets, all of 100 m and 40 km/h:
//
//   0: Lê Lợi, segments/900 ->  2: segments/300, no name
//   1: Lê Lợi, segments/901 <-
class TrafficServiceTest : public ::testing::Test {
 protected:
  TrafficServiceTest() {
    EXPECT_TRUE(storage::WriteTestPack(dir_ / "pack").ok());
    layer_ = std::make_shared<TrafficLayer>(storage::CityPack::Open(dir_ / "pack").value(),
                                            TrafficLayer::Options{.epoch = 1});
    service_ = std::make_unique<TrafficServiceImpl>(layer_, clock_, harness_.calls);
    grpc::ServerBuilder builder;
    builder.RegisterService(service_.get());
    server_ = builder.BuildAndStart();
    stub_ = v1::TrafficService::NewStub(server_->InProcessChannel({}));
  }
  ~TrafficServiceTest() override {
    stub_.reset();
    server_->Shutdown(std::chrono::system_clock::now());
    server_.reset();
    service_.reset();
  }

  // A speed on a segment by its index.
  void Drive(std::uint32_t segment, std::int64_t time_ms, double speed_kmh,
             readings::v1::Quality quality = readings::v1::QUALITY_GOOD) {
    const std::uint64_t id = layer_->pack().segments()[segment].stable_id;
    layers::FoldReading(*layer_, absl::StrCat("segments/", id, "/measures/speed"), time_ms,
                        speed_kmh, quality);
  }
  template <typename Response, typename Method, typename Request>
  grpc::Status Call(Method method, const Request& request, Response* response) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
    response->Clear();
    return (stub_.get()->*method)(&context, request, response);
  }
  grpc::Status Get(const std::string& name, v1::Segment* segment) {
    v1::GetSegmentRequest request;
    request.set_name(name);
    v1::GetSegmentResponse response;
    const grpc::Status status = Call(&v1::TrafficService::Stub::GetSegment, request, &response);
    *segment = response.segment();
    return status;
  }
  grpc::Status List(const v1::ListSegmentsRequest& request, v1::ListSegmentsResponse* response) {
    return Call(&v1::TrafficService::Stub::ListSegments, request, response);
  }
  grpc::Status List(const v1::ListJamsRequest& request, v1::ListJamsResponse* response) {
    return Call(&v1::TrafficService::Stub::ListJams, request, response);
  }
  std::vector<std::string> NamesOf(const v1::ListSegmentsRequest& request) {
    v1::ListSegmentsResponse response;
    EXPECT_TRUE(List(request, &response).ok());
    std::vector<std::string> names;
    for (const v1::Segment& segment : response.segments()) names.push_back(segment.name());
    return names;
  }

  storage::TempDir dir_;
  StillClock clock_;
  runtime::CallHarness harness_;
  std::shared_ptr<TrafficLayer> layer_;
  std::unique_ptr<TrafficServiceImpl> service_;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<v1::TrafficService::Stub> stub_;
};

TEST_F(TrafficServiceTest, ASegmentHasAllItsFields) {
  Drive(0, kNowMs - 5 * kMinuteMs, 22, readings::v1::QUALITY_PROFILE);
  layer_->SetDepths({{0, 15}}, true);
  v1::Segment segment;
  ASSERT_TRUE(Get("segments/900", &segment).ok());
  EXPECT_EQ(segment.name(), "segments/900");
  EXPECT_EQ(segment.index(), 0U);
  EXPECT_EQ(segment.street(), "Lê Lợi");
  EXPECT_EQ(segment.road_class(), common::v1::ROAD_CLASS_SECONDARY);
  EXPECT_EQ(segment.length_m(), 100);
  ASSERT_EQ(segment.geometry().points_size(), 2);
  EXPECT_NEAR(segment.geometry().points(0).lon_deg(), 106.698, 1e-7) << "in driving direction";
  EXPECT_NEAR(segment.geometry().points(1).lon_deg(), 106.699, 1e-7);
  EXPECT_EQ(segment.level(), v1::TRAFFIC_LEVEL_SLOW);
  EXPECT_EQ(segment.speed_kmh(), 22) << "15 cm can be driven at 24 km/h";
  EXPECT_EQ(segment.reference_speed_kmh(), 40);
  EXPECT_NEAR(segment.jam_factor(), 5, 1e-6);
  EXPECT_NEAR(segment.confidence(), 0.3 * std::exp(-1), 1e-6);
  EXPECT_EQ(segment.source(), v1::SPEED_SOURCE_PROFILE);
  EXPECT_EQ(FromProtoTime(segment.data_time()), absl::FromUnixMillis(kNowMs - 5 * kMinuteMs));
  EXPECT_DOUBLE_EQ(segment.flood_depth_m(), 0.15);
}

TEST_F(TrafficServiceTest, ASegmentOfWhichNothingIsKnownSaysSo) {
  v1::Segment segment;
  ASSERT_TRUE(Get("segments/300", &segment).ok());
  EXPECT_EQ(segment.street(), "");
  EXPECT_EQ(segment.level(), v1::TRAFFIC_LEVEL_UNSPECIFIED);
  EXPECT_EQ(segment.speed_kmh(), 0);
  EXPECT_EQ(segment.confidence(), 0);
  EXPECT_EQ(segment.source(), v1::SPEED_SOURCE_UNSPECIFIED);
  EXPECT_FALSE(segment.has_data_time());
}

TEST_F(TrafficServiceTest, ANameThatIsNoneIsToldApartFromASegmentThatIsNotThere) {
  v1::Segment segment;
  EXPECT_EQ(Get("segments/12345", &segment).error_code(), grpc::StatusCode::NOT_FOUND);
  for (const char* name : {"", "900", "segments/", "segments/x", "segments/900/x", "segments/-1"}) {
    const grpc::Status status = Get(name, &segment);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT) << name;
    EXPECT_THAT(status.error_message(), HasSubstr("segments/NUMBER")) << name;
  }
}

TEST_F(TrafficServiceTest, SegmentsAreListedByBoxStreetAndLevel) {
  Drive(0, kNowMs, 3);
  Drive(1, kNowMs, 40);
  v1::ListSegmentsRequest request;
  EXPECT_THAT(NamesOf(request), ElementsAre("segments/900", "segments/901", "segments/300"));
  request.set_street("Lê");
  EXPECT_THAT(NamesOf(request), IsEmpty()) << "a part of a name does not match";
  request.set_street("le loi");
  EXPECT_THAT(NamesOf(request), ElementsAre("segments/900", "segments/901"));
  request.set_street("lÊ LỢI");
  EXPECT_THAT(NamesOf(request), ElementsAre("segments/900", "segments/901"));
  request.set_min_level(v1::TRAFFIC_LEVEL_SLOW);
  EXPECT_THAT(NamesOf(request), ElementsAre("segments/900"));

  v1::ListSegmentsRequest east;
  east.mutable_bounds()->set_west_deg(106.6995);
  east.mutable_bounds()->set_south_deg(10);
  east.mutable_bounds()->set_east_deg(107);
  east.mutable_bounds()->set_north_deg(11);
  EXPECT_THAT(NamesOf(east), ElementsAre("segments/300"));
  east.mutable_bounds()->set_east_deg(106);
  v1::ListSegmentsResponse response;
  EXPECT_EQ(List(east, &response).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(TrafficServiceTest, PagesOfSegmentsMissNoneAndDoubleNone) {
  v1::ListSegmentsRequest request;
  request.set_street("Lê Lợi");
  request.set_page_size(1);
  std::vector<std::string> names;
  v1::ListSegmentsResponse page;
  do {
    ASSERT_TRUE(List(request, &page).ok());
    ASSERT_EQ(page.segments_size(), 1);
    names.push_back(page.segments(0).name());
    request.set_page_token(page.next_page_token());
  } while (!page.next_page_token().empty());
  EXPECT_THAT(names, ElementsAre("segments/900", "segments/901"));

  request.set_page_size(2);
  request.clear_page_token();
  ASSERT_TRUE(List(request, &page).ok());
  EXPECT_EQ(page.next_page_token(), "") << "a full page that is the last has no next";

  request.set_page_size(1);
  ASSERT_TRUE(List(request, &page).ok());
  request.set_page_token(page.next_page_token());
  request.clear_street();
  EXPECT_EQ(List(request, &page).error_code(), grpc::StatusCode::INVALID_ARGUMENT)
      << "a token of another request";
  request.set_page_token("no token");
  EXPECT_EQ(List(request, &page).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  request.clear_page_token();
  request.set_page_size(-1);
  EXPECT_EQ(List(request, &page).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(TrafficServiceTest, AJamHasAllItsFields) {
  Drive(0, kNowMs - kMinuteMs, 8);
  Drive(2, kNowMs, 2, readings::v1::QUALITY_PROFILE);
  layer_->Publish(clock_.Now(), false);
  v1::ListJamsResponse response;
  ASSERT_TRUE(List(v1::ListJamsRequest(), &response).ok());
  EXPECT_EQ(FromProtoTime(response.data_time()), clock_.Now());
  ASSERT_EQ(response.jams_size(), 1);
  const v1::Jam& jam = response.jams(0);
  EXPECT_THAT(jam.name(), testing::StartsWith("jams/"));
  EXPECT_EQ(jam.street(), "Lê Lợi") << "one half has no name";
  EXPECT_EQ(jam.level(), v1::TRAFFIC_LEVEL_STATIONARY) << "the worst of its members";
  EXPECT_EQ(jam.length_m(), 200);
  EXPECT_NEAR(jam.delay_s(), 100 / (8 / 3.6) + 100 / (2 / 3.6) - 200 / (40 / 3.6), 1e-6);
  EXPECT_NEAR(jam.speed_kmh(), 3.2, 1e-6);
  EXPECT_THAT(jam.segment_indexes(), ElementsAre(2, 0)) << "from head to tail";
  EXPECT_NEAR(jam.head().lon_deg(), 106.700, 1e-7);
  EXPECT_NEAR(jam.tail().lon_deg(), 106.698, 1e-7);
  EXPECT_EQ(FromProtoTime(jam.since_time()), clock_.Now() - absl::Minutes(1));
  EXPECT_EQ(jam.trend_m(), 0);
  EXPECT_DOUBLE_EQ(jam.live_share(), 0.5);

  // Two minutes later the far half flows again.
  Drive(2, kNowMs + 2 * kMinuteMs, 40);
  layer_->Publish(clock_.Now() + absl::Minutes(2), false);
  ASSERT_TRUE(List(v1::ListJamsRequest(), &response).ok());
  ASSERT_EQ(response.jams_size(), 1);
  EXPECT_EQ(response.jams(0).trend_m(), -100);
  EXPECT_EQ(response.jams(0).live_share(), 1);
}

TEST_F(TrafficServiceTest, FieldsOutOfRangeAreRefusedByName) {
  v1::ListJamsResponse jams;
  for (const double least_m : {-1.0, static_cast<double>(NAN), static_cast<double>(INFINITY)}) {
    v1::ListJamsRequest request;
    request.set_min_length_m(least_m);
    const grpc::Status status = List(request, &jams);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT) << least_m;
    EXPECT_THAT(status.error_message(), HasSubstr("min_length_m"));
  }
  v1::ListSegmentsResponse segments;
  v1::ListSegmentsRequest level;
  level.set_min_level(static_cast<v1::TrafficLevel>(77));
  EXPECT_THAT(List(level, &segments).error_message(), HasSubstr("min_level: 77"));
  v1::ListSegmentsRequest street;
  street.set_street(std::string(257, 'x'));
  EXPECT_THAT(List(street, &segments).error_message(), HasSubstr("street: 257 bytes"));
  v1::ListSegmentsRequest box;
  box.mutable_bounds()->set_south_deg(-91);
  EXPECT_THAT(List(box, &segments).error_message(), HasSubstr("bounds.south_deg: -91"));
  v1::Segment segment;
  for (const char* name : {"segments/+900", "segments/ 900", "segments/0900", "segments/", ""}) {
    EXPECT_EQ(Get(name, &segment).error_code(), grpc::StatusCode::INVALID_ARGUMENT) << name;
  }
}

TEST_F(TrafficServiceTest, JamsAreStreamedAsTheyFormAndDissolve) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
  const auto reader = stub_->WatchJams(&context, {});
  v1::WatchJamsResponse message;
  ASSERT_TRUE(reader->Read(&message));
  EXPECT_TRUE(message.snapshot());
  EXPECT_THAT(message.jams(), IsEmpty());

  Drive(2, kNowMs, 2);
  layer_->Publish(clock_.Now(), false);
  ASSERT_TRUE(reader->Read(&message));
  EXPECT_FALSE(message.snapshot());
  ASSERT_EQ(message.jams_size(), 1);
  const std::string name = message.jams(0).name();
  EXPECT_EQ(message.jams(0).speed_kmh(), 2);
  EXPECT_EQ(FromProtoTime(message.data_time()), clock_.Now());

  Drive(2, kNowMs + 1000, 40);
  layer_->Publish(clock_.Now(), false);
  ASSERT_TRUE(reader->Read(&message));
  EXPECT_THAT(message.jams(), IsEmpty());
  EXPECT_THAT(message.removed(), ElementsAre(name));
  context.TryCancel();
}

TEST_F(TrafficServiceTest, JamsAreListedByBoxAndLengthAPageAtATime) {
  // Two jams: Lê Lợi inbound and the street beyond it, which do not lead into each other.
  Drive(1, kNowMs, 8);
  Drive(2, kNowMs, 2);
  layer_->Publish(clock_.Now(), false);
  v1::ListJamsRequest request;
  request.set_page_size(1);
  v1::ListJamsResponse page;
  ASSERT_TRUE(List(request, &page).ok());
  ASSERT_EQ(page.jams_size(), 1);
  EXPECT_THAT(page.jams(0).segment_indexes(), ElementsAre(2)) << "the longest delay first";
  EXPECT_EQ(page.jams(0).street(), "");
  request.set_page_token(page.next_page_token());
  ASSERT_TRUE(List(request, &page).ok());
  ASSERT_EQ(page.jams_size(), 1);
  EXPECT_THAT(page.jams(0).segment_indexes(), ElementsAre(1));
  EXPECT_EQ(page.next_page_token(), "");

  v1::ListJamsRequest longer;
  longer.set_min_length_m(100.5);
  ASSERT_TRUE(List(longer, &page).ok());
  EXPECT_EQ(page.jams_size(), 0);

  v1::ListJamsRequest east;
  east.mutable_bounds()->set_west_deg(106.6995);
  east.mutable_bounds()->set_south_deg(10);
  east.mutable_bounds()->set_east_deg(107);
  east.mutable_bounds()->set_north_deg(11);
  ASSERT_TRUE(List(east, &page).ok());
  ASSERT_EQ(page.jams_size(), 1);
  EXPECT_THAT(page.jams(0).segment_indexes(), ElementsAre(2));
  east.set_page_token("no token");
  EXPECT_EQ(List(east, &page).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
}

}  // namespace
}  // namespace citylayers::traffic
