// Tests of the gRPC adapters, with a real server in this process.
#include "services/readings/readings_services.h"

#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include <grpcpp/grpcpp.h>

#include "base/strings.h"
#include "proto/support/proto_time.h"
#include "services/runtime/monotonic_clock.h"
#include "storage/readings/readings_store.h"
#include "tests/support/temp_dir.h"

namespace citylayers::readings {
namespace {

constexpr char kSpeed[] = "segments/7/measures/speed";

class ReadingsServicesTest : public testing::Test {
 protected:
  ReadingsServicesTest() {
    options_.directory = dir_ / "readings";
    store_ = *storage::ReadingsStore::Open(options_);
    directory_ = std::make_unique<MeasureDirectory>(store_->registry(), store_->registrar(),
                                                    [](std::uint64_t id) { return id < 100; });
    clock_ = *ClockKeeper::Load(*store_, machine_);
    ingest_ = std::make_unique<ReadingIngest>(IngestOptions(), store_->log(), *directory_, *clock_,
                                              monotonic_, metrics_);
    query_ =
        std::make_unique<ReadingQuery>(QueryOptions(), *store_, *directory_, *clock_, monotonic_);
    rejected_ = std::make_unique<RejectedReadings>(store_->dead_letters());
    stations_ = std::make_unique<StationDirectory>(store_->registry());
    reading_service_ = std::make_unique<ReadingServiceImpl>(calls_, *ingest_, *query_, *rejected_);
    station_service_ = std::make_unique<StationServiceImpl>(calls_, *stations_);
    clock_service_ = std::make_unique<ClockServiceImpl>(calls_, *clock_, monotonic_);
    grpc::ServerBuilder builder;
    builder.RegisterService(reading_service_.get());
    builder.RegisterService(station_service_.get());
    builder.RegisterService(clock_service_.get());
    server_ = builder.BuildAndStart();
    channel_ = server_->InProcessChannel(grpc::ChannelArguments());
    readings_ = v1::ReadingService::NewStub(channel_);
  }
  ~ReadingsServicesTest() override {
    server_->Shutdown();
    server_.reset();
  }

  static v1::ReadingColumns OneSpeed(double value) {
    v1::ReadingColumns columns;
    columns.add_measures(kSpeed);
    columns.add_measure_indexes(0);
    columns.add_time_deltas_ms(absl::ToUnixMillis(absl::Now()));
    columns.add_values(value);
    return columns;
  }

