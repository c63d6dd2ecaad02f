#include "services/readings/reading_query.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/status_macros.h"
#include "base/strings.h"
#include "proto/support/proto_time.h"
#include "services/readings/reading_columns.h"
#include "services/readings/reading_watch.h"
#include "services/runtime/rpc/error_details.h"

namespace citylayers::readings {
namespace {

using runtime::StreamStep;

absl::StatusOr<std::vector<std::string>> Names(
    const google::protobuf::RepeatedPtrField<std::string>& measures, int names_max) {
  if (measures.size() > names_max) {
    return runtime::BadField("measures", StrCat("has at most ", names_max, " names and patterns"));
  }
  return std::vector<std::string>(measures.begin(), measures.end());
}

struct TimeRange {
  std::int64_t start_ms = 0;
  std::int64_t end_ms = 0;
};

bool IsTime(const google::protobuf::Timestamp& time) {
  return time.nanos() >= 0 && time.nanos() < 1'000'000'000 && time.seconds() >= -62135596800 &&
         time.seconds() <= 253402300799;
}

// Readings have whole milliseconds: both ends are rounded up, which keeps them on the right side.
std::int64_t CeilMillis(absl::Time time) {
  return absl::ToUnixMillis(time + absl::Milliseconds(1) - absl::Nanoseconds(1));
}

absl::StatusOr<TimeRange> RangeOf(const v1::QueryReadingsRequest& request, absl::Time city_now) {
  if (request.has_start_time() && !IsTime(request.start_time())) {
    return runtime::BadField("start_time", "must be between years 1 and 9999");
  }
  if (request.has_end_time() && !IsTime(request.end_time())) {
    return runtime::BadField("end_time", "must be between years 1 and 9999");
  }
  TimeRange range;
  range.end_ms = request.has_end_time() ? CeilMillis(FromProtoTime(request.end_time()))
                                        : absl::ToUnixMillis(city_now) + 1;
  range.start_ms = request.has_start_time() ? CeilMillis(FromProtoTime(request.start_time()))
                                            : range.end_ms - 24 * 3'600'000;
  if (range.end_ms < range.start_ms) {
    return runtime::BadField("end_time", "lies before start_time");
  }
  // All readings are from 1970 or later.
  range.start_ms = std::max<std::int64_t>(range.start_ms, 0);
  range.end_ms = std::max<std::int64_t>(range.end_ms, 0);
  return range;
}

absl::StatusOr<std::int64_t> WindowOf(const v1::QueryReadingsRequest& request) {
  if (!request.has_window()) return 0;
  const absl::Duration window =
      absl::Seconds(request.window().seconds()) + absl::Nanoseconds(request.window().nanos());
  if (window < absl::Seconds(1) || window > absl::Hours(24 * 366 * 10)) {
    return runtime::BadField("window", "must be 1 s to 10 years long");
  }
  return absl::ToInt64Milliseconds(window);
}

double ValueOf(const storage::WindowAggregate& window, v1::AggregateFunction function) {
  switch (function) {
    case v1::AGGREGATE_FUNCTION_COUNT:
      return static_cast<double>(window.count);
    case v1::AGGREGATE_FUNCTION_SUM:
      return window.sum;
    case v1::AGGREGATE_FUNCTION_MIN:
      return window.min;
    case v1::AGGREGATE_FUNCTION_MAX:
      return window.max;
    case v1::AGGREGATE_FUNCTION_FIRST:
      return window.first;
    case v1::AGGREGATE_FUNCTION_LAST:
      return window.last;
    default:
      return window.mean();
  }
}

// Number of store reads per step. After that many the thread is released, even without a result, so
// that a search in many series delays no other call and can be cancelled.
constexpr int kAsksPerStep = 64;

// Reads the series one by one, one message at a time: memory is bounded for any request.
class QuerySource final : public ReadingQuery::QueryStream {
 public:
  QuerySource(const storage::Registry& registry, const storage::SeriesReader& reader,
              std::vector<std::uint32_t> series, TimeRange range, std::int64_t window_ms,
              v1::AggregateFunction function, int rows_max)
      : registry_(registry),
        reader_(reader),
        series_(std::move(series)),
        range_(range),
        window_ms_(window_ms),
        function_(function),
        rows_max_(static_cast<std::size_t>(rows_max)),
        position_ms_(range.start_ms) {}

  absl::StatusOr<StreamStep> Next(v1::QueryReadingsResponse* response) override {
    MeasureDictionary dictionary;
    ColumnsBuilder columns(registry_, *response->mutable_readings(), dictionary);
    for (int asks = 0; next_ < series_.size() && RoomIn(columns) > 0; ++asks) {
      if (asks == kAsksPerStep) {
        if (columns.size() == 0) return StreamStep::Wait(absl::ZeroDuration());
        break;
      }
      RETURN_IF_ERROR(window_ms_ == 0 ? AddRaw(columns) : AddWindows(columns));
    }
    return columns.size() == 0 ? StreamStep::End() : StreamStep::Message();
  }

 private:
  std::size_t RoomIn(const ColumnsBuilder& columns) const {
    return rows_max_ - static_cast<std::size_t>(columns.size());
  }

  absl::Status AddRaw(ColumnsBuilder& columns) {
    const std::size_t room = RoomIn(columns);
    ASSIGN_OR_RETURN(const std::vector<storage::StoredReading> readings,
                     reader_.Query(series_[next_], position_ms_, range_.end_ms, room));
    for (const storage::StoredReading& reading : readings) columns.Add(series_[next_], reading);
    if (readings.size() < room) {
      NextSeries();
    } else {
      position_ms_ = readings.back().time_ms + 1;
    }
    return absl::OkStatus();
  }

