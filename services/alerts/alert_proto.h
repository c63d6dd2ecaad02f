// Conversion of stored alerts to messages of the API.
#ifndef CITYLAYERS_SERVICES_ALERTS_ALERT_PROTO_H_
#define CITYLAYERS_SERVICES_ALERTS_ALERT_PROTO_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"

#include "citylayers/alerts/v1/alert_service.pb.h"
#include "services/alerts/rules/observations.h"
#include "storage/alerts/alert_record.h"
#include "storage/alerts/trail_check.h"

namespace citylayers::alerts {

v1::Alert ToProto(const storage::AlertRecord& alert);
v1::DataGap ToProto(const DataGap& gap);
v1::AlertEvent ToProto(const storage::AlertEventRecord& event);
v1::AuditTrailCheck ToProto(const storage::TrailCheck& check);
v1::CapMessage ToProto(const storage::CapRecord& cap);

/// Returns the id in `alerts/{id}`. INVALID_ARGUMENT with a BadRequest for `field`: not such a
/// name.
absl::StatusOr<std::uint64_t> ReadAlertName(const std::string& name, const char* field);

}  // namespace citylayers::alerts

#endif  // CITYLAYERS_SERVICES_ALERTS_ALERT_PROTO_H_
