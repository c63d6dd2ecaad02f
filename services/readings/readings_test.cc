// Tests of ReadingIngest, ReadingQuery, ReadingWatch and StationDirectory on a real
// store, without a server.
#include <cmath>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "base/strings.h"
#include "tests/support/readings_fixture.h"

namespace citylayers::readings {
namespace {

using runtime::StreamStep;
using testing::HasSubstr;

class ReadingsTest : public TestReadings {};

TEST_F(ReadingsTest, ABatchIsStoredAndItsBadRowsAreTold) {
  const v1::WriteReadingsResponse response = Write({{kLevel, kNow, 1.42},
                                                    {kLevel, kNow + absl::Hours(1), 1.5},
                                                    {"stations/nobody/measures/depth", kNow, 1},
                                                    {kRain, kNow, std::nan("")},
                                                    {"segments/7/measures/speed", kNow, 31.5},
                                                    {"segments/100/measures/speed", kNow, 31.5}});
  EXPECT_EQ(response.offset(), 1u);
  EXPECT_EQ(response.accepted_count(), 2u);
  ASSERT_EQ(response.rejections_size(), 4);
  EXPECT_EQ(response.rejections(0).row(), 1u);
  EXPECT_EQ(response.rejections(0).reason(), v1::REJECT_REASON_FAR_FUTURE);
  EXPECT_EQ(response.rejections(1).reason(), v1::REJECT_REASON_UNKNOWN_MEASURE);
  EXPECT_EQ(response.rejections(2).reason(), v1::REJECT_REASON_NOT_FINITE);
  EXPECT_EQ(response.rejections(3).reason(), v1::REJECT_REASON_UNKNOWN_MEASURE);
  EXPECT_EQ(Query(Asking("segments/-/measures/speed")),
            (std::vector<std::string>{"segments/7/measures/speed@0=31.5"}));
  EXPECT_EQ(store_->dead_letters().Read("", 10)->letters.size(), 4u);
  const std::string metrics = registry_.Serialize();
  EXPECT_THAT(metrics, HasSubstr("citylayers_readings_ingested_total 2"));
  EXPECT_THAT(metrics, HasSubstr("citylayers_readings_rejected_total{reason=\"far_future\"} 1"));
}

TEST_F(ReadingsTest, OnlySoManyRefusalsAreListed) {
  ingest_options_.rejects_reported_max = 1;
  Open();
  const auto response = Write({{kLevel, kNow, 99}, {kLevel, kNow, 98}});
  EXPECT_EQ(response.rejections_size(), 1);
  EXPECT_EQ(response.rejected_count(), 2u);
  EXPECT_EQ(response.offset(), 0u) << "nothing was stored";
}

TEST_F(ReadingsTest, ARepeatIsADuplicateOverARestartToo) {
  const absl::Time soon = kNow + absl::Minutes(10);
  const auto first = Write({{kLevel, kNow, 1.4}, {kRain, kNow, 1}, {kLevel, soon, 1.5}}, 1);
  EXPECT_FALSE(first.duplicate());
  EXPECT_EQ(first.accepted_count(), 2u);
  EXPECT_EQ(first.rejected_count(), 1u) << "it lies ahead of the city clock";
  Open();
  machine_.now = soon;  // Ten minutes later the third row would be accepted.
  const auto repeat = Write({{kLevel, kNow, 1.4}, {kRain, kNow, 1}, {kLevel, soon, 1.5}}, 1);
  EXPECT_TRUE(repeat.duplicate());
  EXPECT_EQ(repeat.offset(), 1u);
  EXPECT_EQ(repeat.accepted_count(), 2u);
  EXPECT_EQ(repeat.rejected_count(), 1u);
  EXPECT_EQ(repeat.rejections_size(), 0) << "its rows were listed the first time";
  EXPECT_EQ(store_->log().LastOffset(), 1u);
}

// Counts one second per reading of the clock: an append that reads it twice takes one second.
class SecondsClock final : public Clock {
 public:
  absl::Time Now() const override { return now_ += absl::Seconds(1); }

