// The state of the gRPC health service, by service name.
#ifndef CITYLAYERS_SERVICES_RUNTIME_RPC_SERVER_HEALTH_H_
#define CITYLAYERS_SERVICES_RUNTIME_RPC_SERVER_HEALTH_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace grpc {
class ChannelCredentials;
class HealthCheckServiceInterface;
}  // namespace grpc

namespace citylayers::runtime {

/// Sets SERVING while a service is ready, otherwise NOT_SERVING; watchers receive each change.
/// Other names stay unknown (NOT_FOUND). Must be called by one thread.
class ServerHealth {
 public:
  struct Service {
    std::string name;  // "citylayers.layers.v1.LayerService"; "": the server as a whole
    std::function<absl::Status()> ready;
  };
  /// `health` must outlive this object. Queries every service once.
  ServerHealth(grpc::HealthCheckServiceInterface& health, std::vector<Service> services);

  /// Queries whether every service is ready, and reports changes to the health service.
  void Update();
  /// Reports NOT_SERVING for every service from now on.
  void EndServing();

 private:
  grpc::HealthCheckServiceInterface& health_;
  const std::vector<Service> services_;
  std::vector<std::optional<bool>> reported_;  // last reported state, by service
};

/// Calls the health service at `address` over a new connection. UNAVAILABLE: it does not answer
/// within `timeout`; the content of the answer is ignored. `credentials`: of the call; null:
/// without TLS.
absl::Status ProbeGrpc(const std::string& address, absl::Duration timeout,
                       std::shared_ptr<grpc::ChannelCredentials> credentials = nullptr);

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_RPC_SERVER_HEALTH_H_
