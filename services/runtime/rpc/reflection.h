// gRPC server reflection: tools such as grpcurl and buf curl learn from it what a server can do.
#ifndef CITYLAYERS_SERVICES_RUNTIME_RPC_REFLECTION_H_
#define CITYLAYERS_SERVICES_RUNTIME_RPC_REFLECTION_H_

#include <memory>
#include <string>
#include <vector>

#include <grpcpp/server_builder.h>

namespace citylayers::runtime {

/// Answers grpc.reflection.v1 and v1alpha out of the schemas compiled into this program. It lists
/// the services it is given, which may be more than this server has itself: a gateway passes calls
/// on to others. gRPC's own plugin lists the server's own alone.
///
///   Reflection reflection({"citylayers.alerts.v1.AlertService"});
///   reflection.Register(builder);
class Reflection {
 public:
  /// `services`: full names. Reflection and health are added.
  explicit Reflection(std::vector<std::string> services);
  ~Reflection();

  /// Register before the server is built; this outlives the server.
  void Register(grpc::ServerBuilder& builder);

 private:
  const std::vector<std::string> services_;
  std::vector<std::unique_ptr<grpc::Service>> versions_;
};

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_RPC_REFLECTION_H_
