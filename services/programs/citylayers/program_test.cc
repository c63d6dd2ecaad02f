// Tests of the built program with small servers in this process: output and exit codes.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <stdlib.h>
#include <sys/wait.h>

#include "base/build_info.h"
#include "citylayers/alerts/v1/alert_service.grpc.pb.h"
#include "citylayers/flood/v1/flood_service.grpc.pb.h"
#include "citylayers/readings/v1/reading_service.grpc.pb.h"
#include "citylayers/readings/v1/station_service.grpc.pb.h"
#include "citylayers/traffic/v1/traffic_service.grpc.pb.h"
#include "services/runtime/rpc/error_details.h"
#include "services/runtime/rpc/grpc_status.h"

namespace citylayers::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using Json = nlohmann::json;

struct Outcome {
  int exit_code = -1;
  std::string out;
  std::string err;
};

std::string ReadFile(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

class FakeAlerts final : public alerts::v1::AlertService::Service {
 public:
  // Five alerts, two per page.
  grpc::Status ListAlerts(grpc::ServerContext*, const alerts::v1::ListAlertsRequest* request,
                          alerts::v1::ListAlertsResponse* response) override {
    absl::MutexLock lock(&mutex);
    filters.push_back(request->filter());
    if (request->filter() == "sevrity >= SEVERE") {
      return runtime::ToGrpcStatus(runtime::WithReason(
          absl::InvalidArgumentError("filter, character 1: no field"), runtime::kReasonBadFilter));
    }
    const int first = request->page_token().empty() ? 1 : std::stoi(request->page_token());
    for (int i = first; i < first + 2 && i <= 5; ++i) {
      alerts::v1::Alert& alert = *response->add_alerts();
      alert.set_name("alerts/" + std::to_string(i));
      alert.set_severity(alerts::v1::SEVERITY_SEVERE);
      alert.set_state(alerts::v1::ALERT_STATE_OPEN);
      alert.set_place("Phú An");
      alert.set_unit("m");
      alert.set_value(1.7);
      alert.mutable_location()->set_lon_deg(106.7078);
    }
    if (first + 2 <= 5) response->set_next_page_token(std::to_string(first + 2));
    return grpc::Status::OK;
  }

  grpc::Status AcknowledgeAlert(grpc::ServerContext*,
                                const alerts::v1::AcknowledgeAlertRequest* request,
                                alerts::v1::AcknowledgeAlertResponse* response) override {
    absl::MutexLock lock(&mutex);
    acknowledged = *request;
    response->mutable_alert()->set_name(request->name());
    response->mutable_alert()->set_acknowledged_by(request->actor());
    return grpc::Status::OK;
  }

  grpc::Status GetAlert(grpc::ServerContext* context, const alerts::v1::GetAlertRequest*,
                        alerts::v1::GetAlertResponse*) override {
    while (!context->IsCancelled() && !hung_up.HasBeenNotified()) {
      hung_up.WaitForNotificationWithTimeout(absl::Milliseconds(10));
    }
    return grpc::Status::CANCELLED;
  }

  // One alert, then nothing until the caller leaves.
  grpc::Status WatchAlerts(grpc::ServerContext* context, const alerts::v1::WatchAlertsRequest*,
                           grpc::ServerWriter<alerts::v1::WatchAlertsResponse>* writer) override {
    alerts::v1::WatchAlertsResponse response;
    response.add_alerts()->set_name("alerts/1");
    writer->Write(response);
    while (!context->IsCancelled() && !hung_up.HasBeenNotified()) {
      hung_up.WaitForNotificationWithTimeout(absl::Milliseconds(10));
    }
    return grpc::Status::OK;
  }

  absl::Mutex mutex;
  std::vector<std::string> filters;
  alerts::v1::AcknowledgeAlertRequest acknowledged;
  absl::Notification hung_up;
};

class FakeReadings final : public readings::v1::ReadingService::Service {
 public:
  grpc::Status WriteReadings(grpc::ServerContext*,
                             const readings::v1::WriteReadingsRequest* request,
                             readings::v1::WriteReadingsResponse* response) override {
    absl::MutexLock lock(&mutex);
    requests.push_back(*request);
    if (requests.size() == 1) return {grpc::StatusCode::UNAVAILABLE, "restarting"};
    for (int i = 0; i < request->readings().values_size(); ++i) {
      if (request->readings().values(i) == request->readings().values(i)) continue;
      auto* rejected = response->add_rejections();
      rejected->set_row(static_cast<std::uint32_t>(i));
      rejected->set_message("the value is not a finite number");
    }
    const auto rejected = static_cast<std::uint32_t>(response->rejections_size());
    response->set_rejected_count(rejected);
    response->set_accepted_count(static_cast<std::uint32_t>(request->readings().values_size()) -
                                 rejected);
    return grpc::Status::OK;
  }

  // 2,500 readings with the value 99.
  grpc::Status ListRejectedReadings(grpc::ServerContext*,
                                    const readings::v1::ListRejectedReadingsRequest* request,
                                    readings::v1::ListRejectedReadingsResponse* response) override {
    const int first = request->page_token().empty() ? 0 : std::stoi(request->page_token());
    const int last = std::min(first + request->page_size(), 2500);
    for (int i = first; i < last; ++i) {
      readings::v1::StoredRejection& stored = *response->add_rejections();
      stored.mutable_reject_time()->set_seconds(1'762'426'800);
      stored.set_source("gate-7");
      stored.mutable_rejection()->set_row(static_cast<std::uint32_t>(i));
      stored.mutable_rejection()->set_reason(readings::v1::REJECT_REASON_OUT_OF_RANGE);
      stored.mutable_rejection()->set_message("99 m lies outside -4 to 5");
      stored.mutable_reading()->set_measure("stations/phu-an/measures/water_level");
      stored.mutable_reading()->set_value(99);
    }
    if (last < 2500) response->set_next_page_token(std::to_string(last));
    return grpc::Status::OK;
  }

  // Thirty messages of a thousand rows; for `stations/mute/...` one, then nothing.
  grpc::Status QueryReadings(
      grpc::ServerContext* context, const readings::v1::QueryReadingsRequest* request,
      grpc::ServerWriter<readings::v1::QueryReadingsResponse>* writer) override {
    readings::v1::QueryReadingsResponse message;
    auto* rows = message.mutable_readings();
    rows->add_measures(request->measures(0));
    for (int i = 0; i < 1000; ++i) {
      rows->add_measure_indexes(0);
      rows->add_time_deltas_ms(i == 0 ? 1'700'000'000'000 : 1000);
      rows->add_values(i);
    }
    const bool mute = request->measures(0).find("mute") != std::string::npos;
    for (int i = 0; i < (mute ? 1 : 30); ++i) writer->Write(message);
    while (mute && !context->IsCancelled() && !hung_up.HasBeenNotified()) {
      hung_up.WaitForNotificationWithTimeout(absl::Milliseconds(10));
    }
    return grpc::Status::OK;
  }

  absl::Mutex mutex;
  std::vector<readings::v1::WriteReadingsRequest> requests;
  absl::Notification hung_up;
};

class FakeStations final : public readings::v1::StationService::Service {
 public:
  grpc::Status ListStations(grpc::ServerContext*, const readings::v1::ListStationsRequest*,
                            readings::v1::ListStationsResponse* response) override {
    readings::v1::Station* station = response->add_stations();
    station->set_name("stations/phu-an");
    station->mutable_display_name()->set_vi("Phú An");
    station->mutable_location()->set_lon_deg(106.7078);
    readings::v1::Measure* level = station->add_measures();
    level->set_name("stations/phu-an/measures/water_level");
    level->set_kind("water_level");
    level->set_unit("m");
    level->set_decimals(3);
    for (const double value : {1.4, 1.5, 1.6}) level->add_thresholds()->set_value(value);
    return grpc::Status::OK;
  }
};

class FakeTraffic final : public traffic::v1::TrafficService::Service {
 public:
  // 2,500 segments.
  grpc::Status ListSegments(grpc::ServerContext*, const traffic::v1::ListSegmentsRequest* request,
                            traffic::v1::ListSegmentsResponse* response) override {
    const int first = request->page_token().empty() ? 0 : std::stoi(request->page_token());
    const int last = std::min(first + request->page_size(), 2500);
    for (int i = first; i < last; ++i) {
      response->add_segments()->set_name("segments/" + std::to_string(i));
    }
    if (last < 2500) response->set_next_page_token(std::to_string(last));
    return grpc::Status::OK;
  }
};

class FakeFlood final : public flood::v1::FloodService::Service {
 public:
  // Fails after the first piece for stages above 9 m.
  grpc::Status ExportDepth(grpc::ServerContext*, const flood::v1::ExportDepthRequest* request,
                           grpc::ServerWriter<flood::v1::ExportDepthResponse>* writer) override {
    flood::v1::ExportDepthResponse piece;
    piece.set_data("II*");
    writer->Write(piece);
    if (request->stage_m() > 9) return {grpc::StatusCode::INTERNAL, "out of memory"};
    piece.set_data(std::to_string(request->stage_m()));
    writer->Write(piece);
    return grpc::Status::OK;
  }
};

class ProgramTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { grpc::EnableDefaultHealthCheckService(true); }

  ProgramTest() {
    char folder[] = "/tmp/citylayers-cli-XXXXXX";
    folder_ = mkdtemp(folder);
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    builder.RegisterService(&alerts_);
    builder.RegisterService(&readings_);
    builder.RegisterService(&flood_);
    builder.RegisterService(&stations_);
    builder.RegisterService(&traffic_);
    server_ = builder.BuildAndStart();
    address_ = "127.0.0.1:" + std::to_string(port);
  }

  ~ProgramTest() override {
    alerts_.hung_up.Notify();
    readings_.hung_up.Notify();
    server_->Shutdown();
    std::filesystem::remove_all(folder_);
  }

  // Runs a line of shell in the test's folder; $CLI is the program, and `out` and `err` are the
  // files that the line wrote there.
  Outcome Shell(const std::string& line) {
    const char* bin = std::getenv("CITYLAYERS_BIN_DIR");
    EXPECT_NE(bin, nullptr) << "ctest sets CITYLAYERS_BIN_DIR";
    if (bin == nullptr) return {};
    const std::string script = "export CITYLAYERS_SERVER=" + address_ + "; cd '" +
                               folder_.string() + "'; CLI='" + bin + "/citylayers'; rm -f out; " +
                               line;
    const int status = std::system(script.c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, ReadFile(folder_ / "out"),
            ReadFile(folder_ / "err")};
  }

  // Runs the program with shell words; `before` precedes it, e.g. a pipe.
  Outcome Run(const std::string& words, const std::string& before = "") {
    return Shell(before + " \"$CLI\" " + words + " >out 2>err");
  }

  std::filesystem::path folder_;
  FakeAlerts alerts_;
  FakeReadings readings_;
  FakeFlood flood_;
  FakeStations stations_;
  FakeTraffic traffic_;
  std::unique_ptr<grpc::Server> server_;
  std::string address_;
};

TEST_F(ProgramTest, HelpEndsWithZeroAndAWrongLineWithTwo) {
  EXPECT_EQ(Run("--help").exit_code, 0);
  EXPECT_THAT(Run("alerts list --help").out, HasSubstr("Examples:"));
  for (const char* words :
       {"", "bogus", "alerts", "alerts list --nonsense", "alerts list --limit 0", "alerts get",
        "--format xml alerts list", "layers tile traffic 14-1-1", "flood depth 106.7",
        "flood depth --stage 1.7", "traffic jams --bbox 1,2,3", "replay atlantis",
        "replay saigon-king-tide --start noon", "replay saigon-king-tide --speed 0",
        "alerts cap --format geojson", "alerts resolve 1 --by lan"}) {
    const Outcome outcome = Run(words);
    EXPECT_EQ(outcome.exit_code, 2) << words << ": " << outcome.err;
    EXPECT_NE(outcome.err, "") << words;
    EXPECT_EQ(outcome.out, "") << words;
  }
}

TEST_F(ProgramTest, AMistypedCommandIsNamed) {
  EXPECT_THAT(Run("bogus").err, HasSubstr("there is no command or option \"bogus\""));
  EXPECT_THAT(Run("alerts lits").err, HasSubstr("\"lits\""));
}

TEST_F(ProgramTest, HealthIsAnExitCode) {
  const Outcome good = Run("health");
  EXPECT_EQ(good.exit_code, 0) << good.err;
  EXPECT_THAT(good.out, HasSubstr("serving"));
  server_->GetHealthCheckService()->SetServingStatus(false);
  const Outcome bad = Run("health");
  EXPECT_EQ(bad.exit_code, 1);
  EXPECT_THAT(bad.out, HasSubstr("not serving"));
  EXPECT_EQ(Run("health no.such.Service").exit_code, 1);
}

TEST_F(ProgramTest, AServerThatIsAwayIsSaidWithItsAddressAndWhatToDo) {
  const Outcome outcome = Run("alerts list --server 127.0.0.1:1");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_EQ(outcome.err,
            "citylayers: cannot reach the server at 127.0.0.1:1; start it (./run demo, or "
            "citylayersd), or give its address with --server HOST:PORT\n");
}

TEST_F(ProgramTest, AServerThatDoesNotAnswerEndsTheWaiting) {
  const Outcome outcome = Run("alerts get 1 --timeout 0.2");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("no answer from " + address_ + " within 200ms"));
}

