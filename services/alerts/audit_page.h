// Verification of many audit trails in pages.
#ifndef CITYLAYERS_SERVICES_ALERTS_AUDIT_PAGE_H_
#define CITYLAYERS_SERVICES_ALERTS_AUDIT_PAGE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"

#include "storage/alerts/alert_store.h"

namespace citylayers::alerts {

/// The trails to verify: from a position in the trail of one alert to the end of that of another.
struct AuditRange {
  storage::TrailPosition first{.alert_id = 1};
  std::uint64_t last_alert_id = 0;  ///< Less than the first: none.
};

/// A page holds at least one event or one trail, so that each call makes progress.
struct AuditLimits {
  std::size_t trails_max = 1000;
  std::size_t events_max = 10'000;
};

struct AuditPage {
  std::vector<storage::TrailCheck> trails;  ///< In the order of the ids. Damaged ones are included.
  std::size_t events_checked = 0;
  std::optional<storage::TrailPosition> next;  ///< nullopt: the range has been verified.
};

/// Verifies trails until a limit is reached. Ids are given out without gaps, so that an alert of
/// the range that does not exist is damage. Errors: the store's, except damage and missing alerts.
absl::StatusOr<AuditPage> VerifyAuditTrails(const storage::AlertStore& store,
                                            const AuditRange& range, const AuditLimits& limits);

/// A position as one number, for page tokens: never 0. An alert's id has up to 36 bits, a line's
/// sequence up to 28.
std::uint64_t NumberOf(const storage::TrailPosition& position);
storage::TrailPosition PositionOf(std::uint64_t number);

}  // namespace citylayers::alerts

#endif  // CITYLAYERS_SERVICES_ALERTS_AUDIT_PAGE_H_
