// What people read: grades, headlines and advice of alerts in Vietnamese and English.
#ifndef CITYLAYERS_SERVICES_ALERTS_WORDS_H_
#define CITYLAYERS_SERVICES_ALERTS_WORDS_H_

#include "services/alerts/rule_engine.h"
#include "storage/alerts/alert_record.h"

namespace citylayers::alerts {

/// What a tier of a rule means.
struct Grade {
  int level = 0;  ///< báo động 1 to 3, depth class 1 to 4, jam tier 1 to 3.
  storage::AlertSeverity severity = storage::AlertSeverity::kMinor;
  bool immediate = false;  ///< Act now, rather than soon.
};

/// REQUIRES: tier >= 1. Tiers past the rule's last count as the last.
Grade GradeOf(storage::AlertKind kind, int tier);

/// The texts of an alert.
struct Words {
  storage::Localized event;  ///< "Triều cường".
  storage::Localized headline;
  storage::Localized description;  ///< With the value at this moment.
  storage::Localized instruction;
  storage::Localized area;
};

/// Texts for a subject at a tier; tier 0: for its end. Numbers have a decimal comma in Vietnamese.
Words WordsFor(const Finding& finding, int tier);

/// What is known of an alert's subject when nothing newer is: no threshold, and no length.
Finding FindingOf(const storage::AlertRecord& alert);

/// For an alert that ends while its condition may last: says that the alert is over, and not that
/// the water is gone.
Words EndedWords(const storage::AlertRecord& alert);

/// Why a rule did what it did, in English, for the audit trail: "1.62 m, at or over 1.60 m".
std::string ReasonFor(const Transition& transition);

}  // namespace citylayers::alerts

#endif  // CITYLAYERS_SERVICES_ALERTS_WORDS_H_
