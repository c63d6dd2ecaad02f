// gRPC server reflection, from which tools such as grpcurl and buf curl read
// the schema of a server.
#ifndef CITYLAYERS_SERVICES_RUNTIME_RPC_REFLECTION_H_
#define CITYLAYERS_SERVICES_RUNTIME_RPC_REFLECTION_H_

#include <memory>
#include <string>
#include <vector>

#include <grpcpp/server_builder.h>

namespace citylayers::runtime {

/// Answers grpc.reflection.v1 and v1alpha from the schemas compiled into this program. It lists the
/// services given to it, which may be more than this server registers: a gateway forwards calls to
/// other servers. gRPC's own plugin lists only the server's own services.
///
///   Reflection reflection({"citylayers.alerts.v1.AlertService"});
///   reflection.Register(builder);
class Reflection {
 public:
  /// `services`: full names. Reflection and health are added.
  explicit Reflection(std::vector<std::string> services);
  ~Reflection();

  /// Call it before the server is built. This object must outlive the server.
  void Register(grpc::ServerBuilder& builder);

 private:
  const std::vector<std::string> services_;
  std::vector<std::unique_ptr<grpc::Service>> versions_;
};

}  // namespace citylayers::runtime

#endif  // CITYLAYERS_SERVICES_RUNTIME_RPC_REFLECTION_H_
