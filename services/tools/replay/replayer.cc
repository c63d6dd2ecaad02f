#include "services/tools/replay/replayer.h"

#include <algorithm>
#include <utility>

#include <google/protobuf/util/time_util.h>

#include "base/status_macros.h"
#include "proto/support/proto_time.h"
#include "services/runtime/rpc/error_details.h"
#include "services/tools/replay/error_reason.h"
#include "services/tools/replay/retry.h"

namespace citylayers::replay {
namespace {

using common::v1::SetClockRequest;

constexpr int kCatchUpsMax = 5;

std::int64_t LoopOf(absl::Duration since_start, absl::Duration length) {
  absl::Duration rest;
  const std::int64_t loop = absl::IDivDuration(since_start, length, &rest);
  return rest < absl::ZeroDuration() ? loop - 1 : loop;  // the division rounds towards zero
}

}  // namespace

Replayer::Replayer(const ScenarioSource& source, const ReplayPlan& plan, CityPort& port,
                   Pacer& pacer, ReadingSender& sender, ReplayOptions options)
    : source_(source),
      plan_(plan),
      port_(port),
      pacer_(pacer),
      sender_(sender),
      options_(std::move(options)),
      written_(plan.warm_up_start) {}

absl::Status Replayer::Run(const std::function<void(const ReplayProgress&)>& on_progress) {
  on_progress_ = on_progress;
  absl::Status status = WarmUp();
  if (status.ok()) status = Play();
  const bool stopped = pacer_.stopped();
  if (stopped && absl::IsCancelled(status)) status = absl::OkStatus();
  if (!status.ok()) return status;
  return options_.release ? Release() : Hold();
}

absl::Status Replayer::WarmUp() {
  absl::Time city_time = plan_.warm_up_start;
  RETURN_IF_ERROR(DriveClock(&city_time));
  while (city_time < plan_.start && !pacer_.stopped()) {
    city_time = std::min(plan_.start, city_time + options_.warm_up_step);
    RETURN_IF_ERROR(DriveClock(&city_time));
    RETURN_IF_ERROR(WriteUntil(city_time, options_.warm_up_thin));
    Report(/*warming_up=*/true);
  }
  return absl::OkStatus();
}

absl::Status Replayer::Play() {
  absl::Time last_tick = pacer_.Now();
  absl::Time clock_due = absl::InfinitePast();
  while (!pacer_.stopped()) {
    const absl::Time now = pacer_.Now();
    // After an outage the server's clock is where it held. The replay continues from there instead
    // of jumping: the duration of the outage is not made up for.
    const absl::Duration elapsed =
        std::min(now - std::exchange(last_tick, now), options_.hold_after);
    absl::Time city_time = std::min(plan_.end, written_ + elapsed * options_.speed);
    if (now >= clock_due || city_time == plan_.end) {
      RETURN_IF_ERROR(DriveClock(&city_time));
      clock_due = now + options_.clock_period;
    }
    city_time = std::min(plan_.end, city_time);  // the server's clock may have passed the end
    RETURN_IF_ERROR(WriteUntil(city_time, 1));
    Report(/*warming_up=*/false);
    if (written_ >= plan_.end) break;
    // The server's clock runs during the sleep: a whole tick could take it far past the end.
    // Rounded up, so that the end is reached.
    const absl::Duration to_end =
        absl::Ceil((plan_.end - written_) / options_.speed, absl::Milliseconds(1));
    const absl::Duration tick = std::min(options_.tick, to_end);
    if (!pacer_.Sleep(tick - std::min(tick, pacer_.Now() - now))) break;
  }
  return absl::OkStatus();
}

// Sets the clock to *city_time, or advances *city_time to the server's clock when that is ahead: it
// runs between two calls, and after a restart it is at the latest time that it can have reached.
absl::Status Replayer::DriveClock(absl::Time* city_time) {
  const absl::Time begin = pacer_.Now();
  int catch_ups = 0;
  while (true) {
    const auto set =
        Retry(pacer_, options_.retry, [&] { return port_.SetClock(RequestFor(*city_time)); });
    if (set.ok()) {
      *city_time = std::max(*city_time, FromProtoTime(set->city_time()));
      driven_ = *city_time;
      return absl::OkStatus();
    }
    const bool backwards = ErrorReason(set.status()) == runtime::kReasonClockBackwards;
    if (backwards && driven_ && ++catch_ups <= kCatchUpsMax) {
      const auto clock = Retry(pacer_, options_.retry, [&] { return port_.GetClock(); });
      if (!clock.ok()) return clock.status();
      *city_time = std::max(*city_time, FromProtoTime(clock->city_time()));
      continue;
    }
    // The remaining case is another replay, which may have just ended: the server keeps it as the
    // driver until it has sent nothing for a while.
    if (!absl::IsFailedPrecondition(set.status()) || backwards ||
        pacer_.Now() - begin >= options_.driver_wait_max) {
      return set.status();
    }
    if (!pacer_.Sleep(options_.clock_period)) return absl::CancelledError("stopped");
  }
}

SetClockRequest Replayer::RequestFor(absl::Time city_time) const {
  SetClockRequest request;
  request.set_mode(common::v1::CLOCK_MODE_REPLAY);
  *request.mutable_city_time() = ToProtoTime(city_time);
  request.set_speed(options_.speed);
  request.set_scenario(source_.description().id);
  request.set_loop_count(static_cast<int>(std::max<std::int64_t>(
      0, LoopOf(city_time - plan_.scenario_start, source_.description().length))));
  *request.mutable_hold_after() = google::protobuf::util::TimeUtil::MillisecondsToDuration(
      absl::ToInt64Milliseconds(options_.hold_after));
  request.set_driver_id(options_.driver_id);
  return request;
}

absl::Status Replayer::WriteUntil(absl::Time city_time, int thin) {
  const absl::Duration length = source_.description().length;
  while (written_ < city_time) {
    const absl::Time loop_start =
        plan_.scenario_start + length * LoopOf(written_ - plan_.scenario_start, length);
    const absl::Time to = std::min(city_time, loop_start + length);
    RETURN_IF_ERROR(WriteFrame(loop_start, written_, to, thin));
    written_ = to;
  }
  return absl::OkStatus();
}

absl::Status Replayer::WriteFrame(absl::Time loop_start, absl::Time from, absl::Time to, int thin) {
  due_.clear();
  source_.Frame(from - loop_start, to - loop_start, thin, &due_);
  ColumnsBuilder columns;
  for (const DueReading& reading : due_) {
    columns.Add(reading.measure, source_.measures()[reading.measure], loop_start + reading.at,
                reading.value, reading.quality);
    if (columns.size() < sender_.batch_rows_max()) continue;
    RETURN_IF_ERROR(sender_.Send(columns.Take()).status());
  }
  if (columns.size() == 0) return absl::OkStatus();
  return sender_.Send(columns.Take()).status();
}

absl::Status Replayer::Release() {
  SetClockRequest request;
  request.set_mode(common::v1::CLOCK_MODE_WALL);
  request.set_driver_id(options_.driver_id);
  return port_.SetClock(request).status();
}

// Without this the clock would run on for hold_after, past the last reading.
absl::Status Replayer::Hold() {
  if (!driven_) return absl::OkStatus();
  SetClockRequest request = RequestFor(std::max(written_, *driven_));
  *request.mutable_hold_after() = google::protobuf::util::TimeUtil::MillisecondsToDuration(1);
  const auto held = port_.SetClock(request);
  absl::Status status = held.status();
  // The clock has run since the last call: readings that became due meanwhile are still written.
  if (held.ok()) {
    status = WriteUntil(std::min(plan_.end, FromProtoTime(held->city_time())), 1);
  }
  // An unavailable server holds its clock by itself.
  return IsPassing(status) ? absl::OkStatus() : status;
}

void Replayer::Report(bool warming_up) {
  on_progress_({.warming_up = warming_up,
                .city_time = written_,
                .speed = options_.speed,
                .sent = sender_.counts()});
}

}  // namespace citylayers::replay