TEST_F(ProgramTest, AStreamThatFallsSilentEndsTheWaitingAndKeepsItsRows) {
  const Outcome outcome =
      Run("readings query stations/mute/measures/rainfall --format ndjson --timeout 0.3");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_EQ(std::count(outcome.out.begin(), outcome.out.end(), '\n'), 1000);
  EXPECT_THAT(outcome.err,
              HasSubstr("the answer of " + address_ + " stopped: 1 messages, then none for 300ms"));
}

TEST_F(ProgramTest, AQueryPrintsEveryRow) {
  const Outcome json = Run("readings query stations/phu-an/measures/water_level --format json");
  ASSERT_EQ(json.exit_code, 0) << json.err;
  const Json rows = Json::parse(json.out);
  ASSERT_EQ(rows.size(), 30'000u);
  EXPECT_EQ(rows[1]["readTime"], "2023-11-14T22:13:21Z");
  const Outcome table = Run("readings query stations/phu-an/measures/water_level");
  EXPECT_EQ(std::count(table.out.begin(), table.out.end(), '\n'), 30'001);
  EXPECT_THAT(table.out.substr(0, 300),
              HasSubstr("phu-an/measures/water_level           1.000  m"));
}

TEST_F(ProgramTest, ListsForProgramsAreWholeAndTablesSayThatTheyAreCut) {
  const Outcome json = Run("traffic segments --format json");
  EXPECT_EQ(Json::parse(json.out).size(), 2500u);
  EXPECT_EQ(json.err, "");
  const Outcome lines = Run("traffic segments --format ndjson");
  EXPECT_EQ(std::count(lines.out.begin(), lines.out.end(), '\n'), 2500);
  EXPECT_EQ(Json::parse(Run("traffic segments --format geojson").out)["features"].size(), 2500u);
  const Outcome table = Run("traffic segments");
  EXPECT_EQ(std::count(table.out.begin(), table.out.end(), '\n'), 101);
  EXPECT_THAT(table.err, HasSubstr("the first 100 are shown, and there are more: give --limit N"));
  const Outcome limited = Run("traffic segments --limit 1700 --format json");
  EXPECT_EQ(Json::parse(limited.out).size(), 1700u);
  EXPECT_THAT(limited.err, HasSubstr("the first 1,700 are shown"));
  EXPECT_EQ(Run("traffic segments --limit 2500").err, "") << "nothing is left out";
}

TEST_F(ProgramTest, RejectedReadingsAreListedWithTheirReasons) {
  const Outcome table = Run("readings rejected");
  EXPECT_THAT(table.out, StartsWith("REJECTED (wall clock)"));
  EXPECT_THAT(table.out, HasSubstr("2025-11-06 18:00:00    gate-7  stations/phu-an/measures/"));
  EXPECT_THAT(table.out, HasSubstr("out of range  99 m lies outside -4 to 5"));
  EXPECT_EQ(std::count(table.out.begin(), table.out.end(), '\n'), 101);
  EXPECT_THAT(table.err, HasSubstr("the first 100 are shown, and there are more: give --limit N"));
  const Outcome json = Run("readings rejected --format json");
  ASSERT_EQ(json.exit_code, 0) << json.err;
  const Json all = Json::parse(json.out);
  ASSERT_EQ(all.size(), 2500u);
  EXPECT_EQ(all[2499]["rejection"]["row"], 2499);
  EXPECT_EQ(all[0]["rejection"]["reason"], "REJECT_REASON_OUT_OF_RANGE");
  EXPECT_EQ(Json::parse(Run("readings rejected --limit 3 --format json").out).size(), 3u);
  EXPECT_EQ(Run("readings rejected --format geojson").exit_code, 2);
}

TEST_F(ProgramTest, StationsAreListedWithTheirLevels) {
  const Outcome table = Run("stations list");
  EXPECT_THAT(table.out, HasSubstr("stations/phu-an  Phú An"));
  EXPECT_THAT(table.out, HasSubstr("water_level 1.40/1.50/1.60 m"));
  EXPECT_EQ(Json::parse(Run("stations list --format geojson").out)["features"].size(), 1u);
}

TEST_F(ProgramTest, TheVersionIsTold) {
  EXPECT_EQ(Run("--version").out, VersionText("citylayers", GetBuildInfo()) + "\n");
}

TEST_F(ProgramTest, ErrorsOfTheServerAreOneLineWithReasonAndAddress) {
  const Outcome outcome = Run("alerts list --filter 'sevrity >= SEVERE'");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_EQ(outcome.err, "citylayers: filter, character 1: no field (INVALID_ARGUMENT, server " +
                             address_ + ", reason BAD_FILTER)\n");
}

TEST_F(ProgramTest, ListsReadAllPagesAndHandOnTheFilter) {
  const Outcome outcome = Run("alerts list --filter 'severity >= SEVERE' --format json");
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  const Json alerts = Json::parse(outcome.out);
  ASSERT_EQ(alerts.size(), 5u);
  EXPECT_EQ(alerts[4]["name"], "alerts/5");
  absl::MutexLock lock(&alerts_.mutex);
  EXPECT_THAT(alerts_.filters, testing::Each("severity >= SEVERE"));
}

TEST_F(ProgramTest, LimitEndsInTheMiddleOfAPage) {
  EXPECT_EQ(Json::parse(Run("alerts list --limit 3 --format json").out).size(), 3u);
}

TEST_F(ProgramTest, TablesHaveNoColourWhenNobodyLooks) {
  const Outcome outcome = Run("alerts list");
  EXPECT_THAT(outcome.out, StartsWith("ALERT"));
  EXPECT_THAT(outcome.out, HasSubstr("Phú An"));
  EXPECT_THAT(outcome.out, Not(HasSubstr("\x1b")));
}

TEST_F(ProgramTest, AcknowledgingTellsWhoAndWhy) {
  const Outcome outcome = Run("alerts ack 3 --by lan --comment 'đội đã đi'");
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("lan"));
  {
    absl::MutexLock lock(&alerts_.mutex);
    EXPECT_EQ(alerts_.acknowledged.name(), "alerts/3");
    EXPECT_EQ(alerts_.acknowledged.actor(), "lan");
    EXPECT_EQ(alerts_.acknowledged.comment(), "đội đã đi");
  }
  EXPECT_EQ(Run("alerts ack 3", "env USER=hoa").exit_code, 0);
  {
    absl::MutexLock lock(&alerts_.mutex);
    EXPECT_EQ(alerts_.acknowledged.actor(), "hoa");
  }
  EXPECT_EQ(Run("alerts ack 3", "env -u USER").exit_code, 2);
}

TEST_F(ProgramTest, CtrlCEndsAWatchWithZero) {
  // Interrupts it after the first alert; ctest's time limit ends a program that prints none.
  const Outcome outcome = Shell(
      "\"$CLI\" alerts watch --format ndjson >out 2>err & pid=$!; "
      "until test -s out; do sleep 0.02; done; kill -INT $pid; wait $pid");
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(Json::parse(outcome.out)["name"], "alerts/1");
}

TEST_F(ProgramTest, AWatchWithACountEndsByItself) {
  EXPECT_EQ(Run("alerts watch --count 1").exit_code, 0);
}

TEST_F(ProgramTest, WrittenReadingsAreSentAgainUnderTheSameNumberAndRefusedOnesToldByLine) {
  std::ofstream(folder_ / "levels.csv")
      << "measure,time,value\n"
         "stations/phu-an/measures/water_level,2025-11-06T18:00:00+07:00,1.70\n"
         "\n"
         "stations/phu-an/measures/water_level,2025-11-06T18:10:00+07:00,nan\n"
         "stations/phu-an/measures/water_level,soon,1.71\n";
  const Outcome outcome = Run("readings write '" + (folder_ / "levels.csv").string() + "'");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_EQ(outcome.out, "1 readings stored, 2 refused\n");
  EXPECT_THAT(outcome.err, HasSubstr("line 4: the value is not a finite number"));
  EXPECT_THAT(outcome.err, HasSubstr("line 5: time \"soon\""));
  absl::MutexLock lock(&readings_.mutex);
  ASSERT_EQ(readings_.requests.size(), 2u);
  EXPECT_EQ(readings_.requests[0].sequence(), 1u);
  EXPECT_EQ(readings_.requests[1].sequence(), 1u);
  EXPECT_EQ(readings_.requests[0].epoch(), readings_.requests[1].epoch());
}

TEST_F(ProgramTest, ReadingsComeFromAPipeToo) {
  const Outcome outcome =
      Run("readings write --source gauge-7",
          R"(echo '{"measure": "m", "time": "2025-11-06T18:00:00Z", "value": 1}' | )");
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  absl::MutexLock lock(&readings_.mutex);
  EXPECT_EQ(readings_.requests.back().source(), "gauge-7");
}

TEST_F(ProgramTest, AnExportIsThereWholeOrNotAtAll) {
  const auto path = folder_ / "depth.tif";
  EXPECT_EQ(Run("flood depth --stage 1.7 --out '" + path.string() + "'").exit_code, 0);
  EXPECT_EQ(ReadFile(path), "II*1.700000");
  const Outcome broken = Run("flood depth --stage 9.5 --out '" + path.string() + "'");
  EXPECT_EQ(broken.exit_code, 1);
  EXPECT_THAT(broken.err, HasSubstr("out of memory"));
  EXPECT_EQ(ReadFile(path), "II*1.700000") << "the old one is still there";
  EXPECT_FALSE(std::filesystem::exists(path.string() + ".part"));
  EXPECT_EQ(Run("flood depth --stage 1.7 --out /no/such/folder/x.tif").exit_code, 1);
}

TEST_F(ProgramTest, AServiceOfAnotherProcessIsSaidSo) {
  const Outcome outcome = Run("traffic jams");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("does not serve this"));
}

}  // namespace
}  // namespace citylayers::cli
