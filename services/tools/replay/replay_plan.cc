#include "services/tools/replay/replay_plan.h"

#include <algorithm>
#include <string>

#include "base/city_zone.h"
#include "base/strings.h"

namespace citylayers::replay {
namespace {

const absl::Duration kDay = absl::Hours(24);

std::string Local(absl::Time time) {
  return absl::FormatTime("%Y-%m-%d %H:%M:%S", time, CityZone());
}

absl::Duration TimeOfDay(absl::Duration offset) {
  absl::Duration rest;
  absl::IDivDuration(offset, kDay, &rest);
  return rest;
}

absl::Time MidnightOf(absl::CivilDay day) { return absl::FromCivil(day, CityZone()); }

}  // namespace

absl::StatusOr<Moment> ParseMoment(std::string_view text) {
  const std::string copy(text);
  absl::Time time;
  std::string error;
  if (absl::ParseTime(absl::RFC3339_full, copy, &time, &error)) {
    return Moment{.exact = time, .time_of_day = absl::ZeroDuration()};
  }
  for (const char* format : {"%H:%M", "%H:%M:%S"}) {
    if (!absl::ParseTime(format, copy, absl::UTCTimeZone(), &time, &error)) continue;
    const absl::TimeZone::CivilInfo parts = absl::UTCTimeZone().At(time);
    return Moment{.exact = std::nullopt,
                  .time_of_day = absl::Hours(parts.cs.hour()) + absl::Minutes(parts.cs.minute()) +
                                 absl::Seconds(parts.cs.second())};
  }
  return absl::InvalidArgumentError(
      StrCat("\"", text, "\" is not a time; write 16:30 or 2022-10-10T16:30:00+07:00"));
}

absl::StatusOr<ReplayPlan> MakePlan(const ScenarioDescription& scenario,
                                    const PlanRequest& request) {
  ReplayPlan plan;
  plan.scenario_start = MidnightOf(scenario.first_day);
  if (request.start && request.start->exact) {
    plan.start = *request.start->exact;
    if (plan.start < request.not_before) {
      return absl::FailedPreconditionError(StrCat(
          "the city clock is already at ", Local(request.not_before),
          " and never runs backwards; start later than that, or use a fresh data directory"));
    }
    if (plan.start < plan.scenario_start || plan.start >= plan.scenario_start + scenario.length) {
      plan.scenario_start = MidnightOf(absl::ToCivilDay(plan.start, CityZone()));
    }
  } else {
    const absl::Duration default_day = scenario.default_start - TimeOfDay(scenario.default_start);
    const absl::Duration time_of_day =
        request.start ? request.start->time_of_day : TimeOfDay(scenario.default_start);
    plan.start = plan.scenario_start + default_day + time_of_day;
    if (plan.start < request.not_before) {
      absl::Duration rest;
      const std::int64_t days = absl::IDivDuration(
          request.not_before - plan.start + kDay - absl::Nanoseconds(1), kDay, &rest);
      plan.start += kDay * days;
      const std::int64_t loops =
          absl::IDivDuration(plan.start - plan.scenario_start, scenario.length, &rest);
      plan.scenario_start += scenario.length * loops;
    }
  }
  plan.warm_up_start =
      std::min(plan.start, std::max(plan.start - request.warm_up, request.not_before));
  plan.end = request.loop ? absl::InfiniteFuture() : plan.scenario_start + scenario.length;
  if (request.until) {
    plan.end = request.until->exact.value_or(MidnightOf(absl::ToCivilDay(plan.start, CityZone())) +
                                             request.until->time_of_day);
    if (!request.until->exact && plan.end <= plan.start) plan.end += kDay;
  }
  if (plan.end <= plan.start) {
    return absl::InvalidArgumentError(
        StrCat("--until ", Local(plan.end), " is not after the start, ", Local(plan.start)));
  }
  return plan;
}

}  // namespace citylayers::replay
