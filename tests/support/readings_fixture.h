// Test fixture with the classes of the readings module on a real store, without a server.
#ifndef CITYLAYERS_TESTS_SUPPORT_READINGS_FIXTURE_H_
#define CITYLAYERS_TESTS_SUPPORT_READINGS_FIXTURE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "gtest/gtest.h"

#include "proto/support/proto_time.h"
#include "services/readings/clock_keeper.h"
#include "services/readings/measure_directory.h"
#include "services/readings/reading_ingest.h"
#include "services/readings/reading_query.h"
#include "services/readings/readings_metrics.h"
#include "services/readings/station_directory.h"
#include "storage/readings/readings_store.h"
#include "tests/support/temp_dir.h"

namespace citylayers::readings {

inline const absl::Time kNow = absl::FromUnixSeconds(1'666'000'000);
inline constexpr char kLevel[] = "stations/phu-an/measures/water_level";
inline constexpr char kRain[] = "stations/nha-be/measures/rainfall";

class FakeClock final : public Clock {
 public:
  absl::Time Now() const override { return now; }
  absl::Time now = kNow;
};

struct Row {
  std::string measure;
  absl::Time time;
  double value;
};

inline v1::ReadingColumns Columns(const std::vector<Row>& rows) {
  v1::ReadingColumns columns;
  std::int64_t last_ms = 0;
  for (const Row& row : rows) {
    columns.add_measures(row.measure);
    columns.add_measure_indexes(static_cast<std::uint32_t>(columns.measures_size()) - 1);
    columns.add_time_deltas_ms(absl::ToUnixMillis(row.time) - last_ms);
    last_ms = absl::ToUnixMillis(row.time);
    columns.add_values(row.value);
  }
  return columns;
}

// Rows as "measure@seconds after kNow=value": short enough to read.
inline std::vector<std::string> Lines(const v1::ReadingColumns& columns) {
  std::vector<std::string> lines;
  std::int64_t ms = 0;
  for (int i = 0; i < columns.values_size(); ++i) {
    ms += columns.time_deltas_ms(i);
    lines.push_back(absl::StrCat(columns.measures(static_cast<int>(columns.measure_indexes(i))),
                                 "@", ms / 1000 - absl::ToUnixSeconds(kNow), "=",
                                 columns.values(i)));
  }
  return lines;
}

class TestReadings : public testing::Test {
 protected:
  TestReadings() {
    options_.directory = dir_ / "readings";
    Open();
  }
  void Close() {
    query_.reset();
    ingest_.reset();
    clock_.reset();
    directory_.reset();
    store_.reset();
  }
  void Open() {
    Close();
    store_ = *storage::ReadingsStore::Open(options_);
    const storage::PackStation phu_an{"phu-an",
                                      "Phú An",
                                      "Phu An",
                                      {106.7077, 10.7786},
                                      {{"water_level",
                                        "m",
                                        3,
                                        absl::Minutes(10),
                                        "hondau",
                                        -4,
                                        5,
                                        {{"báo động I", "alert level I", 1.4}}}}};
    const storage::PackStation nha_be{"nha-be",
                                      "Nhà Bè",
                                      "Nha Be",
                                      {106.75, 10.69},
                                      {{"rainfall", "mm", 1, absl::Minutes(10), "", 0, 150, {}}}};
    ASSERT_TRUE(SeedFromPack({phu_an, nha_be}, store_->registrar()).ok());
    directory_ = std::make_unique<MeasureDirectory>(store_->registry(), store_->registrar(),
                                                    [](std::uint64_t id) { return id < 100; });
    clock_ = *ClockKeeper::Load(*store_, machine_);
    ingest_ = std::make_unique<ReadingIngest>(ingest_options_, store_->log(), *directory_, *clock_,
                                              monotonic_, metrics_);
    query_ =
        std::make_unique<ReadingQuery>(query_options_, *store_, *directory_, *clock_, monotonic_);
  }
  v1::WriteReadingsResponse Write(const std::vector<Row>& rows, std::uint64_t sequence = 0) {
    v1::WriteReadingsRequest request;
    request.set_source("test");
    request.set_sequence(sequence);
    *request.mutable_readings() = Columns(rows);
    const auto response = Ingest(request);
    EXPECT_TRUE(response.ok()) << response.status();
    return response.value_or(v1::WriteReadingsResponse());
  }
  absl::StatusOr<v1::WriteReadingsResponse> Ingest(const v1::WriteReadingsRequest& request) {
    return Await<v1::WriteReadingsResponse>(
        [&](ReadingIngest::Done done) { ingest_->Write(request, std::move(done)); });
  }
  /// A call whose caller may do everything.
  static runtime::Call CallOfEverybody() { return CallWith("admin"); }
  /// A call of StreamReadings whose caller has one scope.
  static runtime::Call CallWith(std::string_view scope) {
    return {.method = "ReadingService/StreamReadings",
            .peer = "test",
            .deadline = absl::InfiniteFuture(),
            .caller = std::make_shared<const access::Principal>(
                access::Principal{.name = "gate",
                                  .key_id = {},
                                  .secret_hash = {},
                                  .scopes = access::ScopeSet({*access::ParseScope(scope)})}),
            .permission = access::Permission::kReadingsWrite};
  }
  static absl::StatusOr<v1::StreamReadingsResponse> Send(IngestStream& stream,
                                                         v1::StreamReadingsRequest& request) {
    return Await<v1::StreamReadingsResponse>(
        [&](IngestStream::Done done) { stream.Handle(request, std::move(done)); });
  }
  std::vector<std::string> Query(const v1::QueryReadingsRequest& request, int* messages = nullptr) {
    auto stream = query_->Query(request);
    EXPECT_TRUE(stream.ok()) << stream.status();
    std::vector<std::string> lines;
    while (stream.ok()) {
      v1::QueryReadingsResponse response;
      const auto step = (*stream)->Next(&response);
      EXPECT_TRUE(step.ok()) << step.status();
      if (!step.ok() || step->kind == runtime::StreamStep::Kind::kEnd) break;
      if (step->kind == runtime::StreamStep::Kind::kWait) continue;
      if (messages != nullptr) ++*messages;
      for (std::string& line : Lines(response.readings())) lines.push_back(std::move(line));
    }
    return lines;
  }
  /// The value that a call passes to its `done`.
  template <typename Response, typename Begin>
  static absl::StatusOr<Response> Await(Begin begin) {
    absl::Notification notified;
    absl::StatusOr<Response> result;
    begin([&](absl::StatusOr<Response> done) {
      result = std::move(done);
      notified.Notify();
    });
    notified.WaitForNotification();
    return result;
  }
  static v1::QueryReadingsRequest Asking(const std::string& measure) {
    v1::QueryReadingsRequest request;
    request.add_measures(measure);
    return request;
  }

  const test::TempDir dir_;
  FakeClock machine_;    // the wall clock
  FakeClock monotonic_;  // for intervals and metrics
  runtime::Metrics registry_;
  ReadingsMetrics metrics_{registry_};
  storage::ReadingsStoreOptions options_;
  IngestOptions ingest_options_;
  QueryOptions query_options_;
  std::unique_ptr<storage::ReadingsStore> store_;
  std::unique_ptr<MeasureDirectory> directory_;
  std::unique_ptr<ClockKeeper> clock_;
  std::unique_ptr<ReadingIngest> ingest_;
  std::unique_ptr<ReadingQuery> query_;
};

}  // namespace citylayers::readings

#endif  // CITYLAYERS_TESTS_SUPPORT_READINGS_FIXTURE_H_
