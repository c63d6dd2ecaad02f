// The start and end of a replay in city time.
#ifndef CITYLAYERS_SERVICES_TOOLS_REPLAY_REPLAY_PLAN_H_
#define CITYLAYERS_SERVICES_TOOLS_REPLAY_REPLAY_PLAN_H_

#include <optional>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "services/tools/replay/scenario_source.h"

namespace citylayers::replay {

/// A time in the form that the user gives: "16:30" (a time of day in the city), or with
/// a date ("2022-10-10T16:30:00+07:00").
struct Moment {
  std::optional<absl::Time> exact;
  absl::Duration time_of_day;  // when there is no date
};

/// INVALID_ARGUMENT: neither HH:MM nor RFC 3339.
absl::StatusOr<Moment> ParseMoment(std::string_view text);

/// Times that the user requests.
struct PlanRequest {
  std::optional<Moment> start;  // unset: the scenario's default
  std::optional<Moment> until;  // unset: the scenario's end
  bool loop = false;
  absl::Duration warm_up = absl::Hours(3);
  /// The city time before which no reading may be played: the time of a replayed
  /// clock, or InfinitePast.
  absl::Time not_before = absl::InfinitePast();
};

/// City times of one run. warm_up_start <= start < end.
struct ReplayPlan {
  absl::Time scenario_start;  // local midnight at which the scenario's first day begins
  absl::Time warm_up_start;
  absl::Time start;
  absl::Time end;  // InfiniteFuture with loop and no `until`
};

/// City time never runs backwards. So a start before `not_before` is moved: by whole days, and past
/// the scenario's last day by its whole length, like a loop. FAILED_PRECONDITION: a start with a
/// date lies before `not_before`. INVALID_ARGUMENT: `until` is not after the start.
absl::StatusOr<ReplayPlan> MakePlan(const ScenarioDescription& scenario,
                                    const PlanRequest& request);

}  // namespace citylayers::replay

#endif  // CITYLAYERS_SERVICES_TOOLS_REPLAY_REPLAY_PLAN_H_