 private:
  mutable absl::Time now_ = absl::UnixEpoch();
};

TEST_F(ReadingsTest, TheTimeOfAnAppendIsMonotonic) {
  const SecondsClock seconds;
  ReadingIngest ingest(ingest_options_, store_->log(), *directory_, *clock_, seconds, metrics_);
  v1::WriteReadingsRequest request;
  *request.mutable_readings() = Columns({{kLevel, kNow, 1}});
  const auto response = Await<v1::WriteReadingsResponse>(
      [&](ReadingIngest::Done done) { ingest.Write(request, std::move(done)); });
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_THAT(registry_.Serialize(), HasSubstr("citylayers_readings_append_seconds_sum 1\n"));
}

TEST_F(ReadingsTest, ASequenceNeedsASource) {
  v1::WriteReadingsRequest request;
  request.set_sequence(1);
  EXPECT_EQ(Ingest(request).status().code(), absl::StatusCode::kInvalidArgument);
  request.set_source(std::string(65, 'x'));
  EXPECT_EQ(Ingest(request).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(ReadingsTest, AStreamTakesOnlyMeasuresOfItsScope) {
  IngestStream stream(*ingest_, CallWith("readings:write:stations/-/measures/water_level"));
  v1::StreamReadingsRequest request;
  *request.mutable_readings() = Columns({{kLevel, kNow, 1}});
  EXPECT_TRUE(Send(stream, request).ok());
  request.Clear();
  *request.mutable_readings() = Columns({{kLevel, kNow, 1}, {kRain, kNow, 1}});
  const absl::Status status = Send(stream, request).status();
  EXPECT_TRUE(absl::IsPermissionDenied(status)) << status;
  EXPECT_THAT(ToStd(status.message()), HasSubstr(kRain)) << "names the first one";
  EXPECT_EQ(store_->log().LastOffset(), 1u) << "of a refused batch nothing is stored";
}

// Two gauges with separate keys send the same source, by mistake or by intent.
TEST_F(ReadingsTest, ALimitedCallerCannotMakeTheBatchesOfOthersRepeats) {
  v1::StreamReadingsRequest request;
  const auto send = [&](std::string_view scope, std::string_view measure) {
    IngestStream stream(*ingest_, CallWith(scope));
    request.Clear();
    request.set_source("gateway-7");
    request.set_sequence(1);
    *request.mutable_readings() = Columns({{std::string(measure), kNow, 1}});
    return Send(stream, request).value().result();
  };
  EXPECT_FALSE(send("readings:write:stations/-/measures/rainfall", kRain).duplicate());
  EXPECT_FALSE(send("readings:write", kLevel).duplicate()) << "of another caller";
  EXPECT_TRUE(send("readings:write", kLevel).duplicate());
  EXPECT_TRUE(send("readings:write:stations/-/measures/rainfall", kRain).duplicate());
}

TEST_F(ReadingsTest, AStreamRemembersSourceAndDictionary) {
  IngestStream stream(*ingest_, CallOfEverybody());
  v1::StreamReadingsRequest request;
  request.set_source("gate");
  request.set_epoch(3);
  request.set_sequence(1);
  *request.mutable_readings() = Columns({{kLevel, kNow, 1.0}});
  const auto first = Send(stream, request);
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(first->credit_count(), 32u);
  request.Clear();
  request.set_sequence(2);
  request.mutable_readings()->add_measure_indexes(0);
  request.mutable_readings()->add_time_deltas_ms(absl::ToUnixMillis(kNow) + 1000);
  request.mutable_readings()->add_values(2.0);
  const auto second = Send(stream, request);
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_EQ(second->sequence(), 2u);
  EXPECT_EQ(second->result().accepted_count(), 1u);
  EXPECT_TRUE(Send(stream, request)->result().duplicate());
  EXPECT_EQ((*store_->log().Read(1, 10))[0]->batch.source, "gate");
  EXPECT_EQ((*store_->log().Read(1, 10))[0]->batch.epoch, 3u);
  request.set_sequence(3);
  request.mutable_readings()->set_values(0, 99);
  ASSERT_EQ(Send(stream, request)->result().rejections_size(), 1);
  EXPECT_EQ(store_->dead_letters().Read("", 1)->letters[0].measure, kLevel)
      << "a name of the first message";
}

TEST_F(ReadingsTest, AFullQueueAndAFullDiskAreToldApart) {
  const auto refusal = [this] {
    v1::WriteReadingsRequest request;
    *request.mutable_readings() = Columns({{kLevel, kNow, 1}});
    return Ingest(request).status();
  };
  options_.queue_bytes_max = 1;
  Open();
  const absl::Status busy = refusal();
  EXPECT_EQ(busy.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(busy.ToString(), HasSubstr("OVERLOADED"));
  EXPECT_TRUE(store_->log().WriteStatus().ok()) << "it stays ready";
  options_.queue_bytes_max = 1 << 20;
  options_.min_free_bytes = UINT64_MAX;
  Open();
  const absl::Status full = refusal();
  EXPECT_EQ(full.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(full.ToString(), HasSubstr("STORAGE_UNAVAILABLE"));
  EXPECT_THAT(full.ToString(), HasSubstr("make room"));
  EXPECT_EQ(store_->log().WriteStatus().code(), absl::StatusCode::kResourceExhausted);
  v1::WriteReadingsRequest fresh;
  *fresh.mutable_readings() = Columns({{"segments/1/measures/speed", kNow, 1}});
  EXPECT_EQ(Ingest(fresh).status().code(), absl::StatusCode::kUnavailable)
      << "registering a measure needs the disk as well";
}

TEST_F(ReadingsTest, QueriesGoByMeasureAndTimeInMessagesOfBoundedSize) {
  query_options_.message_rows_max = 4;
  Open();
  std::vector<Row> rows;
  for (int i = 0; i < 7; ++i) {
    rows.push_back({kRain, kNow - absl::Seconds(i), 0.1 * i});
    rows.push_back({kLevel, kNow - absl::Seconds(10 * i), 1.0 * i / 2});
  }
  Write(rows);
  ASSERT_TRUE(store_->upkeep().Seal().ok());
  Write({{kLevel, kNow - absl::Seconds(20), 4.5}});  // A later revision, still in the head.
  v1::QueryReadingsRequest request = Asking("stations/-/measures/water_level");
  request.add_measures(kRain);
  request.add_measures(kRain);  // Requested twice, returned once.
  int messages = 0;
  const std::vector<std::string> lines = Query(request, &messages);
  const std::string level = kLevel, rain = kRain;
  EXPECT_EQ(lines, (std::vector<std::string>{level + "@-60=3", level + "@-50=2.5", level + "@-40=2",
                                             level + "@-30=1.5", level + "@-20=4.5",
                                             level + "@-10=0.5", level + "@0=0", rain + "@-6=0.6",
                                             rain + "@-5=0.5", rain + "@-4=0.4", rain + "@-3=0.3",
                                             rain + "@-2=0.2", rain + "@-1=0.1", rain + "@0=0"}));
  EXPECT_EQ(messages, 4);
}

TEST_F(ReadingsTest, StartIsInclusiveAndEndExclusive) {
  Write({{kLevel, kNow - absl::Seconds(3), 1},
         {kLevel, kNow - absl::Seconds(2), 2},
         {kLevel, kNow - absl::Seconds(1), 3}});
  v1::QueryReadingsRequest request = Asking(kLevel);
  *request.mutable_start_time() = ToProtoTime(kNow - absl::Seconds(3));
  *request.mutable_end_time() = ToProtoTime(kNow - absl::Seconds(1));
  EXPECT_EQ(Query(request).size(), 2u);
  *request.mutable_start_time() = ToProtoTime(kNow - absl::Seconds(3) + absl::Nanoseconds(1));
  *request.mutable_end_time() = ToProtoTime(kNow - absl::Seconds(1) + absl::Nanoseconds(1));
  EXPECT_EQ(Query(request).size(), 2u);
}

TEST_F(ReadingsTest, WindowsAreAggregatedByTheFunctionAskedFor) {
  const absl::Time hour = absl::FromUnixSeconds(1'665'997'200);  // A whole hour before kNow.
  for (const auto& [minute, value] : std::vector<std::pair<int, double>>{{1, 4}, {2, 1}, {3, 1}}) {
    Write({{kRain, hour + absl::Minutes(minute), value}});
  }
  v1::QueryReadingsRequest request = Asking(kRain);
  request.mutable_window()->set_seconds(3600);
  const std::vector<std::pair<v1::AggregateFunction, std::string>> expected = {
      {v1::AGGREGATE_FUNCTION_UNSPECIFIED, "2"}, {v1::AGGREGATE_FUNCTION_COUNT, "3"},
      {v1::AGGREGATE_FUNCTION_SUM, "6"},         {v1::AGGREGATE_FUNCTION_MEAN, "2"},
      {v1::AGGREGATE_FUNCTION_MIN, "1"},         {v1::AGGREGATE_FUNCTION_MAX, "4"},
      {v1::AGGREGATE_FUNCTION_FIRST, "4"},       {v1::AGGREGATE_FUNCTION_LAST, "1"}};
  for (const auto& [function, value] : expected) {
    request.set_function(function);
    EXPECT_EQ(Query(request), (std::vector<std::string>{std::string(kRain) + "@-2800=" + value}))
        << v1::AggregateFunction_Name(function);
  }
}

//   windows of 1 s   0 1 2 . 4 ... 10,000 . 10,002     read in slices, the gap in one step
TEST_F(ReadingsTest, ManyWindowsAreReadInSlices) {
  std::vector<Row> rows;
  for (const int s : {0, 1, 2, 4, 5, 6, 7, 8, 9, 10'000, 10'002}) {
    rows.push_back({kRain, kNow - absl::Hours(20) + absl::Seconds(s), 0.1 * (s % 10)});
    rows.push_back({kRain, kNow - absl::Hours(20) + absl::Seconds(s + 0.5), 1});
  }
  Write(rows);
  v1::QueryReadingsRequest request = Asking(kRain);
  request.add_measures(kLevel);
  Write({{kLevel, kNow, 1}});
  request.mutable_window()->set_seconds(1);
  request.set_function(v1::AGGREGATE_FUNCTION_COUNT);
  const std::vector<std::string> whole = Query(request);
  ASSERT_EQ(whole.size(), 12u);
  query_options_.message_rows_max = 2;
  Open();
  EXPECT_EQ(Query(request), whole);
  *request.mutable_start_time() = ToProtoTime(kNow - absl::Hours(20) + absl::Seconds(0.5));
  EXPECT_THAT(Query(request)[10], HasSubstr("@-62000=2")) << "levels come first";
  EXPECT_THAT(Query(request)[1], HasSubstr("@-72000=1")) << "half a window";
}

TEST_F(ReadingsTest, ASearchInManySeriesGivesItsThreadBack) {
  std::vector<Row> rows;
  for (int i = 0; i < 100; ++i) {
    rows.push_back({absl::StrCat("segments/", i, "/measures/speed"), kNow - absl::Hours(9), 1});
  }
  Write(rows);
  Write({{"segments/99/measures/speed", kNow, 2}});
  v1::QueryReadingsRequest request = Asking("segments/-/measures/speed");
  *request.mutable_start_time() = ToProtoTime(kNow - absl::Hours(1));
  auto stream = *query_->Query(request);
  v1::QueryReadingsResponse response;
  const auto first = stream->Next(&response);
  EXPECT_EQ(first->kind, StreamStep::Kind::kWait) << "nothing found so far";
  EXPECT_EQ(first->wait_max, absl::ZeroDuration()) << "and goes on at once";
  EXPECT_EQ(stream->Next(&response)->kind, StreamStep::Kind::kMessage);
  EXPECT_EQ(Lines(response.readings()),
            (std::vector<std::string>{"segments/99/measures/speed@0=2"}));
}

TEST_F(ReadingsTest, BadQueriesAreRefusedWithTheFieldsName) {
  const auto code = [this](const v1::QueryReadingsRequest& request) {
    return query_->Query(request).status().code();
  };
  EXPECT_EQ(code({}), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code(Asking("rivers")), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code(Asking("stations/nobody/measures/depth")), absl::StatusCode::kNotFound);
  EXPECT_EQ(code(Asking("segments/7/measures/speed")), absl::StatusCode::kOk) << "not yet written";
  v1::QueryReadingsRequest backwards = Asking(kLevel);
  *backwards.mutable_start_time() = ToProtoTime(kNow);
  *backwards.mutable_end_time() = ToProtoTime(kNow - absl::Seconds(1));
  EXPECT_EQ(code(backwards), absl::StatusCode::kInvalidArgument);
  v1::QueryReadingsRequest window = Asking(kLevel);
  window.mutable_window()->set_nanos(999'999'999);
  EXPECT_EQ(code(window), absl::StatusCode::kInvalidArgument);
  v1::QueryReadingsRequest forever = Asking(kLevel);
  forever.mutable_start_time()->set_seconds(INT64_MIN);
  EXPECT_EQ(code(forever), absl::StatusCode::kInvalidArgument);
}

TEST_F(ReadingsTest, TheLatestReadingOfEachMeasure) {
  Write({{kLevel, kNow, 1.5}, {kLevel, kNow - absl::Hours(1), 1.1}});
  v1::GetLatestReadingsRequest request;
  request.add_measures(kLevel);
  request.add_measures("stations/-/measures/rainfall");
  const auto response = query_->Latest(request);
  ASSERT_TRUE(response.ok()) << response.status();
  ASSERT_EQ(response->readings_size(), 1) << "a measure without readings is left out";
  EXPECT_EQ(response->readings(0).measure(), kLevel);
  EXPECT_EQ(response->readings(0).value(), 1.5);
  EXPECT_EQ(FromProtoTime(response->readings(0).read_time()), kNow);
  EXPECT_EQ(FromProtoTime(response->city_time()), kNow);
}

TEST_F(ReadingsTest, SoManyMeasuresAreAskedForAtOnce) {
  query_options_.latest_measures_max = 1;
  Open();
  Write({{kLevel, kNow, 1}, {kRain, kNow, 1}});
  v1::GetLatestReadingsRequest request;
  for (int i = 0; i < 1000; ++i) {
    request.add_measures("stations/-/measures/water_level");
    request.add_measures(kLevel);
  }
  EXPECT_EQ(query_->Latest(request)->readings_size(), 1) << "repeats count once";
  request.add_measures(kRain);
  const absl::Status status = query_->Latest(request).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(status.ToString(), HasSubstr("more than 1 measures"));
}

TEST_F(ReadingsTest, AWatcherThatReturnsMissesNothing) {
  v1::WatchReadingsRequest request;
  request.add_measures("segments/-/measures/speed");
  auto watch = *query_->Watch(request);
  v1::WatchReadingsResponse message;
  EXPECT_EQ(watch->Next(&message)->kind, StreamStep::Kind::kMessage) << "hello";
  EXPECT_TRUE(message.caught_up());
  EXPECT_EQ(message.offset(), 0u);
  EXPECT_EQ(watch->Next(&message)->kind, StreamStep::Kind::kWait);

  int wakes = 0;
  watch->waker()->Bind([&wakes] { ++wakes; });
  Write({{"segments/1/measures/speed", kNow, 10}, {kLevel, kNow, 1}});  // 1
  EXPECT_EQ(wakes, 1);
  message.Clear();
  EXPECT_EQ(watch->Next(&message)->kind, StreamStep::Kind::kMessage);
  EXPECT_EQ(Lines(message.readings()),
            (std::vector<std::string>{"segments/1/measures/speed@0=10"}));
  EXPECT_EQ(message.offset(), 1u);
  watch->waker()->Bind(nullptr);
  watch.reset();

  Write({{kLevel, kNow, 2}});                        // 2
  Write({{"segments/2/measures/speed", kNow, 20}});  // 3
  request.set_resume_offset(message.offset());
  watch = *query_->Watch(request);
  message.Clear();
  EXPECT_EQ(watch->Next(&message)->kind, StreamStep::Kind::kMessage);
  EXPECT_EQ(Lines(message.readings()),
            (std::vector<std::string>{"segments/2/measures/speed@0=20"}));
  EXPECT_EQ(message.offset(), 3u);

  // A batch that it does not follow advances its offset, which a heartbeat reports.
  Write({{kLevel, kNow, 3}});  // 4
  message.Clear();
  EXPECT_EQ(watch->Next(&message)->kind, StreamStep::Kind::kWait);
  monotonic_.now += query_options_.watch_heartbeat;
  message.Clear();
  EXPECT_EQ(watch->Next(&message)->kind, StreamStep::Kind::kMessage);
  EXPECT_EQ(message.readings().values_size(), 0);
  EXPECT_EQ(message.offset(), 4u);
}

TEST_F(ReadingsTest, AWatcherOfARareMeasureTellsHowFarItIs) {
  query_options_.message_rows_max = 1;
  Open();
  for (int i = 0; i < 40; ++i) Write({{kLevel, kNow, 1}});
  Write({{"segments/1/measures/speed", kNow, 10}});
  v1::WatchReadingsRequest request;
  request.add_measures("segments/-/measures/speed");
  request.set_resume_offset(0);
  auto watch = *query_->Watch(request);
  v1::WatchReadingsResponse message;
  EXPECT_EQ(watch->Next(&message)->kind, StreamStep::Kind::kMessage);
  EXPECT_EQ(message.readings().values_size(), 0);
  EXPECT_EQ(message.offset(), 16u);
  EXPECT_FALSE(message.caught_up());
  message.Clear();
  const auto on = watch->Next(&message);
  EXPECT_EQ(on->kind, StreamStep::Kind::kWait);
  EXPECT_EQ(on->wait_max, absl::ZeroDuration());
  EXPECT_EQ(watch->Next(&message)->kind, StreamStep::Kind::kMessage);
  EXPECT_EQ(message.readings().values_size(), 1);
  EXPECT_TRUE(message.caught_up());
}

TEST_F(ReadingsTest, TheStoresFiguresAreShown) {
  Write({{kLevel, kNow, 1}}, 1);
  Write({{kLevel, kNow, 1}}, 1);
  storage::ReadingsStoreStats stats = store_->Stats();
  metrics_.Show(stats);
  metrics_.Show(stats);
  const std::string metrics = registry_.Serialize();
  EXPECT_THAT(metrics, HasSubstr("citylayers_readings_committed_batches_total 1\n"));
  EXPECT_THAT(metrics, HasSubstr(absl::StrCat("citylayers_readings_syncs_total ", stats.syncs)));
  EXPECT_THAT(metrics, HasSubstr("citylayers_readings_sync_seconds_total 0."));
  EXPECT_THAT(metrics, HasSubstr("citylayers_readings_dedupe_sources 1\n"));
  EXPECT_THAT(metrics, HasSubstr("citylayers_readings_lost_chunks 0\n"));
}

TEST_F(ReadingsTest, AnOffsetThatIsGoneOrNotYetThereIsOutOfRange) {
  options_.log_retention_batches = 1;
  Open();
  for (int i = 0; i < 4; ++i) Write({{kLevel, kNow + absl::Seconds(i), 1}});
  ASSERT_TRUE(store_->upkeep().Seal().ok());
  v1::WatchReadingsRequest request;
  request.set_resume_offset(1);
  EXPECT_EQ(query_->Watch(request).status().code(), absl::StatusCode::kOutOfRange);
  request.set_resume_offset(5);
  EXPECT_EQ(query_->Watch(request).status().code(), absl::StatusCode::kOutOfRange);
  request.set_resume_offset(0);
  auto watch = query_->Watch(request);
  ASSERT_TRUE(watch.ok()) << "0 is the oldest offset held";
  v1::WatchReadingsResponse message;
  ASSERT_TRUE((*watch)->Next(&message).ok());
  EXPECT_EQ(message.readings().values_size(), 1);
  EXPECT_EQ(message.oldest_offset(), 3u);
}

TEST_F(ReadingsTest, StationsAreListedInPages) {
  const StationDirectory stations(store_->registry());
  v1::GetStationRequest get;
  get.set_name("stations/phu-an");
  const auto phu_an = stations.Get(get);
  ASSERT_TRUE(phu_an.ok()) << phu_an.status();
  EXPECT_EQ(phu_an->station().display_name().vi(), "Phú An");
  ASSERT_EQ(phu_an->station().measures_size(), 1);
  EXPECT_EQ(phu_an->station().measures(0).kind(), "water_level");
  EXPECT_EQ(phu_an->station().measures(0).period().seconds(), 600);
  EXPECT_EQ(phu_an->station().measures(0).thresholds(0).value(), 1.4);
  get.set_name("stations/nobody");
  EXPECT_EQ(stations.Get(get).status().code(), absl::StatusCode::kNotFound);
  get.set_name("phu-an");
  EXPECT_EQ(stations.Get(get).status().code(), absl::StatusCode::kInvalidArgument);

  v1::ListStationsRequest list;
  list.set_page_size(1);
  auto page = stations.List(list);
  ASSERT_TRUE(page.ok());
  ASSERT_EQ(page->stations_size(), 1);
  EXPECT_EQ(page->stations(0).name(), "stations/nha-be");
  list.set_page_token(page->next_page_token());
  page = stations.List(list);
  ASSERT_EQ(page->stations_size(), 1);
  EXPECT_EQ(page->stations(0).name(), "stations/phu-an");
  EXPECT_EQ(page->next_page_token(), "");
  list.set_kind("rainfall");
  EXPECT_EQ(stations.List(list).status().code(), absl::StatusCode::kInvalidArgument)
      << "a token of another request";
  list.clear_page_token();
  EXPECT_EQ(stations.List(list)->stations(0).name(), "stations/nha-be");
  list.clear_kind();
  list.mutable_bounds()->set_west_deg(106.70);
  list.mutable_bounds()->set_east_deg(106.71);
  list.mutable_bounds()->set_south_deg(10.77);
  list.mutable_bounds()->set_north_deg(10.78);
  EXPECT_EQ(stations.List(list)->stations_size(), 1);
  list.set_page_size(-1);
  EXPECT_EQ(stations.List(list).status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace citylayers::readings
