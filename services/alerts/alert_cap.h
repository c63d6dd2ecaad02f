// Builds the CAP message for a change of an alert.
#ifndef CITYLAYERS_SERVICES_ALERTS_ALERT_CAP_H_
#define CITYLAYERS_SERVICES_ALERTS_ALERT_CAP_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"

#include "services/alerts/alert_text.h"
#include "services/cap/cap.h"
#include "storage/alerts/alert_record.h"

namespace citylayers::alerts {

/// A message that is renewed for days need not reference all earlier ones: receivers keep the last.
inline constexpr std::size_t kReferencesMax = 20;

/// Sender and validity of CAP messages.
struct CapOptions {
  std::string sender = "alerts@citylayers.example";  ///< An address in the city's own domain.
  std::string sender_name = "citylayers – Thành phố Hồ Chí Minh";
  absl::Duration stage_valid = absl::Hours(6);  ///< About half a tidal cycle.
  absl::Duration street_valid = absl::Hours(3);
  absl::Duration jam_valid = absl::Hours(1);
};

/// INVALID_ARGUMENT: the sender has a space, a comma, < or &, or a validity is not positive.
absl::Status CheckCapOptions(const CapOptions& options);

/// Validity of a message for this kind of alert. The message is renewed before it expires.
absl::Duration CapValidity(const CapOptions& options, storage::AlertKind kind);

/// Builds a message of type Alert when `earlier` is empty, Cancel when the alert is resolved, else
/// Update. Its status is Exercise when a replay raised the alert, else Actual. The headlines of an
/// exercise are marked as such, and its note names the replay's `scenario` where that is known.
/// `alert` is the alert after the change, `text` is its text after the change; `sent` is city
/// time.
cap::CapMessage MakeCap(const CapOptions& options, const storage::AlertRecord& alert,
                        const AlertText& text, const std::string& identifier,
                        const std::vector<cap::CapReference>& earlier, absl::Time sent,
                        const std::string& scenario = "");

}  // namespace citylayers::alerts

#endif  // CITYLAYERS_SERVICES_ALERTS_ALERT_CAP_H_
