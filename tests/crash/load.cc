#include "tests/crash/load.h"

#include <cmath>

#include "absl/time/clock.h"

#include "base/strings.h"
#include "proto/support/proto_time.h"

namespace citylayers::crash {
namespace {

using readings::v1::ReadingColumns;
using readings::v1::WriteReadingsRequest;

constexpr absl::Duration kStep = absl::Milliseconds(40);  // of the wall
constexpr absl::Duration kCityStep = absl::Seconds(20);
constexpr absl::Duration kHoldAfter = absl::Milliseconds(300);

double Between(std::mt19937_64& random, double low, double high, int decimals) {
  const double factor = std::pow(10.0, decimals);
  return std::round(std::uniform_real_distribution<double>(low, high)(random) * factor) / factor;
}

void AddRow(WriteReadingsRequest& request, const std::string& measure, std::int64_t time_ms,
            double value) {
  ReadingColumns& rows = *request.mutable_readings();
  rows.add_measure_indexes(static_cast<std::uint32_t>(rows.measures_size()));
  rows.add_measures(measure);
  rows.add_time_deltas_ms(rows.values_size() == 0 ? time_ms : 0);
  rows.add_values(value);
}

WriteReadingsRequest NewBatch(const char* source, std::uint64_t epoch, std::uint64_t sequence) {
  WriteReadingsRequest request;
  request.set_source(source);
  request.set_epoch(epoch);
  request.set_sequence(sequence);
  return request;
}

}  // namespace

std::vector<std::string> Story::AllMeasures() const {
  std::vector<std::string> all = speed_measures;
  all.insert(all.end(), level_measures.begin(), level_measures.end());
  all.insert(all.end(), rain_measures.begin(), rain_measures.end());
  return all;
}

void Load::Start() {
  city_ms_ = 0;
  threads_.emplace_back([this] { DriveAndGauge(); });
  threads_.emplace_back([this] { SendSpeeds(); });
  threads_.emplace_back([this] { Operate(); });
}

void Load::Join() {
  stopping_ = true;
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

std::vector<std::string> Load::surprises() const {
  const absl::MutexLock lock(&mutex_);
  return surprises_;
}

void Load::Surprise(const std::string& what) {
  const absl::MutexLock lock(&mutex_);
  surprises_.push_back(what);
}

bool Load::Send(const WriteReadingsRequest& request) {
  const std::size_t batch = story_.ledger.Send(request);
  const auto response = city_.Write(request);
  if (!response.ok()) {
    if (!failures_expected_) Surprise(StrCat("WriteReadings: ", response.status().ToString()));
    return false;
  }
  story_.ledger.Acknowledge(batch);
  const std::string name = StrCat("batch ", request.source(), " ", request.sequence());
  if (response->duplicate()) Surprise(StrCat(name, " is new, but was called a duplicate"));
  if (response->rejected_count() > 0) {
    Surprise(StrCat(name, ": ", response->rejected_count(),
                    " readings refused: ", response->rejections(0).message()));
  }
  return true;
}

void Load::DriveAndGauge() {
  std::mt19937_64 random(seed_);
  while (!stopping_) {
    const auto clock = city_.Drive(story_.city_time + kCityStep, kHoldAfter);
    if (!clock.ok()) {
      if (!failures_expected_) Surprise(StrCat("SetClock: ", clock.status().ToString()));
      return;
    }
    // Whole seconds, so that each step has a different time.
    story_.city_time =
        absl::FromUnixSeconds(absl::ToUnixSeconds(FromProtoTime(clock->city_time())));
    const std::int64_t time_ms = absl::ToUnixMillis(story_.city_time);
    WriteReadingsRequest request = NewBatch("crash-gauges", story_.epoch, ++story_.gauge_sequence);
    for (const std::string& measure : story_.level_measures) {
      AddRow(request, measure, time_ms,
             high_water_ ? Between(random, 1.62, 1.66, 3) : Between(random, 0.2, 0.3, 3));
    }
    for (const std::string& measure : story_.rain_measures) {
      AddRow(request, measure, time_ms, Between(random, 0, 2, 1));
    }
    if (!Send(request)) return;
    city_ms_ = time_ms;
    absl::SleepFor(kStep);
  }
}

void Load::SendSpeeds() {
  std::mt19937_64 random(seed_ + 1);
  std::int64_t last_ms = 0;
  while (!stopping_) {
    const std::int64_t time_ms = city_ms_;
    if (time_ms > last_ms) {
      last_ms = time_ms;
      WriteReadingsRequest request =
          NewBatch("crash-speeds", story_.epoch, ++story_.speed_sequence);
      for (const std::string& measure : story_.speed_measures) {
        AddRow(request, measure, time_ms, Between(random, 2, 60, 1));
      }
      if (!Send(request)) return;
    }
    absl::SleepFor(kStep / 4);
  }
}

void Load::Operate() {
  std::mt19937_64 random(seed_ + 2);
  while (!stopping_) {
    const auto alerts = city_.ListAlerts("state != RESOLVED");
    if (!alerts.ok()) {
      if (!failures_expected_) Surprise(StrCat("ListAlerts: ", alerts.status().ToString()));
      return;
    }
    if (!alerts->empty()) {
      const std::string& alert = (*alerts)[random() % alerts->size()].name();
      story_.actions.push_back(
          {.alert = alert, .actor = StrCat("operator-", story_.actions.size() + 1)});
      Action& action = story_.actions.back();
      const absl::Status status = city_.Acknowledge(alert, action.actor);
      action.acknowledged = status.ok();
      // It may have ended by itself since it was listed.
      if (!status.ok() && !absl::IsFailedPrecondition(status)) {
        if (!failures_expected_) Surprise(StrCat("AcknowledgeAlert: ", status.ToString()));
        return;
      }
    }
    absl::SleepFor(kStep);
  }
}

}  // namespace citylayers::crash
