// A fake CityPort for tests: a clock and a store of readings.
#ifndef CITYLAYERS_TESTS_SUPPORT_FAKE_CITY_PORT_H_
#define CITYLAYERS_TESTS_SUPPORT_FAKE_CITY_PORT_H_

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "proto/support/proto_time.h"
#include "services/runtime/rpc/error_details.h"
#include "services/tools/replay/city_port.h"
#include "tests/support/fake_pacer.h"

namespace citylayers::replay {

/// Implements the guarantees of ClockService and ReadingService that a replay relies on: the clock
/// never runs backwards and holds, readings far ahead of it are rejected, and a sequence is stored
/// once. "Far" is one minute, stricter than the server (readings.future_skew, 5 minutes by
/// default), so that a replay has to write what is due and nothing more. Each entry of `failures`
/// makes one call fail, before or after it took effect.
class FakeCityPort final : public CityPort {
 public:
  struct Failure {
    absl::Status status;
    bool after_storing = false;  // the call took effect, only the answer is lost
  };
  struct Stored {
    std::string measure;
    absl::Time at;
    double value;
  };

  explicit FakeCityPort(FakePacer& pacer) : pacer_(pacer) {}

  absl::Time city_now() const {
    if (!replay) return pacer_.now;
    return city_time + speed * std::min(pacer_.now - as_of, hold_after);
  }

  absl::StatusOr<common::v1::CityClock> GetClock() override {
    common::v1::CityClock clock;
    clock.set_mode(replay ? common::v1::CLOCK_MODE_REPLAY : common::v1::CLOCK_MODE_WALL);
    *clock.mutable_city_time() = ToProtoTime(city_now());
    return clock;
  }

  absl::StatusOr<common::v1::CityClock> SetClock(
      const common::v1::SetClockRequest& request) override {
    if (!failures.empty()) return Fail();
    if (request.mode() == common::v1::CLOCK_MODE_WALL) {
      replay = false;
      return GetClock();
    }
    absl::Time wanted = FromProtoTime(request.city_time());
    const bool same = replay && request.driver_id() == driver;
    if (!same && replay && pacer_.now < as_of + hold_after) {
      return absl::FailedPreconditionError("another replay drives the clock");
    }
    if (replay && wanted < city_now()) {
      // After a restart hold_after is 0: then even the same driver has to catch up by itself.
      if (!same || city_now() - wanted > speed * hold_after) {
        return runtime::WithReason(absl::FailedPreconditionError("backwards"),
                                   runtime::kReasonClockBackwards);
      }
      wanted = city_now();
    }
    replay = true;
    city_time = wanted;
    as_of = pacer_.now;
    speed = request.speed();
    hold_after = absl::Seconds(request.hold_after().seconds()) +
                 absl::Nanoseconds(request.hold_after().nanos());
    driver = request.driver_id();
    loop_count = request.loop_count();
    return GetClock();
  }

  absl::StatusOr<readings::v1::WriteReadingsResponse> WriteReadings(
      const readings::v1::WriteReadingsRequest& request) override {
    const bool lost_answer = !failures.empty() && failures.front().after_storing;
    if (!failures.empty() && !lost_answer) return Fail();
    const auto [answer, fresh] =
        answers.try_emplace({request.source(), request.epoch(), request.sequence()});
    if (fresh) Store(request.readings(), &answer->second);
    if (lost_answer) return Fail();
    if (fresh) return answer->second;
    // A repeat returns the first counts, without the rows.
    readings::v1::WriteReadingsResponse repeat = answer->second;
    repeat.set_duplicate(true);
    repeat.clear_rejections();
    return repeat;
  }

  /// Restarts the process: the clock is at the latest time that it can have reached.
  void Restart() {
    city_time += speed * hold_after;
    as_of = pacer_.now;
    hold_after = absl::ZeroDuration();
  }

  std::deque<Failure> failures;
  std::vector<Stored> stored;
  int early = 0;  // readings too far ahead of the city
  bool replay = false;
  absl::Time city_time;
  absl::Time as_of;
  double speed = 1;
  absl::Duration hold_after = absl::Seconds(5);
  std::string driver;
  int loop_count = 0;
  std::map<std::tuple<std::string, std::uint64_t, std::uint64_t>,
           readings::v1::WriteReadingsResponse>
      answers;

 private:
  absl::Status Fail() {
    absl::Status status = failures.front().status;
    failures.pop_front();
    return status;
  }

  void Store(const readings::v1::ReadingColumns& columns,
             readings::v1::WriteReadingsResponse* response) {
    std::int64_t ms = 0;
    for (int i = 0; i < columns.values_size(); ++i) {
      ms += columns.time_deltas_ms(i);
      const absl::Time at = absl::FromUnixMillis(ms);
      if (at > city_now() + absl::Minutes(1)) {
        ++early;
        response->set_rejected_count(response->rejected_count() + 1);
        auto* rejected = response->add_rejections();
        rejected->set_row(static_cast<std::uint32_t>(i));
        rejected->set_message("far ahead of the city");
        continue;
      }
      stored.push_back(
          {columns.measures(static_cast<int>(columns.measure_indexes(i))), at, columns.values(i)});
    }
    response->set_accepted_count(static_cast<std::uint32_t>(columns.values_size()) -
                                 response->rejected_count());
  }

  FakePacer& pacer_;
};

}  // namespace citylayers::replay

#endif  // CITYLAYERS_TESTS_SUPPORT_FAKE_CITY_PORT_H_
