// The servers behind the gateway, by module.
#ifndef CITYLAYERS_SERVICES_GATEWAY_BACKENDS_H_
#define CITYLAYERS_SERVICES_GATEWAY_BACKENDS_H_

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <grpcpp/channel.h>

namespace citylayers::gateway {

/// One server and the modules that it runs.
struct Backend {
  std::vector<std::string> modules;
  std::shared_ptr<grpc::Channel> channel;
};

/// Channels by module; modules with the same channel (a process that runs several) are one
/// backend. Immutable, thread-safe.
class Backends {
 public:
  explicit Backends(std::vector<std::pair<std::string, std::shared_ptr<grpc::Channel>>> channels);

  /// nullptr: no such module.
  const Backend* Find(std::string_view module) const;
  const std::vector<Backend>& all() const { return backends_; }

 private:
  std::vector<Backend> backends_;
};

/// The module that serves a gRPC service such as "citylayers.traffic.v1.TrafficService"; empty when
/// the gateway does not pass the service on. LayerService is no module's: its calls go where the
/// layer is.
std::string_view ModuleOfService(std::string_view service);

inline constexpr std::string_view kLayerService = "citylayers.layers.v1.LayerService";

}  // namespace citylayers::gateway

#endif  // CITYLAYERS_SERVICES_GATEWAY_BACKENDS_H_
