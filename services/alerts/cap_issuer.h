// Issues the CAP messages of alerts.
#ifndef CITYLAYERS_SERVICES_ALERTS_CAP_ISSUER_H_
#define CITYLAYERS_SERVICES_ALERTS_CAP_ISSUER_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "services/alerts/alert_cap.h"
#include "services/alerts/alert_text.h"
#include "services/cap/cap.h"
#include "storage/alerts/alert_store.h"

namespace citylayers::alerts {

/// Builds the next message of an alert, with references to the earlier ones, and keeps what the
/// following messages need: the last kReferencesMax references of each active alert. They are read
/// from the store once after a start, not for each message. Not thread-safe.
class CapIssuer {
 public:
  /// `store` must outlive this.
  CapIssuer(storage::AlertStore& store, CapOptions options)
      : store_(store), options_(std::move(options)) {}

  /// For an alert that the store had at the start. A message that cannot be read counts as never
  /// sent, so that the alert is renewed at once.
  void Restore(const storage::AlertRecord& alert);

  /// True when the alert's last message has used three quarters of its validity at city time `now`.
  /// Outages have no messages.
  bool IsRenewalDue(const storage::AlertRecord& alert, absl::Time now) const;

  /// The message for `alert`, the record after its change, whose `cap_ids` it extends. nullopt when
  /// none is to be sent: outages are for operators, and the public need not receive the end of an
  /// alert for which no message was sent. `issued`: messages of this write so far; they make the
  /// identifier unique. INVALID_ARGUMENT: the message breaks a rule of CAP. DATA_LOSS, NOT_FOUND:
  /// an earlier message cannot be read.
  absl::StatusOr<std::optional<storage::CapRecord>> Issue(const AlertText& text, absl::Time sent,
                                                          const std::string& scenario, int issued,
                                                          storage::AlertRecord& alert);

  /// Records that a message was stored.
  void Commit(const storage::CapRecord& cap);
  /// Drops what is kept of an alert that has ended.
  void Forget(std::uint64_t alert_id) { chains_.erase(alert_id); }

 private:
  struct Chain {
    absl::Time sent = absl::InfinitePast();                 // city time of the last message
    std::optional<std::vector<cap::CapReference>> earlier;  // nullopt: not read from the store yet
  };

  absl::StatusOr<std::vector<cap::CapReference>> EarlierOf(const storage::AlertRecord& alert) const;

  storage::AlertStore& store_;
  const CapOptions options_;
  std::map<std::uint64_t, Chain> chains_;  // by alert
};

}  // namespace citylayers::alerts

#endif  // CITYLAYERS_SERVICES_ALERTS_CAP_ISSUER_H_
