// Read methods of the alert desk: get, list, CAP messages.
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"

#include "base/status_macros.h"
#include "services/alerts/alert_desk.h"

namespace citylayers::alerts {
namespace {

using storage::AlertRecord;
using storage::AlertState;
using storage::CapRecord;

constexpr absl::Duration kCapListedAfterEnd = absl::Hours(24);

}  // namespace

absl::StatusOr<AlertRecord> AlertDesk::FindUnresolved(uint64_t id) const {
  ASSIGN_OR_RETURN(AlertRecord alert, Get(id));
  if (alert.state == AlertState::kResolved) {
    return absl::FailedPreconditionError(
        absl::StrCat("alerts/", id, " is resolved already: nothing is left to do"));
  }
  return alert;
}

AlertRecord AlertDesk::Latest(const AlertRecord& stored) const {
  const absl::MutexLock lock(&state_mutex_);
  const auto it = active_.find(stored.id);
  return it == active_.end() ? stored : it->second;
}

absl::StatusOr<AlertRecord> AlertDesk::Get(uint64_t id) const {
  ASSIGN_OR_RETURN(const AlertRecord stored, store_.GetAlert(id));
  return Latest(stored);
}

absl::StatusOr<AlertPage> AlertDesk::List(const Filter& filter, uint64_t before_id,
                                          int page_size) const {
  AlertPage page;
  bool has_more = false;
  RETURN_IF_ERROR(store_.ScanAlerts(before_id, [&](const AlertRecord& stored) {
    AlertRecord alert = Latest(stored);
    if (!MatchesAlert(filter, alert)) return true;
    // One match beyond the page size shows that there is another page.
    has_more = page.alerts.size() == static_cast<size_t>(page_size);
    if (!has_more) page.alerts.push_back(std::move(alert));
    return !has_more;
  }));
  if (has_more) page.next_before_id = page.alerts.back().id;
  return page;
}

absl::StatusOr<CapList> AlertDesk::ListCaps(int page_size, const Moment& moment) const {
  CapList list;
  std::map<uint64_t, bool> is_listed;
  size_t scanned = 0;
  RETURN_IF_ERROR(store_.ScanCaps([&](const CapRecord& cap) {
    list.is_scan_ended = ++scanned > options_.caps_scanned_max;
    if (list.is_scan_ended) return false;
    if (cap.exercise != moment.exercise) return true;
    auto it = is_listed.find(cap.alert_id);
    if (it == is_listed.end()) {
      const auto alert = store_.GetAlert(cap.alert_id);
      const bool listed = alert.ok() && (alert->state != AlertState::kResolved ||
                                         moment.city - alert->resolve_time <= kCapListedAfterEnd);
      it = is_listed.emplace(cap.alert_id, listed).first;
    }
    if (!it->second) return true;
    list.has_more = list.caps.size() == static_cast<size_t>(page_size);
    if (!list.has_more) list.caps.push_back(cap);
    return !list.has_more;
  }));
  return list;
}

std::vector<std::string> AlertDesk::silent_subjects() const {
  const absl::MutexLock lock(&state_mutex_);
  return silent_;
}

std::vector<DataGap> AlertDesk::data_gaps() const {
  const absl::MutexLock lock(&state_mutex_);
  return gaps_;
}

size_t AlertDesk::active_count() const {
  const absl::MutexLock lock(&state_mutex_);
  return active_.size();
}

}  // namespace citylayers::alerts
