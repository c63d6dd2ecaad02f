// A change of an alert that a rule proposes.
#ifndef CITYLAYERS_SERVICES_ALERTS_RULES_TRANSITION_H_
#define CITYLAYERS_SERVICES_ALERTS_RULES_TRANSITION_H_

#include <cstdint>

#include "services/alerts/rules/finding.h"
#include "storage/alerts/alert_record.h"

namespace citylayers::alerts {

/// A proposed change. It is proposed again at each evaluation until it is committed.
struct Transition {
  enum class Type { kRaise, kEscalate, kEase, kResolve, kForget };
  Type type = Type::kRaise;  ///< kForget: only `state` changes, no alert does.
  Finding finding;
  int tier = 0;                    ///< After it; 0 for kResolve and kForget.
  std::uint64_t alert_id = 0;      ///< The alert it changes; 0 for kRaise and kForget.
  storage::RuleStateRecord state;  ///< To be stored with it; for kRaise without the alert's id.
};

}  // namespace citylayers::alerts

#endif  // CITYLAYERS_SERVICES_ALERTS_RULES_TRANSITION_H_
