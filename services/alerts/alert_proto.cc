#include "services/alerts/alert_proto.h"

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

#include "base/text.h"
#include "proto/support/enum_id.h"
#include "proto/support/proto_time.h"
#include "services/runtime/rpc/error_details.h"

namespace citylayers::alerts {
namespace {

void SetText(const storage::Localized& text, common::v1::LocalizedText* proto) {
  proto->set_vi(text.vi);
  proto->set_en(text.en);
}

// The stored numbers are those of the API, so that filter, store and client sort alike.
static_assert(static_cast<int>(storage::AlertKind::kOutage) == v1::ALERT_KIND_OUTAGE);
static_assert(static_cast<int>(storage::AlertSeverity::kExtreme) == v1::SEVERITY_EXTREME);
static_assert(static_cast<int>(storage::AlertState::kResolved) == v1::ALERT_STATE_RESOLVED);
static_assert(static_cast<int>(storage::AlertEventType::kCommented) ==
              v1::ALERT_EVENT_TYPE_COMMENTED);

}  // namespace

v1::Alert ToProto(const storage::AlertRecord& alert) {
  v1::Alert proto;
  proto.set_name(absl::StrCat("alerts/", alert.id));
  proto.set_rule(alert.rule);
  proto.set_kind(static_cast<v1::AlertKind>(alert.kind));
  proto.set_severity(static_cast<v1::Severity>(alert.severity));
  proto.set_state(static_cast<v1::AlertState>(alert.state));
  proto.set_level(alert.level);
  proto.set_place(alert.place.vi);
  SetText(alert.headline, proto.mutable_headline());
  SetText(alert.instruction, proto.mutable_instruction());
  proto.set_peak_value(alert.peak_value);
  proto.set_value(alert.value);
  proto.set_unit(alert.unit);
  // A list that does not answer has no location.
  if (alert.kind != storage::AlertKind::kOutage || alert.location != LonLat{}) {
    proto.mutable_location()->set_lon_deg(alert.location.lon_deg);
    proto.mutable_location()->set_lat_deg(alert.location.lat_deg);
  }
  SetTime(alert.create_time, [&] { return proto.mutable_create_time(); });
  SetTime(alert.update_time, [&] { return proto.mutable_update_time(); });
  SetTime(alert.resolve_time, [&] { return proto.mutable_resolve_time(); });
  proto.set_acknowledged_by(alert.acknowledged_by);
  proto.set_exercise(alert.exercise);
  proto.set_subject(alert.subject);
  for (const std::string& cap_id : alert.cap_ids) proto.add_cap_ids(cap_id);
  proto.set_worst_severity(static_cast<v1::Severity>(alert.worst_severity));
  proto.set_worst_level(alert.worst_level);
  SetTime(alert.silent_since, [&] { return proto.mutable_silent_since_time(); });
  return proto;
}

v1::DataGap ToProto(const DataGap& gap) {
  v1::DataGap proto;
  proto.set_subject(gap.subject);
  proto.set_reason(gap.reason);
  SetTime(gap.since, [&] { return proto.mutable_since_time(); });
  return proto;
}

v1::AlertEvent ToProto(const storage::AlertEventRecord& event) {
  v1::AlertEvent proto;
  proto.set_sequence(static_cast<int>(event.sequence));
  proto.set_type(static_cast<v1::AlertEventType>(event.type));
  SetTime(event.event_time, [&] { return proto.mutable_event_time(); });
  SetTime(event.write_time, [&] { return proto.mutable_write_time(); });
  proto.set_actor(event.actor);
  proto.set_comment(event.comment);
  proto.set_level(event.level);
  proto.set_hash(absl::BytesToHexString(event.hash));
  return proto;
}

v1::AuditTrailCheck ToProto(const storage::TrailCheck& check) {
  v1::AuditTrailCheck proto;
  proto.set_alert(absl::StrCat("alerts/", check.alert_id));
  proto.set_events_checked(static_cast<int>(check.events_checked));
  proto.set_last_sequence(static_cast<int>(check.last_sequence));
  proto.set_head_hash(absl::BytesToHexString(check.head_hash));
  if (!check.is_intact()) {
    proto.mutable_damage()->set_sequence(static_cast<int>(check.damage.sequence));
    proto.mutable_damage()->set_reason(RepairUtf8(check.damage.reason));
  }
  return proto;
}

v1::CapMessage ToProto(const storage::CapRecord& cap) {
  v1::CapMessage proto;
  proto.set_cap_id(cap.cap_id);
  proto.set_alert(absl::StrCat("alerts/", cap.alert_id));
  SetTime(cap.sent_time, [&] { return proto.mutable_sent_time(); });
  SetText(cap.headline, proto.mutable_headline());
  proto.set_message_type(ParseEnumId<v1::CapMessageType>(absl::AsciiStrToLower(cap.message_type))
                             .value_or(v1::CAP_MESSAGE_TYPE_UNSPECIFIED));
  proto.set_exercise(cap.exercise);
  return proto;
}

absl::StatusOr<std::uint64_t> ReadAlertName(const std::string& name, const char* field) {
  constexpr char kPrefix[] = "alerts/";
  std::uint64_t id = 0;
  // The id is formatted again and compared, because SimpleAtoi accepts "+7" and " 7".
  if (!absl::StartsWith(name, kPrefix) || !absl::SimpleAtoi(name.substr(sizeof kPrefix - 1), &id) ||
      absl::StrCat(kPrefix, id) != name) {
    return runtime::BadField(field, "give a resource name as alerts/7");
  }
  return id;
}

}  // namespace citylayers::alerts
