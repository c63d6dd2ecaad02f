// The access rules of methods, from the options of their protos.
#ifndef CITYLAYERS_SERVICES_RUNTIME_RPC_METHOD_RULES_H_
#define CITYLAYERS_SERVICES_RUNTIME_RPC_METHOD_RULES_H_

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include <google/protobuf/descriptor.h>

#include "services/access/principal.h"

namespace citylayers::runtime {

/// The services of the API, whose methods have rules.
inline constexpr std::array<const char*, 9> kApiServices = {
    "citylayers.access.v1.KeyService",       "citylayers.alerts.v1.AlertService",
    "citylayers.backup.v1.BackupService",    "citylayers.common.v1.ClockService",
    "citylayers.flood.v1.FloodService",      "citylayers.layers.v1.LayerService",
    "citylayers.readings.v1.ReadingService", "citylayers.readings.v1.StationService",
    "citylayers.traffic.v1.TrafficService"};

/// The need of a method by its option citylayers.access.v1.method_access. NOT_FOUND: the method has
/// no rule, or one that does not name a permission.
absl::StatusOr<access::Need> RuleOf(const google::protobuf::MethodDescriptor& method);

/// The rules of the API's methods. Immutable, thread-safe.
class MethodRules {
 public:
  /// Those of the services that are compiled into this program.
  static const MethodRules& OfApi();

  /// The need of "ReadingService/WriteReadings"; a method without a rule needs `admin`. A lookup.
  access::Need Find(std::string_view method) const;
  /// Full names of the methods without a rule.
  const std::vector<std::string>& missing() const { return missing_; }

 private:
  MethodRules();

  absl::flat_hash_map<std::string, access::Need> needs_;
  std::vector<std::string> missing_;
};

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_RPC_METHOD_RULES_H_
