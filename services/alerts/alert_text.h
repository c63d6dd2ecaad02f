// Texts of alerts in Vietnamese and English: headlines, descriptions and advice.
#ifndef CITYLAYERS_SERVICES_ALERTS_ALERT_TEXT_H_
#define CITYLAYERS_SERVICES_ALERTS_ALERT_TEXT_H_

#include "services/alerts/rules/transition.h"
#include "storage/alerts/alert_record.h"

namespace citylayers::alerts {

/// Severity, urgency and level of a rule's tier.
struct Grade {
  int level = 0;  ///< báo động 1 to 3, depth class 1 to 4, jam tier 1 to 3.
  storage::AlertSeverity severity = storage::AlertSeverity::kMinor;
  bool immediate = false;  ///< Urgency Immediate rather than Expected.
};

/// REQUIRES: tier >= 1. A tier above the rule's last counts as the last.
Grade GradeOf(storage::AlertKind kind, int tier);

/// The texts of an alert.
struct AlertText {
  storage::Localized event;  ///< "Triều cường".
  storage::Localized headline;
  storage::Localized description;  ///< With the present value.
  storage::Localized instruction;
  storage::Localized area;
};

/// Texts for a subject at a tier; tier 0: for its end. Vietnamese numbers have a decimal comma.
AlertText TextFor(const Finding& finding, int tier);

/// The finding to use when there is no newer one: without threshold and length.
Finding FindingOf(const storage::AlertRecord& alert);

/// For an alert that ends while its condition may last: states that the alert is over, and not that
/// the water is gone.
AlertText EndedText(const storage::AlertRecord& alert);

/// Reason of a transition in English, for the audit trail: "1.62 m, at or over 1.60 m".
std::string ReasonFor(const Transition& transition);

}  // namespace citylayers::alerts

#endif  // CITYLAYERS_SERVICES_ALERTS_ALERT_TEXT_H_
