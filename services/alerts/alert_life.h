// Pure functions that create and update the record of an alert.
#ifndef CITYLAYERS_SERVICES_ALERTS_ALERT_LIFE_H_
#define CITYLAYERS_SERVICES_ALERTS_ALERT_LIFE_H_

#include <cstdint>
#include <string>

#include "services/alerts/moment.h"
#include "services/alerts/rules/transition.h"
#include "storage/alerts/alert_record.h"

namespace citylayers::alerts {

/// A new alert, without tier, texts and messages.
storage::AlertRecord NewAlert(const Transition& transition, uint64_t id, const Moment& moment);

/// Copies place and value of the subject into the alert. Returns true when the displayed value
/// changed.
bool FollowFinding(const Finding& finding, storage::AlertRecord& alert);

void EndAlert(storage::AlertRecord& alert, const Moment& moment);

/// The event type of a transition in the audit trail. REQUIRES: not kForget.
storage::AlertEventType EventOf(Transition::Type type);

/// An event of the audit trail; the store numbers and chains it. `level`: the alert's level after
/// it.
storage::AlertEventRecord AuditLine(storage::AlertEventType type, const Moment& moment,
                                    std::string actor, std::string comment, int level);

}  // namespace citylayers::alerts

#endif  // CITYLAYERS_SERVICES_ALERTS_ALERT_LIFE_H_
