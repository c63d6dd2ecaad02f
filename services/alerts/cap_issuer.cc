#include "services/alerts/cap_issuer.h"

#include <algorithm>
#include <utility>

#include "base/status_macros.h"

namespace citylayers::alerts {

using storage::AlertKind;
using storage::AlertRecord;
using storage::AlertState;
using storage::CapRecord;

namespace {

constexpr double kRenewedAt = 0.75;  // of the validity

}  // namespace

void CapIssuer::Restore(const AlertRecord& alert) {
  Chain& chain = chains_[alert.id];
  if (alert.cap_ids.empty()) return;
  const absl::StatusOr<CapRecord> last = store_.GetCap(alert.cap_ids.back());
  if (last.ok()) chain.sent = last->sent_time;
}

bool CapIssuer::IsRenewalDue(const AlertRecord& alert, absl::Time now) const {
  if (alert.kind == AlertKind::kOutage) return false;
  const auto chain = chains_.find(alert.id);
  const absl::Time sent = chain == chains_.end() ? absl::InfinitePast() : chain->second.sent;
  return now - sent >= CapValidity(options_, alert.kind) * kRenewedAt;
}

absl::StatusOr<std::optional<CapRecord>> CapIssuer::Issue(const AlertText& text, absl::Time sent,
                                                          const std::string& scenario, int issued,
                                                          AlertRecord& alert) {
  if (alert.kind == AlertKind::kOutage) return std::nullopt;
  if (alert.state == AlertState::kResolved && alert.cap_ids.empty()) return std::nullopt;
  ASSIGN_OR_RETURN(std::vector<cap::CapReference> earlier, EarlierOf(alert));
  const std::string cap_id = store_.NextCapId(issued);
  const cap::CapMessage message = MakeCap(options_, alert, text, cap_id, earlier, sent, scenario);
  ASSIGN_OR_RETURN(std::string xml, cap::WriteCap(message));
  // Kept although the write may fail: the references are those of messages that were stored.
  chains_[alert.id].earlier = std::move(earlier);
  alert.cap_ids.push_back(cap_id);
  return CapRecord{.cap_id = cap_id,
                   .alert_id = alert.id,
                   .message_type = message.msg_type,
                   .sent_time = sent,
                   .exercise = alert.exercise,
                   .headline = text.headline,
                   .xml = std::move(xml)};
}

void CapIssuer::Commit(const CapRecord& cap) {
  Chain& chain = chains_[cap.alert_id];
  chain.sent = cap.sent_time;
  if (!chain.earlier.has_value()) return;
  chain.earlier->push_back({options_.sender, cap.cap_id, cap.sent_time});
  if (chain.earlier->size() > kReferencesMax) chain.earlier->erase(chain.earlier->begin());
}

absl::StatusOr<std::vector<cap::CapReference>> CapIssuer::EarlierOf(
    const AlertRecord& alert) const {
  const auto chain = chains_.find(alert.id);
  if (chain != chains_.end() && chain->second.earlier.has_value()) return *chain->second.earlier;
  std::vector<cap::CapReference> earlier;
  const std::size_t count = std::min(alert.cap_ids.size(), kReferencesMax);
  for (auto id = alert.cap_ids.end() - static_cast<std::ptrdiff_t>(count);
       id != alert.cap_ids.end(); ++id) {
    ASSIGN_OR_RETURN(const CapRecord cap, store_.GetCap(*id));
    earlier.push_back({options_.sender, *id, cap.sent_time});
  }
  return earlier;
}

}  // namespace citylayers::alerts
