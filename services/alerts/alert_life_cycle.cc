#include "services/alerts/alert_life_cycle.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace citylayers::alerts {

using storage::AlertEventRecord;
using storage::AlertEventType;
using storage::AlertKind;
using storage::AlertRecord;
using storage::AlertState;

AlertEventType EventOf(Transition::Type type) {
  switch (type) {
    case Transition::Type::kRaise:
      return AlertEventType::kRaised;
    case Transition::Type::kEscalate:
      return AlertEventType::kEscalated;
    case Transition::Type::kEase:
      return AlertEventType::kEased;
    case Transition::Type::kResolve:
    case Transition::Type::kForget:
      break;
  }
  return AlertEventType::kResolved;
}

AlertEventRecord AuditLine(AlertEventType type, const EvaluationTime& time, std::string actor,
                           std::string comment, int level) {
  return {.type = type,
          .event_time = time.city,
          .write_time = time.wall,
          .actor = std::move(actor),
          .comment = std::move(comment),
          .level = level};
}

void SetTier(int tier, const AlertText& text, AlertRecord& alert) {
  const Grade grade = GradeOf(alert.kind, tier);
  alert.tier = tier;
  alert.level = grade.level;
  alert.severity = grade.severity;
  alert.worst_level = std::max(alert.worst_level, grade.level);
  alert.worst_severity = std::max(alert.worst_severity, grade.severity);
  alert.headline = text.headline;
  alert.instruction = text.instruction;
}

storage::CityMode ModeOf(bool is_exercise) {
  return is_exercise ? storage::CityMode::kExercise : storage::CityMode::kReal;
}

void EndAlert(AlertRecord& alert, const EvaluationTime& time) {
  alert.state = AlertState::kResolved;
  alert.resolve_time = alert.update_time = time.city;
}

bool FollowFinding(const Finding& finding, AlertRecord& alert) {
  const double steps_per_unit = alert.kind == AlertKind::kJam ? 1 : 100;  // km/h, cm
  const bool visible =
      std::round(finding.value * steps_per_unit) != std::round(alert.value * steps_per_unit);
  const bool low_is_bad = alert.kind == AlertKind::kJam;
  alert.value = finding.value;
  const double worst = finding.worst.value_or(finding.value);
  alert.peak_value =
      low_is_bad ? std::min(alert.peak_value, worst) : std::max(alert.peak_value, worst);
  if (finding.radius_m > 0) {
    alert.location = finding.location;
    alert.radius_m = finding.radius_m;
  }
  return visible;
}

AlertRecord NewAlert(const Transition& transition, std::uint64_t id, const EvaluationTime& time) {
  const Finding& finding = transition.finding;
  return {.id = id,
          .rule = finding.rule,
          .subject = finding.subject,
          .kind = finding.kind,
          .place = finding.place,
          .location = finding.location,
          .radius_m = finding.radius_m,
          .peak_value = finding.value,
          .value = finding.value,
          .unit = finding.kind == AlertKind::kJam      ? "km/h"
                  : finding.kind == AlertKind::kOutage ? ""
                                                       : "m",
          .create_time = time.city,
          .update_time = time.city,
          .exercise = time.exercise};
}

}  // namespace citylayers::alerts
