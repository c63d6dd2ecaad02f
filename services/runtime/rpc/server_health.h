// What the health service answers: each gRPC service of a server by its name.
#ifndef CITYLAYERS_SERVICES_RUNTIME_RPC_SERVER_HEALTH_H_
#define CITYLAYERS_SERVICES_RUNTIME_RPC_SERVER_HEALTH_H_

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace grpc {
class HealthCheckServiceInterface;
}  // namespace grpc

namespace citylayers::runtime {

/// SERVING while a service is ready, else NOT_SERVING; watchers hear of each change. Names that are
/// not among the services stay unknown (NOT_FOUND). One thread calls it.
class ServerHealth {
 public:
  struct Service {
    std::string name;  // "citylayers.layers.v1.LayerService"; "": the server as a whole
    std::function<absl::Status()> ready;
  };
  /// `health` outlives it. Asks every service once.
  ServerHealth(grpc::HealthCheckServiceInterface& health, std::vector<Service> services);

  /// Asks every service whether it is ready, and tells the health service what has changed.
  void Update();
  /// From here on nothing is SERVING.
  void EndServing();

 private:
  grpc::HealthCheckServiceInterface& health_;
  const std::vector<Service> services_;
  std::vector<std::optional<bool>> told_;  // by service
};

/// Calls the health service at `address` over a connection of its own. UNAVAILABLE: it does not
/// answer within `timeout`; what it answers does not matter.
absl::Status ProbeGrpc(const std::string& address, absl::Duration timeout);

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_RPC_SERVER_HEALTH_H_
