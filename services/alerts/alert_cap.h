// The CAP message for what happened to an alert.
#ifndef CITYLAYERS_SERVICES_ALERTS_ALERT_CAP_H_
#define CITYLAYERS_SERVICES_ALERTS_ALERT_CAP_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"

#include "services/alerts/words.h"
#include "services/cap/cap.h"
#include "storage/alerts/alert_record.h"

namespace citylayers::alerts {

/// Who speaks, and for how long a message is good.
struct CapOptions {
  std::string sender = "alerts@citylayers.example";  ///< Of the city's own domain.
  std::string sender_name = "citylayers – Thành phố Hồ Chí Minh";
  absl::Duration stage_valid = absl::Hours(6);  ///< Half a tide.
  absl::Duration street_valid = absl::Hours(3);
  absl::Duration jam_valid = absl::Hours(1);
};

/// INVALID_ARGUMENT: the sender has a space, a comma, < or &, or a validity is not positive.
absl::Status CheckCapOptions(const CapOptions& options);

/// How long a message about this kind of alert is good for. It is renewed before that.
absl::Duration CapValidity(const CapOptions& options, storage::AlertKind kind);

/// Alert when `earlier` is empty, Cancel when the alert is resolved, else Update. Its status is
/// Exercise when a replay raised the alert, else Actual; an exercise says so in its headlines, and
/// its note names the replay's `scenario` where that is known.
/// `alert` is as it is after the change, `words` are its texts now; `sent` is city time.
cap::CapMessage MakeCap(const CapOptions& options, const storage::AlertRecord& alert,
                        const Words& words, const std::string& identifier,
                        const std::vector<cap::CapReference>& earlier, absl::Time sent,
                        const std::string& scenario = "");

}  // namespace citylayers::alerts

#endif  // CITYLAYERS_SERVICES_ALERTS_ALERT_CAP_H_
