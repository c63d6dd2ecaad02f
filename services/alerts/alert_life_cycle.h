// Pure functions that create and update the record of an alert.
#ifndef CITYLAYERS_SERVICES_ALERTS_ALERT_LIFE_CYCLE_H_
#define CITYLAYERS_SERVICES_ALERTS_ALERT_LIFE_CYCLE_H_

#include <cstdint>
#include <string>

#include "services/alerts/alert_text.h"
#include "services/alerts/evaluation_time.h"
#include "services/alerts/rules/transition.h"
#include "storage/alerts/alert_record.h"

namespace citylayers::alerts {

/// A new alert, without tier, texts and messages.
storage::AlertRecord NewAlert(const Transition& transition, std::uint64_t id,
                              const EvaluationTime& time);

/// Copies place and value of the subject into the alert. Returns true when the displayed value
/// changed.
bool FollowFinding(const Finding& finding, storage::AlertRecord& alert);

/// Sets the tier with its level, severity and texts; `worst_level` and `worst_severity` never fall.
void SetTier(int tier, const AlertText& text, storage::AlertRecord& alert);

void EndAlert(storage::AlertRecord& alert, const EvaluationTime& time);

/// The actor of changes that no operator made.
inline constexpr char kSystemActor[] = "system";

storage::CityMode ModeOf(bool is_exercise);

/// The event type of a transition in the audit trail. REQUIRES: not kForget.
storage::AlertEventType EventOf(Transition::Type type);

/// An event of the audit trail; the store numbers and chains it. `level`: the alert's level after
/// it.
storage::AlertEventRecord AuditLine(storage::AlertEventType type, const EvaluationTime& time,
                                    std::string actor, std::string comment, int level);

}  // namespace citylayers::alerts

#endif  // CITYLAYERS_SERVICES_ALERTS_ALERT_LIFE_CYCLE_H_
