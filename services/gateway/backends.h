// The servers behind the gateway, by module.
#ifndef CITYLAYERS_SERVICES_GATEWAY_BACKENDS_H_
#define CITYLAYERS_SERVICES_GATEWAY_BACKENDS_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <grpcpp/channel.h>

namespace citylayers::gateway {

/// A module, its gRPC services and its channel. Service names are full names. LayerService is not
/// among them: its calls go to the backend of the layer.
struct BackendModule {
  std::string name;
  std::vector<std::string> services;
  std::shared_ptr<grpc::Channel> channel;         // for calls of the gateway
  std::shared_ptr<grpc::Channel> client_channel;  // for calls of clients, which have their keys
};

/// A server process and the modules that it runs.
struct Backend {
  std::vector<std::string> modules;
  std::vector<std::string> services;
  std::shared_ptr<grpc::Channel> channel;
  std::shared_ptr<grpc::Channel> client_channel;
};

/// Channels by module; modules with the same channel (a process that runs several) are one
/// backend. Immutable, thread-safe.
class Backends {
 public:
  explicit Backends(std::vector<BackendModule> modules);

  /// nullptr: there is no such module.
  const Backend* Find(std::string_view module) const;
  /// The backend of a service such as "citylayers.traffic.v1.TrafficService". nullptr: the gateway
  /// does not forward calls of this service.
  const Backend* FindByService(std::string_view service) const;
  const std::vector<Backend>& all() const { return backends_; }

 private:
  std::vector<Backend> backends_;
};

inline constexpr std::string_view kLayerService = "citylayers.layers.v1.LayerService";

}  // namespace citylayers::gateway

#endif  // CITYLAYERS_SERVICES_GATEWAY_BACKENDS_H_
