#include "services/alerts/audit_page.h"

#include <utility>

namespace citylayers::alerts {
namespace {

using storage::TrailCheck;
using storage::TrailPosition;

constexpr int kSequenceBits = 28;

}  // namespace

absl::StatusOr<AuditPage> VerifyAuditTrails(const storage::AlertStore& store,
                                            const AuditRange& range, const AuditLimits& limits) {
  AuditPage page;
  TrailPosition at = range.first;
  while (at.alert_id <= range.last_alert_id) {
    if (page.trails.size() >= limits.trails_max || page.events_checked >= limits.events_max) {
      page.next = at;
      return page;
    }
    absl::StatusOr<TrailCheck> check =
        store.VerifyTrail(at, limits.events_max - page.events_checked);
    if (absl::IsNotFound(check.status())) {
      check = TrailCheck{.alert_id = at.alert_id,
                         .is_complete = true,
                         .damage = {.sequence = 0, .reason = "the alert is missing"}};
    }
    if (!check.ok()) return check.status();
    page.events_checked += check->events_checked;
    at = check->is_complete ? TrailPosition{.alert_id = at.alert_id + 1}
                            : TrailPosition{at.alert_id, check->last_sequence};
    page.trails.push_back(*std::move(check));
  }
  return page;
}

std::uint64_t NumberOf(const TrailPosition& position) {
  return position.alert_id << kSequenceBits | position.sequence;
}

TrailPosition PositionOf(std::uint64_t number) {
  return {.alert_id = number >> kSequenceBits,
          .sequence = static_cast<std::uint32_t>(number & ((1U << kSequenceBits) - 1))};
}

}  // namespace citylayers::alerts
