// The gRPC port of a process: the listener, the server and the limits of the transport.
#ifndef CITYLAYERS_SERVICES_RUNTIME_RPC_GRPC_PORT_H_
#define CITYLAYERS_SERVICES_RUNTIME_RPC_GRPC_PORT_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include <grpcpp/grpcpp.h>

#include "services/runtime/config/address.h"
#include "services/runtime/config/config.h"
#include "services/runtime/memory_budget.h"
#include "services/runtime/metrics.h"
#include "services/runtime/rpc/grpc_listener.h"
#include "services/runtime/rpc/reflection.h"
#include "services/runtime/rpc/unknown_methods.h"
#include "services/runtime/tls/tls_source.h"

namespace citylayers::runtime {

/// Serves gRPC on one address from Open until Shutdown, with the limits of the options `grpc.*`.
/// Thread-safe, except that Shutdown is called once, after StopListening.
///
///   ASSIGN_OR_RETURN(auto port, GrpcPort::Open(address, content, config, memory, metrics));
///   ... serve ...
///   port->StopListening();
///   if (!port->Shutdown(deadline)) std::_Exit(1);
class GrpcPort {
 public:
  /// What the port serves. All must outlive it.
  struct Content {
    std::vector<grpc::Service*> services;  // without duplicates
    /// Called for each builder, for settings other than services.
    std::vector<std::function<void(grpc::ServerBuilder&)>> configure;
    /// True when `configure` registers a handler for all other calls; otherwise they are answered
    /// UNIMPLEMENTED with the known services.
    bool passes_calls_on = false;
    /// True in a process with a gateway: its clients may have few streams per connection.
    bool has_gateway = false;
    std::vector<std::string> service_names;  // for reflection
    const TlsSource* tls = nullptr;          // of the connections; nullptr: without TLS
  };

  /// ALREADY_EXISTS: the address is in use; the message names it and the flag. Port 0: the system
  /// chooses one. Health is NOT_SERVING at first.
  static absl::StatusOr<std::unique_ptr<GrpcPort>> Open(Address address, const Content& content,
                                                        const Config& config,
                                                        const MemoryBudget& memory,
                                                        Metrics& metrics);

  grpc::Server& server() { return *server_; }
  /// The bound address.
  const Address& address() const { return address_; }

  /// A channel to this server without a socket. Its calls carry `key`; empty: none.
  std::shared_ptr<grpc::Channel> InProcessChannel(const Config& config, const std::string& key);
  /// A channel to another process, with the same limits: "HOST:PORT", or "https://HOST:PORT" for
  /// TLS with the options `tls.backend_*`.
  static std::shared_ptr<grpc::Channel> RemoteChannel(const std::string& target,
                                                      const Config& config, const std::string& key);

  /// Accepts no more connections; open ones stay.
  void StopListening() { listener_.Stop(); }
  /// Ends the calls that are still open at `deadline`. Returns false when gRPC does not end them
  /// within a further second: the process must then end without destroying this.
  [[nodiscard]] bool Shutdown(absl::Time deadline);

 private:
  GrpcPort(const GrpcListener::Options& options, Metrics& metrics,
           const std::vector<std::string>& service_names)
      : reflection_(service_names), listener_(options, metrics) {}

  Reflection reflection_;
  UnknownMethods unknown_methods_;
  GrpcListener listener_;
  Address address_;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_RPC_GRPC_PORT_H_