  const test::TempDir dir_;
  storage::ReadingsStoreOptions options_;
  WallClock machine_;
  runtime::MonotonicClock monotonic_;
  runtime::Metrics registry_;
  ReadingsMetrics metrics_{registry_};
  runtime::Timer timer_;
  runtime::Executor executor_{4, 100};
  runtime::AnonymousAuthenticator everybody_;
  runtime::CallAdapter calls_{runtime::CallOptions(), executor_, timer_, registry_, everybody_};
  std::unique_ptr<storage::ReadingsStore> store_;
  std::unique_ptr<MeasureDirectory> directory_;
  std::unique_ptr<ClockKeeper> clock_;
  std::unique_ptr<ReadingIngest> ingest_;
  std::unique_ptr<ReadingQuery> query_;
  std::unique_ptr<RejectedReadings> rejected_;
  std::unique_ptr<StationDirectory> stations_;
  std::unique_ptr<ReadingServiceImpl> reading_service_;
  std::unique_ptr<StationServiceImpl> station_service_;
  std::unique_ptr<ClockServiceImpl> clock_service_;
  std::unique_ptr<grpc::Server> server_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::ReadingService::Stub> readings_;
};

TEST_F(ReadingsServicesTest, AStreamDictionaryNamesEachMeasureOnce) {
  grpc::ClientContext context;
  v1::WatchReadingsRequest request;
  request.set_stream_dictionary(true);
  const auto watch = readings_->WatchReadings(&context, request);
  v1::WatchReadingsResponse news;
  ASSERT_TRUE(watch->Read(&news));
  const auto write_and_read = [&](double speed_kmh) {
    grpc::ClientContext writing;
    v1::WriteReadingsRequest write;
    *write.mutable_readings() = OneSpeed(speed_kmh);
    v1::WriteReadingsResponse written;
    EXPECT_TRUE(readings_->WriteReadings(&writing, write, &written).ok());
    do {
      if (!watch->Read(&news)) return;
    } while (news.readings().values_size() == 0);
  };
  write_and_read(31.5);
  EXPECT_EQ(news.readings().measures_size(), 1);
  EXPECT_EQ(news.readings().measure_indexes(0), 0u);
  write_and_read(32.5);
  EXPECT_EQ(news.readings().measures_size(), 0) << "named before";
  EXPECT_EQ(news.readings().measure_indexes(0), 0u);
  EXPECT_EQ(news.readings().values(0), 32.5);
  context.TryCancel();
}

TEST_F(ReadingsServicesTest, AReadingGoesInAndComesOutEveryWay) {
  grpc::ClientContext watching;
  v1::WatchReadingsRequest watch_request;
  auto watch = readings_->WatchReadings(&watching, watch_request);
  v1::WatchReadingsResponse news;
  ASSERT_TRUE(watch->Read(&news)) << "hello";

  grpc::ClientContext writing;
  v1::WriteReadingsRequest write;
  *write.mutable_readings() = OneSpeed(31.5);
  v1::WriteReadingsResponse written;
  const grpc::Status status = readings_->WriteReadings(&writing, write, &written);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(written.offset(), 1u);

  while (news.readings().values_size() == 0) ASSERT_TRUE(watch->Read(&news));
  EXPECT_EQ(news.readings().values(0), 31.5);
  EXPECT_EQ(news.offset(), 1u);
  watching.TryCancel();
  while (watch->Read(&news)) {
  }
  EXPECT_EQ(watch->Finish().error_code(), grpc::StatusCode::CANCELLED);

  grpc::ClientContext querying;
  v1::QueryReadingsRequest query;
  query.add_measures("segments/-/measures/speed");
  auto rows = readings_->QueryReadings(&querying, query);
  v1::QueryReadingsResponse row;
  ASSERT_TRUE(rows->Read(&row));
  EXPECT_EQ(row.readings().values(0), 31.5);
  EXPECT_FALSE(rows->Read(&row));
  EXPECT_TRUE(rows->Finish().ok());

  grpc::ClientContext asking;
  v1::GetLatestReadingsRequest ask;
  ask.add_measures(kSpeed);
  v1::GetLatestReadingsResponse latest;
  ASSERT_TRUE(readings_->GetLatestReadings(&asking, ask, &latest).ok());
  ASSERT_EQ(latest.readings_size(), 1);
  EXPECT_EQ(latest.readings(0).value(), 31.5);
}

TEST_F(ReadingsServicesTest, AStreamAcknowledgesEachBatchInOrder) {
  grpc::ClientContext context;
  auto stream = readings_->StreamReadings(&context);
  // Sent by another thread: an in-process channel holds a message until it is read.
  std::thread sender([&stream] {
    for (std::uint64_t sequence = 1; sequence <= 20; ++sequence) {
      v1::StreamReadingsRequest request;
      request.set_source("gate");
      request.set_sequence(sequence);
      *request.mutable_readings() = OneSpeed(static_cast<double>(sequence));
      EXPECT_TRUE(stream->Write(request));
    }
    stream->WritesDone();
  });
  v1::StreamReadingsResponse response;
  for (std::uint64_t sequence = 1; sequence <= 20; ++sequence) {
    ASSERT_TRUE(stream->Read(&response));
    EXPECT_EQ(response.sequence(), sequence);
    EXPECT_EQ(response.result().offset(), sequence);
    EXPECT_GT(response.credit_count(), 0u);
  }
  EXPECT_FALSE(stream->Read(&response));
  sender.join();
  EXPECT_TRUE(stream->Finish().ok());
}

TEST_F(ReadingsServicesTest, ARejectedReadingIsListed) {
  grpc::ClientContext writing;
  v1::WriteReadingsRequest write;
  *write.mutable_readings() = OneSpeed(999);
  v1::WriteReadingsResponse written;
  ASSERT_TRUE(readings_->WriteReadings(&writing, write, &written).ok());
  EXPECT_EQ(written.rejected_count(), 1u);
  grpc::ClientContext listing;
  v1::ListRejectedReadingsResponse page;
  const grpc::Status status =
      readings_->ListRejectedReadings(&listing, v1::ListRejectedReadingsRequest(), &page);
  ASSERT_TRUE(status.ok()) << status.error_message();
  ASSERT_EQ(page.rejections_size(), 1);
  EXPECT_EQ(page.rejections(0).reading().measure(), kSpeed);
}

TEST_F(ReadingsServicesTest, ErrorsKeepTheirCode) {
  grpc::ClientContext context;
  v1::WriteReadingsRequest write;
  *write.mutable_readings() = OneSpeed(1);
  write.mutable_readings()->add_values(2);
  v1::WriteReadingsResponse written;
  const grpc::Status status = readings_->WriteReadings(&context, write, &written);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(status.error_message(), testing::HasSubstr("columns differ in length"));

  grpc::ClientContext querying;
  v1::QueryReadingsRequest query;
  query.add_measures("stations/nobody/measures/depth");
  v1::QueryReadingsResponse row;
  auto rows = readings_->QueryReadings(&querying, query);
  EXPECT_FALSE(rows->Read(&row));
  EXPECT_EQ(rows->Finish().error_code(), grpc::StatusCode::NOT_FOUND);

  grpc::ClientContext getting;
  v1::GetStationRequest get;
  get.set_name("stations/nobody");
  v1::GetStationResponse got;
  EXPECT_EQ(v1::StationService::NewStub(channel_)->GetStation(&getting, get, &got).error_code(),
            grpc::StatusCode::NOT_FOUND);
}

TEST_F(ReadingsServicesTest, TheClockIsWatchedThroughItsChanges) {
  const auto clock = common::v1::ClockService::NewStub(channel_);
  grpc::ClientContext watching;
  auto watch = clock->WatchClock(&watching, common::v1::WatchClockRequest());
  common::v1::WatchClockResponse told;
  ASSERT_TRUE(watch->Read(&told));
  EXPECT_EQ(told.clock().mode(), common::v1::CLOCK_MODE_WALL);
  grpc::ClientContext setting;
  common::v1::SetClockRequest set;
  set.set_mode(common::v1::CLOCK_MODE_REPLAY);
  *set.mutable_city_time() = ToProtoTime(absl::FromUnixSeconds(1'665'000'000));
  set.set_speed(60);
  common::v1::SetClockResponse done;
  ASSERT_TRUE(clock->SetClock(&setting, set, &done).ok());
  while (told.clock().mode() != common::v1::CLOCK_MODE_REPLAY) ASSERT_TRUE(watch->Read(&told));
  grpc::ClientContext getting;
  common::v1::GetClockResponse got;
  ASSERT_TRUE(clock->GetClock(&getting, common::v1::GetClockRequest(), &got).ok());
  EXPECT_GE(FromProtoTime(got.clock().city_time()), absl::FromUnixSeconds(1'665'000'000));
  watching.TryCancel();
  while (watch->Read(&told)) {
  }
  watch->Finish();
}

// A replay sets it many times a second; the log has who drives it, and how.
TEST_F(ReadingsServicesTest, ADriverOfTheClockIsLoggedOnce) {
  const auto clock = common::v1::ClockService::NewStub(channel_);
  const auto set = [&](common::v1::ClockMode mode, const std::string& scenario, int second) {
    grpc::ClientContext context;
    common::v1::SetClockRequest request;
    request.set_mode(mode);
    if (mode == common::v1::CLOCK_MODE_REPLAY) {
      *request.mutable_city_time() = ToProtoTime(absl::FromUnixSeconds(1'665'000'000 + second));
      request.set_speed(60);
      request.set_scenario(scenario);
    }
    common::v1::SetClockResponse done;
    EXPECT_TRUE(clock->SetClock(&context, request, &done).ok());
  };
  ::testing::internal::CaptureStdout();
  for (int i = 0; i < 3; ++i) set(common::v1::CLOCK_MODE_REPLAY, "king tide", i);
  set(common::v1::CLOCK_MODE_WALL, "", 0);
  const std::string log = ::testing::internal::GetCapturedStdout();
  std::vector<std::string> lines;
  for (const absl::string_view line : absl::StrSplit(ToAbsl(log), '\n')) {
    if (absl::StrContains(line, "city clock set")) lines.emplace_back(line);
  }
  ASSERT_EQ(lines.size(), 2u) << log;
  EXPECT_THAT(lines[0], testing::HasSubstr("mode=replay scenario=\"king tide\" by="));
  EXPECT_THAT(lines[1], testing::HasSubstr("mode=\"wall clock\""));
}

}  // namespace
}  // namespace citylayers::readings
