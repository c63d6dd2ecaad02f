#include "services/alerts/alert_book.h"

#include <utility>

#include "absl/strings/str_cat.h"

#include "base/status_macros.h"
#include "services/alerts/alert_life_cycle.h"

namespace citylayers::alerts {
namespace {

using storage::AlertChange;
using storage::AlertRecord;
using storage::AlertState;
using storage::CapRecord;

constexpr absl::Duration kCapListedAfterEnd = absl::Hours(24);

}  // namespace

absl::StatusOr<AlertRecord> AlertBook::Get(std::uint64_t id) const {
  ASSIGN_OR_RETURN(const AlertRecord stored, store_.GetAlert(id));
  return Latest(stored);
}

absl::StatusOr<AlertRecord> AlertBook::GetUnresolved(std::uint64_t id) const {
  ASSIGN_OR_RETURN(AlertRecord alert, Get(id));
  if (alert.state == AlertState::kResolved) {
    return absl::FailedPreconditionError(
        absl::StrCat("alerts/", id, " is resolved already: nothing is left to do"));
  }
  return alert;
}

AlertRecord AlertBook::Latest(const AlertRecord& stored) const {
  const absl::MutexLock lock(&mutex_);
  const auto it = active_.find(stored.id);
  return it == active_.end() ? stored : it->second;
}

absl::StatusOr<AlertPage> AlertBook::List(const Filter& filter, std::uint64_t before_id,
                                          int page_size) const {
  AlertPage page;
  bool has_more = false;
  RETURN_IF_ERROR(store_.ScanAlerts(before_id, [&](const AlertRecord& stored) {
    AlertRecord alert = Latest(stored);
    if (!MatchesAlert(filter, alert)) return true;
    // One match beyond the page size shows that there is another page.
    has_more = page.alerts.size() == static_cast<std::size_t>(page_size);
    if (!has_more) page.alerts.push_back(std::move(alert));
    return !has_more;
  }));
  if (has_more) page.next_before_id = page.alerts.back().id;
  return page;
}

absl::StatusOr<std::vector<storage::AlertEventRecord>> AlertBook::ListEvents(
    std::uint64_t id) const {
  return store_.ListEvents(id);
}

absl::StatusOr<CapRecord> AlertBook::GetCap(const std::string& cap_id) const {
  return store_.GetCap(cap_id);
}

absl::StatusOr<CapList> AlertBook::ListCaps(int page_size, const EvaluationTime& time) const {
  CapList list;
  std::map<std::uint64_t, bool> is_listed;
  std::size_t scanned = 0;
  RETURN_IF_ERROR(store_.ScanCaps([&](const CapRecord& cap) {
    list.is_scan_ended = ++scanned > caps_scanned_max_;
    if (list.is_scan_ended) return false;
    if (cap.exercise != time.exercise) return true;
    auto it = is_listed.find(cap.alert_id);
    if (it == is_listed.end()) {
      const auto alert = store_.GetAlert(cap.alert_id);
      const bool listed = alert.ok() && (alert->state != AlertState::kResolved ||
                                         time.city - alert->resolve_time <= kCapListedAfterEnd);
      it = is_listed.emplace(cap.alert_id, listed).first;
    }
    if (!it->second) return true;
    list.has_more = list.caps.size() == static_cast<std::size_t>(page_size);
    if (!list.has_more) list.caps.push_back(cap);
    return !list.has_more;
  }));
  return list;
}

std::size_t AlertBook::active_count() const {
  const absl::MutexLock lock(&mutex_);
  return active_.size();
}

std::vector<AlertRecord> AlertBook::FindActive(
    absl::FunctionRef<bool(const AlertRecord&)> wanted) const {
  const absl::MutexLock lock(&mutex_);
  std::vector<AlertRecord> alerts;
  for (const auto& [id, alert] : active_) {
    if (wanted(alert)) alerts.push_back(alert);
  }
  return alerts;
}

std::vector<std::string> AlertBook::silent_subjects() const {
  const absl::MutexLock lock(&mutex_);
  return silent_subjects_;
}

std::vector<DataGap> AlertBook::data_gaps() const {
  const absl::MutexLock lock(&mutex_);
  return data_gaps_;
}

std::vector<AlertRecord> AlertBook::Apply(absl::Span<const AlertChange> changes) {
  const absl::MutexLock lock(&mutex_);
  std::vector<AlertRecord> changed;
  for (const AlertChange& change : changes) {
    if (!change.alert.has_value()) continue;
    changed.push_back(*change.alert);
    if (change.alert->state == AlertState::kResolved) {
      active_.erase(change.alert->id);
    } else {
      active_[change.alert->id] = *change.alert;
    }
  }
  return changed;
}

AlertBook::ValueChanges AlertBook::FollowValues(absl::Span<const LiveValue> values,
                                                absl::Span<const SilentSubject> silent,
                                                absl::Time city_now) {
  const absl::MutexLock lock(&mutex_);
  ValueChanges changes;
  for (const LiveValue& live : values) {
    const auto it = active_.find(live.alert_id);
    if (it == active_.end()) continue;
    AlertRecord& alert = it->second;
    const double peak_before = alert.peak_value;
    if (FollowFinding(live.finding, alert)) changes.visible.push_back(alert);
    if (alert.peak_value != peak_before) changes.peaks.insert(alert.id);
  }
  FollowSilence(silent, city_now, changes.visible);
  return changes;
}

void AlertBook::FollowSilence(absl::Span<const SilentSubject> silent, absl::Time city_now,
                              std::vector<AlertRecord>& visible) {
  std::map<std::uint64_t, absl::Time> data_times;  // By alert.
  silent_subjects_.clear();
  for (const SilentSubject& subject : silent) {
    data_times[subject.alert_id] = subject.data_time;
    silent_subjects_.push_back(subject.subject);
  }
  for (auto& [id, alert] : active_) {
    const auto it = data_times.find(id);
    const bool is_silent = it != data_times.end();
    const bool was_silent = alert.silent_since != absl::InfiniteFuture();
    if (is_silent == was_silent) continue;
    if (!is_silent) {
      alert.silent_since = absl::InfiniteFuture();
    } else {
      // After a restart the time of the last data is unknown: take the present time.
      alert.silent_since = it->second == absl::InfinitePast() ? city_now : it->second;
    }
    visible.push_back(alert);
  }
}

void AlertBook::Load(std::vector<AlertRecord> active) {
  const absl::MutexLock lock(&mutex_);
  for (AlertRecord& alert : active) {
    const std::uint64_t id = alert.id;
    active_[id] = std::move(alert);
  }
}

void AlertBook::SetDataGaps(std::vector<DataGap> gaps) {
  const absl::MutexLock lock(&mutex_);
  data_gaps_ = std::move(gaps);
}

}  // namespace citylayers::alerts