  // Aggregates only as many windows as the message has room for: one-second windows of a whole year
  // would not fit into memory.
  absl::Status AddWindows(ColumnsBuilder& columns) {
    const std::uint32_t series = series_[next_];
    const std::int64_t slice_end_ms =
        std::min(range_.end_ms, position_ms_ - position_ms_ % window_ms_ +
                                    static_cast<std::int64_t>(RoomIn(columns)) * window_ms_);
    ASSIGN_OR_RETURN(const std::vector<storage::WindowAggregate> windows,
                     reader_.Aggregate(series, position_ms_, slice_end_ms, window_ms_));
    for (const storage::WindowAggregate& window : windows) {
      columns.Add(series, {window.start_ms, ValueOf(window, function_), 0});
    }
    position_ms_ = slice_end_ms;
    if (windows.empty() && position_ms_ < range_.end_ms) {
      // Years without a reading are skipped in one step, not window by window.
      ASSIGN_OR_RETURN(const std::vector<storage::StoredReading> ahead,
                       reader_.Query(series, position_ms_, range_.end_ms, 1));
      position_ms_ = ahead.empty() ? range_.end_ms : ahead.front().time_ms;
    }
    if (position_ms_ >= range_.end_ms) NextSeries();
    return absl::OkStatus();
  }

  void NextSeries() {
    ++next_;
    position_ms_ = range_.start_ms;
  }

  const storage::Registry& registry_;
  const storage::SeriesReader& reader_;
  const std::vector<std::uint32_t> series_;
  const TimeRange range_;
  const std::int64_t window_ms_;
  const v1::AggregateFunction function_;
  const std::size_t rows_max_;
  std::size_t next_ = 0;
  std::int64_t position_ms_;  // of the series at next_: all readings before it were sent
};

}  // namespace

absl::StatusOr<std::unique_ptr<ReadingQuery::QueryStream>> ReadingQuery::Query(
    const v1::QueryReadingsRequest& request) const {
  if (request.measures_size() == 0) {
    return runtime::BadField("measures",
                             "names at least one measure, e.g. stations/-/measures/water_level");
  }
  ASSIGN_OR_RETURN(const std::vector<std::string> names,
                   Names(request.measures(), options_.names_max));
  ASSIGN_OR_RETURN(std::vector<std::uint32_t> series, directory_.Match(names, SIZE_MAX));
  ASSIGN_OR_RETURN(const TimeRange range, RangeOf(request, city_clock_.Now()));
  ASSIGN_OR_RETURN(const std::int64_t window_ms, WindowOf(request));
  if (!v1::AggregateFunction_IsValid(request.function())) {
    return runtime::BadField("function", "is not a known function");
  }
  return std::make_unique<QuerySource>(store_.registry(), store_.series(), std::move(series), range,
                                       window_ms, request.function(), options_.message_rows_max);
}

absl::StatusOr<v1::GetLatestReadingsResponse> ReadingQuery::Latest(
    const v1::GetLatestReadingsRequest& request) const {
  ASSIGN_OR_RETURN(const std::vector<std::string> names,
                   Names(request.measures(), options_.names_max));
  // readings.latest_measures_max
  ASSIGN_OR_RETURN(const std::vector<std::uint32_t> series,
                   directory_.Match(names, static_cast<std::size_t>(options_.latest_measures_max)));
  v1::GetLatestReadingsResponse response;
  const std::vector<std::optional<storage::StoredReading>> latest = store_.series().Latest(series);
  for (std::size_t i = 0; i < series.size(); ++i) {
    if (!latest[i].has_value()) continue;
    v1::Reading& reading = *response.add_readings();
    reading.set_measure(store_.registry().Measure(series[i])->name);
    *reading.mutable_read_time() = ToProtoTime(absl::FromUnixMillis(latest[i]->time_ms));
    reading.set_value(latest[i]->value);
    reading.set_quality(static_cast<v1::Quality>(latest[i]->quality));
  }
  *response.mutable_city_time() = ToProtoTime(city_clock_.Now());
  return response;
}

absl::StatusOr<std::unique_ptr<ReadingQuery::WatchStream>> ReadingQuery::Watch(
    const v1::WatchReadingsRequest& request) const {
  ASSIGN_OR_RETURN(const std::vector<std::string> names,
                   Names(request.measures(), options_.names_max));
  ASSIGN_OR_RETURN(MeasureFilter filter, MeasureFilter::Make(names));
  const std::uint64_t last = store_.log().LastOffset();
  const std::uint64_t after = request.has_resume_offset() ? request.resume_offset() : last;
  if (after > last) {
    return absl::OutOfRangeError(
        StrCat("offset ", after, " lies past the end of the log, ", last,
               ": this is another log; read the latest readings and watch from there"));
  }
  // 0 means the oldest offset held.
  const std::uint64_t from = after == 0 ? store_.log().OldestResumeOffset() : after;
  if (from < store_.log().OldestResumeOffset()) {
    return absl::OutOfRangeError(StrCat(
        "the log after offset ", from, " was dropped: it starts after ",
        store_.log().OldestResumeOffset(), "; read the latest readings and resume from there"));
  }
  return std::make_unique<ReadingWatch>(store_.log(), store_.registry(), std::move(filter), from,
                                        request.stream_dictionary(), options_.message_rows_max,
                                        options_.watch_heartbeat, monotonic_);
}

}  // namespace citylayers::readings
